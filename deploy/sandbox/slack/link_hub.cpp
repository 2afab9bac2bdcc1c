#include "deploy/sandbox/slack/link_hub.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "deploy/sandbox/slack/payloads.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

std::string envelope_text(const std::string& id, const std::string& type, const json::object& payload,
                          bool accepts_response, int attempt, const std::string& reason) {
    json::object made{
        {"envelope_id", id}, {"type", type}, {"accepts_response_payload", accepts_response}, {"payload", payload}};
    if (type == "events_api") {
        made["retry_attempt"] = attempt;
        made["retry_reason"] = reason;
    }
    return json::serialize(made);
}

/// "5b1c0f3e-…": the shape of Slack's envelope ids.
std::string envelope_id() {
    auto id = random_hex(16);
    for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, "-");
    return id;
}

}  // namespace

std::size_t link_hub::live() const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(links_, [](const auto& each) { return each->said_hello; }));
}

milliseconds link_hub::scaled(milliseconds span) const {
    return milliseconds{static_cast<std::int64_t>(static_cast<double>(span.count()) * knobs.time_scale)};
}

std::optional<net::server_response> link_hub::refuse_upgrade(const net::server_request& asked) {
    net::server_response refusal;
    if (knobs.refuse_upgrades > 0) {
        --knobs.refuse_upgrades;
        refusal.status = knobs.refuse_status;
        return refusal;
    }
    const auto ticket = net::field_of(net::decode_form(asked.query), "ticket");
    if (all_.tickets.redeem(ticket, timers_.now())) return {};
    refusal.status = 403;
    refusal.body = "this ticket was used or is older than 30 seconds: ask apps.connections.open for a new one\n";
    return refusal;
}

json::object link_hub::hello(const link& to, bool debug) const {
    const auto seconds =
        debug ? std::int64_t{360} : std::chrono::duration_cast<std::chrono::seconds>(knobs.connection_time).count();
    return {{"type", "hello"},
            {"num_connections", static_cast<std::int64_t>(live()) + knobs.ghosts},
            {"debug_info", {{"host", to.host}, {"build_number", 57}, {"approximate_connection_time", seconds}}},
            {"connection_info", {{"app_id", all_.workspace.app_id}}}};
}

void link_hub::send(const std::shared_ptr<link>& to, std::string text) {
    const auto write = [](std::shared_ptr<link> which, std::string what) -> task<> {
        const auto sent = co_await which->socket->send_text(std::move(what));
        if (!sent) which->socket->abort();
    };
    tasks_.spawn("slack link: send", write(to, std::move(text)));
}

task<> link_hub::serve(std::unique_ptr<net::websocket> socket, net::server_request asked) {
    const auto here = std::make_shared<link>();
    here->id = ++next_link_;
    here->host = "applink-" + std::to_string(here->id);
    here->socket = std::move(socket);
    here->opened = timers_.now();
    if (static_cast<int>(live()) + knobs.ghosts >= knobs.most_links) {
        json::object told{
            {"type", "disconnect"}, {"reason", "too_many_websockets"}, {"debug_info", {{"host", here->host}}}};
        const auto text = json::serialize(told);
        static_cast<void>(co_await here->socket->send_text(text));
        co_await here->socket->close(1000, "");
        co_return;
    }
    here->socket->delay_pongs(knobs.pong_delay);
    links_.push_back(here);
    const bool debug = net::field_of(net::decode_form(asked.query), "debug_reconnects") == "true";
    if (knobs.hello_delay.count() > 0) co_await timers_.sleep(knobs.hello_delay);
    here->said_hello = true;
    send(here, json::serialize(hello(*here, debug)));
    tasks_.spawn("slack link: ping", keep_alive(here));
    tasks_.spawn("slack link: recycle", recycle(here, debug));
    co_await read_until_end(here);
    forget(here);
}

task<> link_hub::read_until_end(std::shared_ptr<link> which) {
    while (!which->ended) {
        const auto got = co_await which->socket->receive();
        if (!got || got->kind == net::frame_kind::closed) co_return;
        if (knobs.deaf || got->kind != net::frame_kind::text) continue;
        std::string id;
        if (ledger_.read(which->id, got->payload, got->pieces, timers_.now(), &id) != ack_verdict::accepted) continue;
        ++which->acked;
        const auto found = waiting_.find(id);
        if (found != waiting_.end()) found->second.wake->cancel();
    }
}

