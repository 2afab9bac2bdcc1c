#include "bot/gateway/socket_mode.hpp"

#include <spdlog/spdlog.h>

#include "integrations/async/join_within.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/methods.hpp"

namespace slipway::gateway {
namespace {

task<result<std::unique_ptr<net::websocket>>> dial_network(std::string url, net::websocket_settings settings,
                                                           std::optional<net::proxy> through) {
    auto connected = co_await net::connect_websocket(std::move(url), std::move(settings), std::move(through));
    co_return connected;
}

}  // namespace

connector connect_over_network(net::websocket_settings settings, std::optional<net::proxy> through) {
    return [settings = std::move(settings), through = std::move(through)](std::string url) {
        return dial_network(std::move(url), settings, through);
    };
}

socket_mode::socket_mode(executor loop, slack::web_api& api, inbox& envelopes, timers& clock, connector connect,
                         answer_hook answer, chance roll, socket_mode_settings settings)
    : api_{api},
      clock_{clock},
      connect_{std::move(connect)},
      intake_{envelopes, clock, std::move(answer)},
      settings_{settings},
      session_{settings.link, std::move(roll)},
      taking_{loop},
      closing_{loop},
      tasks_{loop} {}

void socket_mode::start() {
    perform(session_.start(clock_.now()));
}

task<> socket_mode::stop(milliseconds grace) {
    co_await join_within(clock_, taking_, grace);
    perform(session_.stop(clock_.now()));
    co_await closing_.join();
    tasks_.cancel();
    co_await tasks_.join();
    connections_.clear();
}

// ── doing what the session wants ─────────────────────────────────────────────────────────────────────────────────

void socket_mode::perform(slack::link_actions actions) {
    for (auto& each : actions) std::visit([this](auto& action) { act(action); }, each);
    plan_wake();
}

void socket_mode::act(const slack::fetch_url& wanted) {
    connections_[wanted.link] = {};
    tasks_.spawn("socket mode url", fetch(wanted.link));
}
void socket_mode::act(const slack::dial& wanted) {
    tasks_.spawn("socket mode dial", dial(wanted.link));
}
void socket_mode::act(const slack::send_ping& wanted) {
    if (auto link = socket_of(wanted.link)) tasks_.spawn("socket mode ping", ping(std::move(link)));
}
void socket_mode::act(const slack::acknowledge& wanted) {
    taking_.spawn("acknowledge", acknowledge(wanted.link, wanted.envelope_id, std::nullopt, clock_.now()));
}
void socket_mode::act(slack::deliver& wanted) {
    taking_.spawn("envelope " + wanted.envelope.id, take(wanted.link, std::move(wanted.envelope)));
}
void socket_mode::act(const slack::close_link& wanted) {
    auto link = socket_of(wanted.link);
    connections_.erase(wanted.link);
    if (link) closing_.spawn("socket mode close", close(std::move(link), wanted.reason));
}
void socket_mode::act(const slack::abort_link& wanted) {
    if (const auto link = socket_of(wanted.link)) link->abort();
    connections_.erase(wanted.link);
}
void socket_mode::act(const slack::report& wanted) {
    switch (wanted.level) {
        case slack::severity::info:
            spdlog::info("slack link: {}", wanted.sentence);
            break;
        case slack::severity::warning:
            spdlog::warn("slack link: {}", wanted.sentence);
            break;
        case slack::severity::error:
            spdlog::error("slack link: {}", wanted.sentence);
            break;
    }
}

socket_mode::socket socket_mode::socket_of(slack::link_id link) const {
    const auto found = connections_.find(link);
    return found == connections_.end() ? nullptr : found->second.link;
}

// ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

void socket_mode::plan_wake() {
    const auto now = clock_.now();
    const auto wait = session_.next_wait();
    if (session_.is_stopped() && connections_.empty()) return;
    if (planned_ && *planned_ > now && *planned_ <= now + wait) return;
    planned_ = now + wait;
    tasks_.spawn("socket mode tick", wake(wait, ++round_));
}

task<> socket_mode::wake(milliseconds span, std::uint64_t round) {
    co_await clock_.sleep(span);
    if (round != round_) co_return;
    planned_.reset();
    notice_bytes();
    perform(session_.tick(clock_.now()));
}

slack::link_health socket_mode::health() {
    notice_bytes();
    return session_.health(clock_.now());
}

void socket_mode::notice_bytes() {
    for (auto& [id, each] : connections_) {
        if (!each.link || each.link->last_byte() == each.last_byte) continue;
        each.last_byte = each.link->last_byte();
        session_.heard(id, clock_.now());
    }
}

// ── the life of a link ───────────────────────────────────────────────────────────────────────────────────────────

task<> socket_mode::fetch(slack::link_id link) {
    auto url = co_await slack::open_connection(api_);
    const auto known = connections_.find(link);
    if (known == connections_.end()) co_return;
    if (url.has_error()) {
        connections_.erase(known);
        perform(session_.url_failed(link, url.error(), clock_.now()));
        co_return;
    }
    known->second.url = std::move(*url);
    perform(session_.url_ready(link, clock_.now()));
}

task<> socket_mode::dial(slack::link_id link) {
    auto connected = co_await connect_(std::exchange(connections_[link].url, {}));
    if (connected.has_error()) {
        connections_.erase(link);
        perform(session_.dial_failed(link, connected.error(), clock_.now()));
        co_return;
    }
    const socket opened{std::move(*connected)};
    connections_[link].link = opened;
    perform(session_.dialled(link, clock_.now()));
    co_await read(link, opened);
}

task<> socket_mode::read(slack::link_id link, socket from) {
    while (socket_of(link) == from) {
        auto got = co_await from->receive();
        if (socket_of(link) != from) co_return;
        if (got.has_error() || got->kind == net::frame_kind::closed) {
            auto why = got.has_error() ? got.error().sentence() : "closed with code " + std::to_string(got->close_code);
            connections_.erase(link);
            perform(session_.lost(link, why, clock_.now()));
            co_return;
        }
        if (got->kind == net::frame_kind::text)
            perform(session_.text_frame(link, std::move(got->payload), clock_.now()));
        else
            perform(session_.binary_frame(link, clock_.now()));
    }
}

task<> socket_mode::ping(socket to) {
    // A ping that cannot be sent needs no answer here: the reader learns of the loss.
    const auto sent = co_await to->ping("slipway");
    if (sent.has_error()) spdlog::debug("slack link: {}", sent.error().sentence());
}

task<> socket_mode::close(socket which, std::string reason) {
    co_await which->close(1000, std::move(reason));
}

// ── envelopes ────────────────────────────────────────────────────────────────────────────────────────────────────

task<> socket_mode::take(slack::link_id link, slack::envelope arrived) {
    const auto since = clock_.now();
    const auto envelope_id = arrived.id;
    auto admitted = co_await intake_.admit(std::move(arrived));
    if (admitted.has_error()) {
        ++figures_.refused;
        co_return;
    }
    auto answer = std::exchange(admitted->answer, std::nullopt);
    co_await acknowledge(link, envelope_id, std::move(answer), since);
    intake_.proceed(std::move(*admitted));
}

task<> socket_mode::acknowledge(slack::link_id link, std::string envelope_id, std::optional<json::object> answer,
                                instant since) {
    auto text = R"({"envelope_id":)" + json::serialize(json::value(envelope_id)) + "}";
    if (answer) {
        const json::object whole{{"envelope_id", envelope_id}, {"payload", std::move(*answer)}};
        auto full = json::serialize(whole);
        if (full.size() < settings_.largest_ack)
            text = std::move(full);
        else
            spdlog::warn("envelope={} gets a plain acknowledgement: its answer of {} bytes would be dropped by Slack",
                         envelope_id, full.size());
    }
    const auto to = socket_of(link);
    if (!to) {
        ++figures_.missed;
        spdlog::warn("envelope={} cannot be acknowledged: link {} is gone", envelope_id, link);
        co_return;
    }
    const auto sent = co_await to->send_text(std::move(text));
    if (sent.has_error()) {
        ++figures_.missed;
        spdlog::warn("envelope={} cannot be acknowledged: {}", envelope_id, sent.error().sentence());
        co_return;
    }
    const auto took = clock_.now() - since;
    if (figures_.note(took, settings_.acknowledge_within))
        spdlog::warn("envelope={} was acknowledged after {} ms", envelope_id, took.count());
}

}  // namespace slipway::gateway
