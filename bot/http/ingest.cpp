#include "bot/http/ingest.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bot/http/ingest_answers.hpp"
#include "bot/http/ingest_visit.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/telemetry/body.hpp"
#include "integrations/telemetry/protocol/dsn.hpp"

namespace slipway::bot {
namespace {

constexpr std::size_t slice = 32;  // errors grouped before the loop serves others

bool is_digits(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

ingest::ingest(executor loop, ingest_settings settings, telemetry::error_ledger& ledger, timers& clock)
    : settings_{std::move(settings)}, ledger_{ledger}, clock_{clock}, news_{loop} {
    for (const auto& key : settings_.keys) open(key);
}

void ingest::open(const ingest_key& key) {
    if (auto* known = door_of(key.project_number, key.public_key)) {
        known->key = key;
        return;
    }
    doors_.push_back({key,
                      {settings_.events_per_second, settings_.event_burst},
                      {settings_.requests_per_second, settings_.request_burst}});
}

task<net::server_response> ingest::handle(net::server_request asked) {
    co_return answer(asked, clock_.now());
}

net::server_response ingest::answer(const net::server_request& asked, instant now) {
    ++counts_.requests;
    if (asked.path == "/api/0" || asked.path == "/api/0/") return accepted({});  // tools ask whether we are there
    if (asked.path.starts_with("/api/0/")) {
        ++counts_.refused;
        return declined(501, "errors are received here, releases and deploys are not kept: this is no whole Sentry");
    }
    const auto address = read_address(asked.path);
    if (!address) {
        ++counts_.refused;
        return declined(404, "errors are received at /api/<project>/envelope/ and /api/<project>/store/");
    }
    if (asked.method == "OPTIONS") {
        ++counts_.preflights;
        return preflight();
    }
    if (asked.method != "POST") {
        ++counts_.refused;
        return declined(405, "errors are sent with POST");
    }
    visit here{asked, now, *address};
    return receive(here);
}

net::server_response ingest::receive(visit& here) {
    const auto decline = [this](const failure& why) {
        ++counts_.refused;
        return declined(status_of(why), why.sentence());
    };
    if (const auto known = identify(here); !known) return decline(known.error());
    if (!here.at->requests.take(here.now)) {
        ++counts_.limited;
        auto answer = declined(429, "too many reports for this key; they are not read");
        answer.headers.add("Retry-After", std::to_string(settings_.back_off.count()));
        ask_for_less(answer, settings_.back_off);
        return answer;
    }
    if (const auto ok = unpack(here); !ok) return decline(ok.error());
    const auto read = here.address.is == endpoint::store ? read_store(here) : read_envelope(here);
    if (!read) return decline(read.error());
    if (here.too_large)
        return decline(
            {errc::limited, "an error larger than " + std::to_string(settings_.largest_event) + " bytes was left out"});
    auto answer = accepted(here.event_id);
    if (here.storm) ask_for_less(answer, settings_.back_off);
    return answer;
}

/// Query and headers say who sends; an envelope that has neither says it in its own header.
result<> ingest::identify(visit& here) {
    if (!is_digits(here.address.project))
        return failure{errc::invalid, "the project in the address is a number: /api/<number>/envelope/"};
    const auto x_sentry_auth = here.asked.headers.find("X-Sentry-Auth").value_or("");
    const auto authorization = here.asked.headers.find("Authorization").value_or("");
    const auto said = telemetry::parse_login(
        {.query = here.asked.query, .x_sentry_auth = x_sentry_auth, .authorization = authorization});
    std::string key;
    if (said) {
        key = said->key;
    } else {
        if (said.error().kind() != errc::unauthorised || here.address.is != endpoint::envelope) return said.error();
        if (const auto ok = unpack(here); !ok) return ok.error();
        const auto line = here.body.substr(0, here.body.find('\n'));
        const auto header = telemetry::parse_envelope(line);
        if (!header || header->key.empty()) return said.error();
        key = header->key;
    }
    here.at = door_of(here.address.project, key);
    if (here.at == nullptr)
        return failure{errc::unauthorised, "this project does not exist here, or the key is not one of its keys"};
    return {};
}

/// Looks at every key in full, so that time tells nothing about them.
ingest::door* ingest::door_of(std::string_view project, std::string_view key) {
    door* found = nullptr;
    for (auto& each : doors_) {
        const bool same_key = equal_in_constant_time(each.key.public_key, key);
        const bool same_project = project.empty() || each.key.project_number == project;
        if (same_key && same_project) found = &each;
    }
    return found;
}

result<> ingest::unpack(visit& here) {
    if (!here.body.empty()) return {};
    if (here.asked.body.size() > settings_.largest_body)
        return failure{errc::limited, "the report is larger than " + std::to_string(settings_.largest_body) + " bytes"};
    const auto encoding = here.asked.headers.find("Content-Encoding").value_or("");
    if (telemetry::is_identity(encoding)) {
        here.body = here.asked.body;
        return {};
    }
    auto body = telemetry::decode_body(encoding, here.asked.body, settings_.largest_inflated);
    if (!body) return body.error();
    here.unpacked = std::move(*body);
    here.body = here.unpacked;
    return {};
}

std::size_t ingest::group_some(std::size_t most) {
    std::size_t done = 0;
    for (; done < most && !queue_.empty(); ++done) {
        const auto next = std::move(queue_.front());
        queue_.pop_front();
        queued_bytes_ -= next.report.text.size();
        const auto what = telemetry::read_event(next.report, next.context, traces_);
        if (!what) {
            ++counts_.unreadable;
            count_only(*next.from, next.context.received);
            continue;
        }
        auto where = next.from->key.leads_to;
        if (!what->environment.empty()) where.environment = what->environment;
        ledger_.record(where, *what, telemetry::group_of(*what));
    }
    return done;
}

task<> ingest::work() {
    constexpr std::chrono::minutes between_trims{1};
    auto trimmed = clock_.now();
    while (true) {
        if (queue_.empty()) {
            news_.expires_after(between_trims);
            boost::system::error_code woken;
            co_await news_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        } else {
            co_await asio::post(news_.get_executor(), asio::use_awaitable);  // others get their turn
        }
        group_some(slice);
        if (const auto now = clock_.now(); now - trimmed >= between_trims) {  // also under constant load
            ledger_.trim(now);
            traces_.age();
            trimmed = now;
        }
    }
}

net::server_settings ingest_listener(const ingest_settings& for_ingest, std::string address, std::uint16_t port) {
    net::server_settings made;
    made.address = std::move(address);
    made.port = port;
    made.largest_body = 2 * for_ingest.largest_body;  // what is a little too large gets the protocol's own answer
    made.largest_header = 32U << 10U;
    made.idle_timeout = milliseconds{75'000};
    made.request_timeout = milliseconds{10'000};
    return made;
}

}  // namespace slipway::bot
