#include "commands/steps/machines/started.hpp"

#include <charconv>

#include "commands/steps/common.hpp"
#include "integrations/net/http.hpp"
#include "integrations/process/process.hpp"

namespace slipway::steps {
namespace {

constexpr milliseconds clock_slack{1'000};

task<result<std::string>> ask_page(context here, std::string url) {
    net::request asked;
    asked.url = url;
    const auto got = co_await here.with.http->send(std::move(asked));
    if (!got) co_return got.error();
    if (got->status != 200)
        co_return failure{errc::refused, url + " answers with status " + std::to_string(got->status)};
    const auto page = parse_json(got->body);
    if (!page) co_return page.error().within(url);
    auto text = text_at(*page, "started_at");
    if (text.empty()) text = text_at(*page, "started");
    co_return text;
}

task<result<std::string>> ask_program(context here, std::vector<std::string> argv) {
    process::command what;
    what.argv = argv;
    what.environment = process::inherited();
    what.total_timeout = milliseconds{30'000};
    const auto ran = co_await here.with.processes->run(std::move(what));
    if (!ran) co_return ran.error();
    if (ran->how != process::ending::exited || ran->code != 0)
        co_return failure{errc::refused, "the probe `" + process::to_words(argv) + "` failed: " + tail(ran->err, 300)};
    co_return ran->out;
}

}  // namespace

std::optional<instant> read_time(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    if (const auto iso = from_iso(text)) return iso;
    std::int64_t seconds = 0;
    const auto end = text.find('.');
    const auto whole = text.substr(0, end);
    const auto [stop, error] = std::from_chars(whole.data(), whole.data() + whole.size(), seconds);
    if (error != std::errc{} || stop != whole.data() + whole.size()) return std::nullopt;
    return from_unix_ms(seconds * 1000);
}

std::string with_host(std::string text, const std::string& host) {
    constexpr std::string_view name = "{host}";
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + host.size()))
        text.replace(at, name.size(), host);
    return text;
}

std::vector<std::string> with_host(std::vector<std::string> words, const std::string& host) {
    for (auto& each : words) each = with_host(std::move(each), host);
    return words;
}

bool has_probe(const release::restart_settings& settings) noexcept {
    return !settings.probe.empty() || !settings.probe_url.empty();
}

task<result<instant>> started_at(context here, release::restart_settings settings, std::string host) {
    auto asking = settings.probe_url.empty() ? ask_program(here, with_host(settings.probe, host))
                                             : ask_page(here, with_host(settings.probe_url, host));
    const auto text = co_await std::move(asking);
    if (!text) co_return text.error();
    const auto when = read_time(*text);
    if (!when) co_return failure{errc::lost, "the probe says “" + text->substr(0, 60) + "”, which is no time"};
    co_return *when;
}

bool is_after(instant started, instant intended) noexcept {
    return started + clock_slack >= intended;
}

}  // namespace slipway::steps
