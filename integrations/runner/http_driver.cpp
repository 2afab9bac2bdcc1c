// A service behind HTTP that can tell a repeated start from a new one. The bot asks for:
//
//   POST url          Idempotency-Key: <key>, body = params      → 200…202 with Location; the same key, the same
//   Location GET  Location?cursor=C   →
//   {"state":"running|succeeded|failed|cancelled|timed_out|lost","text":…,"log":[…],"cursor":…,
//                               "rows":[{"host","ok","changed","text"}],"progress":0.4}
//   DELETE Location   → 2xx: it will end
//
// Idempotency-Key: draft-ietf-httpapi-idempotency-key-header.
#include <algorithm>

#include "integrations/base/json.hpp"
#include "integrations/base/mask.hpp"
#include "integrations/base/printable.hpp"
#include "integrations/net/http.hpp"
#include "integrations/process/output.hpp"
#include "integrations/runner/drivers.hpp"

namespace slipway::runner {
namespace {

constexpr std::size_t longest_answer = 4000;

/// "https://host:8080"
std::string origin_of(const std::string& url) {
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) return {};
    return url.substr(0, std::min(url.find('/', scheme + 3), url.size()));
}

/// What a status that is no success means for whoever asked.
failure refusal(const std::string& what, const net::response& answer) {
    const auto text = what + " was answered with status " + std::to_string(answer.status);
    if (answer.status == 401 || answer.status == 403) return failure{errc::unauthorised, text};
    if (answer.status == 404 || answer.status == 410) return failure{errc::not_found, text};
    if (answer.status == 429 || answer.status == 503) return failure{errc::unavailable, text};
    if (answer.status >= 500) return failure{errc::lost, text};
    return failure{errc::refused, text};
}

state state_of_word(const std::string& word) {
    for (const auto each : {state::running, state::succeeded, state::failed, state::cancelled, state::timed_out})
        if (word == boost::describe::enum_to_string(each, "")) return each;
    return word == "queued" || word == "pending" ? state::running : state::lost;
}

class http_driver final : public driver {
public:
    http_driver(net::http_client& http, http_settings how) : http_{http}, how_{std::move(how)}, mask_{how_.secrets} {}

    result<planned> plan(const order& what) const override {
        if (how_.url.empty()) return failure{errc::invalid, "the runner has no `url`"};
        planned made;
        made.words = "POST " + how_.url;
        made.request["url"] = how_.url;
        made.request["params"] = params_of(what);
        return made;
    }
    task<result<std::string>> start(order what) override {
        if (const auto possible = plan(what); !possible) co_return possible.error();
        auto asked = request_for("POST", how_.url);
        asked.headers.add("Idempotency-Key", what.key);
        asked.headers.add("Content-Type", "application/json");
        asked.body = json::serialize(params_of(what));
        const auto got = co_await http_.send(std::move(asked));
        if (!got) co_return got.error();
        if (got->status < 200 || got->status > 202) co_return refusal("POST " + how_.url, *got);
        auto where = got->headers.find("Location").value_or("");
        if (where.starts_with('/') && !where.starts_with("//")) where = origin_of(how_.url) + where;
        if (where.empty())
            co_return failure{errc::lost, "POST " + how_.url + " was taken, but the answer has no Location to ask at"};
        // The token goes to nobody else.
        if (origin_of(where) != origin_of(how_.url))
            co_return failure{errc::lost, "POST " + how_.url + " was taken, but names another service to ask at: " +
                                              printable(where, 200)};
        co_return where;
    }
    /// The same key gives the same job: asking again is how to find it.
    task<result<std::optional<std::string>>> find(order what) override {
        const auto again = co_await start(std::move(what));
        if (!again) co_return again.error();
        co_return std::optional{*again};
    }
    task<result<progress>> poll(std::string ref, std::string cursor) override {
        const bool has_query = ref.find('?') != std::string::npos;
        auto url = ref;
        if (!cursor.empty()) url += (has_query ? "&cursor=" : "?cursor=") + net::percent_encode(cursor);
        const auto got = co_await http_.send(request_for("GET", url));
        if (!got) co_return got.error();
        if (got->status != 200) co_return refusal("GET " + ref, *got);
        const auto body = parse_json(got->body);
        if (!body || !body->is_object())
            co_return failure{errc::lost, "GET " + ref + " was answered with something that is no JSON object"};
        progress seen;
        seen.state = state_of_word(text_at(*body, "state"));
        seen.text = mask_(printable(text_at(*body, "text"), longest_answer));
        if (seen.state == state::lost && seen.text.empty())
            seen.text = "the service says “" + printable(text_at(*body, "state"), 60) + "”";
        for (const auto& each : array_at(*body, "log"))
            if (each.is_string()) seen.lines.push_back(mask_(process::readable(std::string{each.get_string()})));
        seen.cursor = text_at(*body, "cursor");
        if (seen.cursor.empty()) seen.cursor = cursor;
        for (const auto& each : array_at(*body, "rows"))
            seen.rows.push_back({printable(text_at(each, "host"), 255), flag_at(each, "ok"), flag_at(each, "changed"),
                                 untrusted{mask_(printable(text_at(each, "text"), longest_answer))}});
        co_return seen;
    }
    task<result<cancel_answer>> cancel(std::string ref, pressure) override {
        const auto got = co_await http_.send(request_for("DELETE", ref));
        if (!got) co_return got.error();
        if (got->status == 405 || got->status == 501) co_return cancel_answer::unsupported;
        if (got->status < 200 || got->status > 299) co_return refusal("DELETE " + ref, *got);
        co_return cancel_answer::requested;
    }
    task<result<attachment>> attach(std::string ref) override {
        const auto seen = co_await poll(std::move(ref), {});
        if (!seen && seen.error() == errc::not_found) co_return attachment::unknown;
        if (!seen) co_return seen.error();
        co_return seen->state == state::running ? attachment::running : attachment::finished;
    }

private:
    json::object params_of(const order& what) const {
        auto all = filled(how_.params, what.words).as_object();
        for (const auto& [name, value] : what.params) all[name] = value;
        return all;
    }
    net::request request_for(std::string method, std::string url) const {
        net::request asked;
        asked.method = std::move(method);
        asked.url = std::move(url);
        asked.headers.add("Accept", "application/json");
        if (!how_.token.empty()) asked.headers.add("Authorization", "Bearer " + how_.token);
        return asked;
    }

    net::http_client& http_;
    http_settings how_;
    masker mask_;
};

}  // namespace

std::unique_ptr<driver> create_http_driver(net::http_client& http, http_settings how) {
    return std::make_unique<http_driver>(http, std::move(how));
}

}  // namespace slipway::runner
