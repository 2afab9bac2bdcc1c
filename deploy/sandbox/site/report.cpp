#include "deploy/sandbox/site/report.hpp"

#include <zlib.h>

namespace slipway::sandbox::site {

namespace {

constexpr const char* sdk_name = "harbour.templates";
constexpr const char* sdk_version = "1.0.0";
constexpr int gzip_window = 15 + 16;  // zlib's way of saying "with a gzip header"

json::array texts(const std::vector<std::string>& from) {
    return json::array(from.begin(), from.end());
}

json::object frame_of(const frame& what) {
    json::object made;
    made["filename"] = what.file;
    made["abs_path"] = "/srv/rsi-website/current/" + what.file;
    made["function"] = what.function;
    made["lineno"] = what.line;
    made["context_line"] = what.text;
    made["pre_context"] = texts(what.before);
    made["post_context"] = texts(what.after);
    made["in_app"] = true;
    return made;
}

json::object exception_of(const page_error& error) {
    json::array frames;
    json::object start;  // the server's own entry point, which is nobody's change
    start["filename"] = "vendor/harbour/server/run";
    start["function"] = "serve";
    start["lineno"] = 88;
    start["in_app"] = false;
    frames.push_back(std::move(start));
    for (const auto& each : error.frames) frames.push_back(frame_of(each));
    json::object trace;
    trace["frames"] = std::move(frames);
    json::object mechanism;
    mechanism["type"] = "generic";
    mechanism["handled"] = false;
    json::object made;
    made["type"] = error.type;
    made["value"] = error.message;
    made["stacktrace"] = std::move(trace);
    made["mechanism"] = std::move(mechanism);
    return made;
}

json::object sdk() {
    json::object made;
    made["name"] = sdk_name;
    made["version"] = sdk_version;
    return made;
}

}  // namespace

std::optional<dsn> read_dsn(const std::string& text) {
    const auto scheme = text.find("://");
    const auto at = text.find('@');
    const auto last = text.rfind('/');
    if (scheme == std::string::npos || at == std::string::npos || last == std::string::npos || last < at) {
        return std::nullopt;
    }
    auto key = text.substr(scheme + 3, at - scheme - 3);
    key = key.substr(0, key.find(':'));
    const auto base = text.substr(0, scheme + 3) + text.substr(at + 1, last - at - 1);
    const auto project = text.substr(last + 1);
    if (key.empty() || project.empty() || base.size() <= scheme + 3) return std::nullopt;
    return dsn{text, key, base + "/api/" + project + "/envelope/"};
}

json::object event_of(const incident& what) {
    json::object made;
    made["event_id"] = what.event_id;
    made["timestamp"] = static_cast<double>(to_unix_ms(what.at)) / 1000.0;
    made["platform"] = "other";
    made["level"] = "error";
    made["sdk"] = sdk();
    made["release"] = what.page.name + "@" + what.page.version;
    made["environment"] = what.page.environment;
    made["server_name"] = what.asked.host;
    made["transaction"] = "GET " + what.page.route;
    json::object request;
    request["method"] = "GET";
    request["url"] = "http://" + what.asked.host + what.asked.path;
    made["request"] = std::move(request);
    json::object exception;
    json::array values;  // the oldest cause first, as the protocol wants it
    std::vector<const page_error*> chain;
    for (const auto* each = &what.page.error; each != nullptr; each = each->cause.get()) chain.push_back(each);
    for (auto each = chain.rbegin(); each != chain.rend(); ++each) values.push_back(exception_of(**each));
    exception["values"] = std::move(values);
    made["exception"] = std::move(exception);
    return made;
}

std::string gzip(const std::string& bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) return "";
    std::string packed(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

net::request envelope_request(const incident& what, const dsn& to) {
    json::object header;
    header["event_id"] = what.event_id;
    header["sent_at"] = to_iso(what.at);
    header["dsn"] = to.text;
    header["sdk"] = sdk();
    json::object item;  // no length, as sentry-php leaves it out for events
    item["type"] = "event";
    item["content_type"] = "application/json";
    const auto body = json::serialize(header) + "\n" + json::serialize(item) + "\n" + json::serialize(event_of(what));
    net::request made;
    made.method = "POST";
    made.url = to.endpoint;
    made.timeout = milliseconds{5'000};
    made.headers.add("Content-Type", "application/x-sentry-envelope");
    made.headers.add("Content-Encoding", "gzip");
    made.headers.add("X-Sentry-Auth", std::string{"Sentry sentry_version=7, sentry_client="} + sdk_name + "/" +
                                          sdk_version + ", sentry_key=" + to.key);
    made.body = gzip(body);
    return made;
}

}  // namespace slipway::sandbox::site