void link_hub::forget(const std::shared_ptr<link>& which) {
    which->ended = true;
    which->said_hello = false;
    links_.remove(which);
    for (auto& [id, each] : waiting_) {
        if (each.link != which->id) continue;
        each.link_gone = true;
        each.wake->cancel();
    }
}

task<> link_hub::keep_alive(std::shared_ptr<link> which) {
    const std::string words = "Ping from " + which->host;
    while (!which->ended) {
        co_await timers_.sleep(knobs.ping_interval);
        if (which->ended) co_return;
        if (knobs.deaf) continue;
        const auto silent = std::chrono::steady_clock::now() - which->socket->last_byte();
        if (silent > knobs.silence_limit) {
            which->socket->abort();
            co_return;
        }
        const auto sent = co_await which->socket->ping(words);
        if (!sent) co_return;
    }
}

task<> link_hub::recycle(std::shared_ptr<link> which, bool debug) {
    constexpr milliseconds notice{10'000};
    const auto life = debug ? milliseconds{360'000} : knobs.connection_time;
    constexpr milliseconds slice{5'000};  // an ended link is let go of within this time
    for (auto left = scaled(life - notice); left.count() > 0 && !which->ended; left -= slice) {
        co_await timers_.sleep(std::min(left, slice));
    }
    for (const std::string reason : {"warning", "refresh_requested"}) {
        if (which->ended) co_return;
        json::object told{{"type", "disconnect"}, {"reason", reason}, {"debug_info", {{"host", which->host}}}};
        send(which, json::serialize(told));
        co_await timers_.sleep(scaled(notice));
    }
    if (!which->ended) co_await which->socket->close(1000, "");
}

std::shared_ptr<link_hub::link> link_hub::choose() {
    std::vector<std::shared_ptr<link>> ready;
    for (const auto& each : links_) {
        if (each->said_hello && !each->ended) ready.push_back(each);
    }
    for (int ghost = 0; ghost < knobs.ghosts; ++ghost) ready.push_back(nullptr);
    if (ready.empty()) return nullptr;
    return ready[std::uniform_int_distribution<std::size_t>{0, ready.size() - 1}(dice_)];
}

task<> link_hub::wait_for_ack(std::shared_ptr<asio::steady_timer> wake) {
    static_cast<void>(co_await wake->async_wait(asio::as_tuple(asio::use_awaitable)));
}

task<delivery> link_hub::deliver_attempt(std::string type, json::object payload, bool accepts_response, int attempt,
                                         std::string reason) {
    using namespace asio::experimental::awaitable_operators;
    delivery done;
    if (requests_.is_on()) {
        done = co_await requests_.deliver(std::move(type), std::move(payload), attempt, std::move(reason));
        co_return done;
    }
    const auto chosen = choose();
    const bool is_ghost = chosen == nullptr && knobs.ghosts > 0;
    if (chosen == nullptr && !is_ghost) {
        done.problem = "no_link";
        co_return done;
    }
    const auto id = envelope_id();
    const auto sent_at = timers_.now();
    ledger_.sent(id, type, is_ghost ? 0 : chosen->id, attempt, sent_at);
    const auto wake = std::make_shared<asio::steady_timer>(loop_, asio::steady_timer::time_point::max());
    waiting_[id] = {wake, is_ghost ? 0 : chosen->id, false};
    if (!is_ghost && !knobs.deaf) {
        const auto text = envelope_text(id, type, payload, accepts_response, attempt, reason);
        ++chosen->sent;
        send(chosen, text);
        if (knobs.repeat_envelopes && type == "events_api") send(chosen, text);
    }
    co_await (wait_for_ack(wake) || timers_.sleep(envelope_ledger::deadline));
    const bool gone = waiting_[id].link_gone;
    waiting_.erase(id);
    const auto* entry = ledger_.find(id);
    done.acked = entry != nullptr && entry->acked.has_value();
    if (done.acked) {
        done.answer = entry->answer;
        done.latency = *entry->acked - sent_at;
    } else {
        done.problem = gone ? "link_gone" : "timeout";
    }
    co_return done;
}

task<delivery> link_hub::deliver(std::string type, json::object payload, bool accepts_response) {
    if (all_.names_little) thin_out(payload);
    co_return co_await deliver_attempt(std::move(type), std::move(payload), accepts_response, 0, "");
}

void link_hub::publish_event(json::object event) {
    const auto now = timers_.now();
    json::object authorization{{"enterprise_id", nullptr},
                               {"team_id", all_.workspace.team_id},
                               {"user_id", all_.workspace.bot_user},
                               {"is_bot", true},
                               {"is_enterprise_install", false}};
    json::object wrapper{{"token", "deprecated"},
                         {"team_id", all_.workspace.team_id},
                         {"context_team_id", all_.workspace.team_id},
                         {"context_enterprise_id", nullptr},
                         {"api_app_id", all_.workspace.app_id},
                         {"event", std::move(event)},
                         {"type", "event_callback"},
                         {"event_id", "Ev" + std::to_string(to_unix(now)) + std::to_string(++next_event_)},
                         {"event_time", to_unix(now)},
                         {"event_context", random_hex(12)},
                         {"is_ext_shared_channel", false}};
    wrapper["authorizations"] = json::array{json::value(std::move(authorization))};
    tasks_.spawn("slack link: event", redeliver(std::move(wrapper)));
}

task<> link_hub::redeliver(json::object payload) {
    constexpr std::array<int, 4> seconds_before{0, 0, 60, 300};
    std::string reason;
    for (std::size_t attempt = 0; attempt < seconds_before.size(); ++attempt) {
        co_await timers_.sleep(scaled(std::chrono::seconds{seconds_before[attempt]}));
        const auto done = co_await deliver_attempt("events_api", payload, /*accepts_response=*/false,
                                                   static_cast<int>(attempt), reason);
        if (done.acked || done.no_retry) co_return;
        reason = requests_.is_on() ? done.problem : "timeout";
    }
}

task<> link_hub::close_later(std::shared_ptr<link> which, milliseconds after) {
    co_await timers_.sleep(after);
    if (!which->ended) co_await which->socket->close(1000, "");
}

void link_hub::disconnect_all(const std::string& reason, milliseconds after) {
    for (const auto& each : links_) {
        json::object told{{"type", "disconnect"}, {"reason", reason}, {"debug_info", {{"host", each->host}}}};
        send(each, json::serialize(told));
        if (reason != "warning") tasks_.spawn("slack link: close", close_later(each, after));
    }
}

void link_hub::drop_all(bool aborted) {
    for (const auto& each : links_) {
        if (aborted) {
            each->socket->abort();
        } else {
            tasks_.spawn("slack link: close", close_later(each, milliseconds{0}));
        }
    }
}

void link_hub::send_garbage(const std::string& kind) {
    for (const auto& each : links_) {
        if (kind == "text") send(each, "UNAUTHENTICATED: cache_error");
        if (kind == "unknown_type")
            send(each,
                 R"({"type":"weather_report","envelope_id":"w-)" + random_hex(8) + R"(","payload":{"sun":true}})");
        if (kind == "unknown_fields")
            send(each, R"({"type":"hello","surprise":{"nested":[1,2,3]},"num_connections":1})");
        if (kind == "huge") send(each, R"({"type":"noise","filler":")" + std::string(1U << 20U, 'x') + R"("})");
        if (kind == "binary") {
            const auto write = [](std::shared_ptr<link> which) -> task<> {
                const auto sent = co_await which->socket->send_binary(std::string("\x00\x01\xff", 3));
                if (!sent) which->socket->abort();
            };
            tasks_.spawn("slack link: binary", write(each));
        }
    }
}

void link_hub::set_pong_delay(milliseconds span) {
    knobs.pong_delay = span;
    for (const auto& each : links_) each->socket->delay_pongs(span);
}

json::object link_hub::to_json() const {
    json::array links;
    for (const auto& each : links_) {
        links.push_back({{"id", each->id},
                         {"host", each->host},
                         {"opened", to_iso(each->opened)},
                         {"said_hello", each->said_hello},
                         {"pings", each->socket->pings_seen()},
                         {"sent", each->sent},
                         {"acked", each->acked}});
    }
    json::array envelopes;
    for (const auto& id : ledger_.order()) {
        const auto* each = ledger_.find(id);
        json::object row{{"envelope_id", id},
                         {"type", each->type},
                         {"link", each->link},
                         {"attempt", each->attempt},
                         {"sent", to_iso(each->sent)}};
        row["ack_ms"] = each->acked ? json::value((*each->acked - each->sent).count()) : json::value(nullptr);
        envelopes.push_back(std::move(row));
    }
    json::object verdicts;
    for (const auto& [verdict, count] : ledger_.verdicts()) verdicts[to_string(verdict)] = count;
    return {{"links", std::move(links)}, {"envelopes", std::move(envelopes)}, {"acks", std::move(verdicts)}};
}

}  // namespace slipway::sandbox::slack
