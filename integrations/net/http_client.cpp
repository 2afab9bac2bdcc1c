// The HTTP client: one exchange, what its failure means, and when it may be repeated.
#include <boost/asio/this_coro.hpp>
#include <chrono>

#include "integrations/net/alarm.hpp"
#include "integrations/net/connect.hpp"
#include "integrations/net/connection_pool.hpp"
#include "integrations/net/message_reader.hpp"
#include "integrations/net/message_writer.hpp"
#include "integrations/net/page_probe.hpp"

namespace slipway::net {
namespace {

struct job {
    target to;
    std::string wire;
    std::string what;  ///< "GET https://host/path": begins every sentence
    bool repeatable = false;
    bool bodyless_answer = false;
    milliseconds timeout{};
    time_point until;
    std::size_t largest_answer = 0;
};

/// What one attempt on one connection came to.
struct attempt {
    std::optional<response> answer;
    bool keep = false;        ///< the connection can carry another exchange
    std::size_t sent = 0;     ///< bytes handed to the system
    bool any_answer = false;  ///< at least one byte came back
    bool out_of_time = false;
    errc kind = errc::lost;
    std::string why;
};

bool carries_body(const std::string& method) {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

std::string to_wire(const request& asked, const target& to, const std::string& user_agent) {
    std::string wire = asked.method + " " + to.resource + " HTTP/1.1\r\n";
    if (!asked.headers.find("Host")) write_header(wire, "Host", to.authority);
    if (!asked.headers.find("User-Agent")) write_header(wire, "User-Agent", user_agent);
    if (!asked.headers.find("Accept")) write_header(wire, "Accept", "*/*");
    for (const auto& each : asked.headers.all()) {
        const bool is_length = headers{each}.find("Content-Length").has_value();  // ours is always right
        if (!is_length) write_header(wire, each.name, each.value);
    }
    if (!asked.body.empty() || carries_body(asked.method)) {
        write_header(wire, "Content-Length", std::to_string(asked.body.size()));
    }
    return wire + "\r\n" + asked.body;
}

result<job> prepare(const request& asked, const std::string& user_agent) {
    auto to = parse_target(asked.url, url_family::http);
    if (!to) return to.error();
    if (!is_token(asked.method)) return failure{errc::invalid, "the HTTP method has characters that no method has"};
    job made;
    made.what = asked.method + " " + to->shown;
    for (const auto& each : asked.headers.all()) {
        if (is_clean(each)) continue;
        return failure{errc::invalid, made.what + ": the header " +
                                          (is_token(each.name) ? each.name : "with a wrong name") +
                                          " holds a line break or another character that no header may hold"};
    }
    made.wire = to_wire(asked, *to, user_agent);
    made.to = std::move(*to);
    made.repeatable = asked.method == "GET" || asked.method == "HEAD";
    made.bodyless_answer = asked.method == "HEAD";
    made.timeout = asked.timeout;
    made.until = std::chrono::steady_clock::now() + asked.timeout;
    made.largest_answer = asked.largest_answer;
    return made;
}

attempt unreadable(attempt so_far, std::string why) {
    so_far.kind = errc::lost;
    so_far.why = std::move(why);
    return so_far;
}

std::string describe(progress flaw, std::size_t largest) {
    if (flaw == progress::body_too_large) return "the answer is larger than " + std::to_string(largest) + " bytes";
    if (flaw == progress::header_too_large) return "the header of the answer is larger than 64 KiB";
    return "the answer is not HTTP";
}

/// Nothing handed to the system = surely not sent. Everything else may have been received.
attempt broken(attempt so_far, const error_code& ec, bool struck) {
    so_far.out_of_time = struck;
    if (struck) {
        so_far.kind = so_far.sent == 0 ? errc::unavailable : errc::timed_out;
        so_far.why = "no answer";
    } else if (ec == asio::error::operation_aborted) {
        so_far.kind = so_far.sent == 0 ? errc::cancelled : errc::lost;
        so_far.why = "the request was cancelled";
    } else {
        so_far.kind = so_far.sent == 0 ? errc::unavailable : errc::lost;
        so_far.why = so_far.any_answer ? "the connection broke in the middle of the answer"
                                       : "the connection broke before an answer";
        if (ec != asio::error::eof) so_far.why += " (" + ec.message() + ")";
    }
    return so_far;
}

/// Interim answers (100, 103) are not the answer.
bool is_interim(const message& got) {
    return got.status >= 100 && got.status < 200;
}

task<attempt> read_answer(stream_ptr link, const job& what, const alarm& limit, attempt so_far) {
    const reader_limits limits{.body = what.largest_answer};
    auto reader = create_response_reader(limits, what.bodyless_answer);
    std::string pending;
    std::string chunk(16U << 10U, '\0');
    auto state = progress::more;
    while (true) {
        while (state == progress::more) {
            const auto [ec, count] = co_await async_read_some(*link, asio::buffer(chunk), as_values);
            so_far.any_answer = so_far.any_answer || count > 0;
            pending.append(chunk, 0, count);
            state = reader->feed(pending);
            if (!ec || state != progress::more) continue;
            // TLS peers often just go away after a complete answer; the reader knows whether it was complete.
            const bool ended = !limit.struck() && ec != asio::error::operation_aborted;
            if (ended) state = reader->end();
            if (state == progress::malformed || !ended || state == progress::more)
                co_return broken(so_far, ec, limit.struck());
        }
        if (state != progress::complete) co_return unreadable(so_far, describe(state, what.largest_answer));
        auto got = reader->take();
        if (is_interim(got)) {
            reader = create_response_reader(limits, what.bodyless_answer);
            state = reader->feed(pending);
            continue;
        }
        so_far.keep = got.keep_alive && pending.empty();
        so_far.answer = response{got.status, std::move(got.headers), std::move(got.body)};
        co_return so_far;
    }
}

task<attempt> exchange(stream_ptr link, const job& what) {
    alarm limit{link->get_executor()};
    limit.set(what.until, [link] { link->close(); });
    attempt so_far;
    const auto sent = co_await write_all(link, what.wire);
    so_far.sent = sent.bytes;
    // A server may answer early (413) and stop reading: its answer is worth more than our write error.
    if (sent.ec && (so_far.sent == 0 || limit.struck() || sent.ec == asio::error::operation_aborted)) {
        co_return broken(so_far, sent.ec, limit.struck());
    }
    auto ended = co_await read_answer(link, what, limit, so_far);
    co_return ended;
}

failure to_failure(const job& what, const attempt& done) {
    std::string sentence = what.what + ": " + done.why;
    if (done.out_of_time) sentence += " within " + to_words(what.timeout);
    if (may_have_happened(done.kind)) sentence += "; it is not known whether it was received";
    return failure{done.kind, std::move(sentence)};
}

class client final : public http_client {
public:
    client(client_settings settings, std::optional<proxy> through)
        : settings_{std::move(settings)}, through_{std::move(through)} {}

    task<result<response>> send(request asked) override {
        auto prepared = prepare(asked, settings_.user_agent);
        if (!prepared) co_return prepared.error();
        const job what = std::move(*prepared);
        const auto place = (what.to.tls ? "s " : "p ") + what.to.host + " " + std::to_string(what.to.port);
        if (auto kept = pool_.take(place)) {
            auto done = co_await exchange(kept, what);
            if (done.answer) co_return finish(place, std::move(kept), std::move(done));
            kept->close();
            const bool may_repeat = !done.any_answer && !done.out_of_time && (what.repeatable || done.sent == 0) &&
                                    done.kind != errc::cancelled;
            if (!may_repeat) co_return to_failure(what, done);
        }
        auto fresh = co_await connect_stream(what.to, settings_, through_, what.until);
        if (!fresh) co_return fresh.error().within(what.what);
        auto done = co_await exchange(*fresh, what);
        if (done.answer) co_return finish(place, std::move(*fresh), std::move(done));
        (*fresh)->close();
        co_return to_failure(what, done);
    }

private:
    response finish(const std::string& place, stream_ptr link, attempt done) {
        if (done.keep) {
            pool_.keep(place, std::move(link));
        } else {
            link->close();
        }
        return std::move(*done.answer);
    }

    client_settings settings_;
    std::optional<proxy> through_;
    connection_pool pool_;
};

class visitor final : public page_probe {
public:
    visitor(client_settings settings, std::optional<proxy> through)
        : settings_{std::move(settings)}, through_{std::move(through)} {}

    task<result<page_answer>> look(page_request what) override {
        auto prepared = prepare(what.asked, settings_.user_agent);
        if (!prepared) co_return prepared.error();
        if (!what.connect_to.empty()) {
            const auto elsewhere = redirect_connection(prepared->to, what.connect_to);
            if (!elsewhere) co_return elsewhere.error();
            prepared->what += " at " + what.connect_to;
        }
        const job doing = std::move(*prepared);
        auto link = co_await connect_stream(doing.to, settings_, through_, doing.until);
        if (!link) co_return link.error().within(doing.what);
        auto done = co_await exchange(*link, doing);
        const auto until = (*link)->certificate_until();
        (*link)->close();
        if (!done.answer) co_return to_failure(doing, done);
        page_answer made{std::move(*done.answer), until};
        co_return made;
    }

private:
    client_settings settings_;
    std::optional<proxy> through_;
};

}  // namespace

std::unique_ptr<http_client> create_http_client(executor loop, client_settings settings) {
    return create_http_client(std::move(loop), std::move(settings), std::nullopt);
}
std::unique_ptr<http_client> create_http_client(executor, client_settings settings, std::optional<proxy> through) {
    return std::make_unique<client>(std::move(settings), std::move(through));
}

std::unique_ptr<page_probe> create_page_probe(executor loop, client_settings settings) {
    return create_page_probe(std::move(loop), std::move(settings), std::nullopt);
}
std::unique_ptr<page_probe> create_page_probe(executor, client_settings settings, std::optional<proxy> through) {
    return std::make_unique<visitor>(std::move(settings), std::move(through));
}

}  // namespace slipway::net
