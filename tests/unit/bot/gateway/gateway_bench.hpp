// Websockets, a store and an inbox for the gateway tests.
#pragma once

#include <catch2/catch.hpp>
#include <deque>

#include "bot/gateway/dispatcher.hpp"
#include "bot/gateway/inbox.hpp"
#include "integrations/async/one_shot.hpp"
#include "integrations/base/json.hpp"
#include "integrations/net/websocket.hpp"
#include "tests/fakes/hand_timers.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/run_until.hpp"
#include "tests/fakes/show_result.hpp"

namespace slipway::gateway {

using namespace std::chrono_literals;

/// Slack's end of one link, and what the bot did with it.
struct fake_peer {
    explicit fake_peer(const executor& loop) : news{loop} {}
    void say(std::string text) { push({net::frame_kind::text, std::move(text), 0}); }
    void hang_up(int code) { push({net::frame_kind::closed, "", code}); }
    void push(net::frame next) {
        incoming.push_back(std::move(next));
        heard = std::chrono::steady_clock::now();
        news.fire();
    }
    std::vector<std::string> sent;  ///< frames of the bot
    std::deque<net::frame> incoming;
    one_shot news;
    std::chrono::steady_clock::time_point heard;
    int pings = 0;
    int close_code = 0;
    bool aborted = false;
    bool broken = false;  ///< what the bot sends is lost
};

class fake_websocket final : public net::websocket {
public:
    explicit fake_websocket(std::shared_ptr<fake_peer> peer) : peer_{std::move(peer)} {}
    task<result<net::frame>> receive() override {
        const auto peer = peer_;
        while (peer->incoming.empty()) {
            peer->news.rearm();
            co_await peer->news.wait();
        }
        auto next = std::move(peer->incoming.front());
        peer->incoming.pop_front();
        co_return next;
    }
    task<result<>> send_text(std::string text) override {
        if (peer_->broken) co_return failure{errc::lost, "the websocket link broke while sending"};
        peer_->sent.push_back(std::move(text));
        co_return result<>{};
    }
    task<result<>> send_binary(std::string) override { co_return result<>{}; }
    task<result<>> ping(std::string) override {
        ++peer_->pings;
        co_return result<>{};
    }
    task<> close(int code, std::string) override {
        peer_->close_code = code;
        peer_->hang_up(code);
        co_return;
    }
    void abort() override {
        peer_->aborted = true;
        peer_->hang_up(1006);
    }
    std::chrono::steady_clock::time_point last_byte() const override { return peer_->heard; }
    std::size_t pings_seen() const override { return 0; }

private:
    std::shared_ptr<fake_peer> peer_;
};

struct gateway_bench {
    gateway_bench() = default;
    gateway_bench(const gateway_bench&) = delete;
    gateway_bench& operator=(const gateway_bench&) = delete;
    ~gateway_bench() {
        if (envelopes) run(envelopes->stop(1s));
        run(memory->close());
    }

    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }
    void open_inbox(payload_handler handle) {
        envelopes = std::make_unique<inbox>(loop.get_executor(), *memory, clock, std::move(handle));
    }
    std::vector<store::envelope> unhandled() {
        auto left = run(memory->unhandled(inbox_source));
        REQUIRE(left);
        return *left;
    }

    static std::string click(const std::string& envelope, const std::string& trigger) {
        return R"({"type":"interactive","envelope_id":")" + envelope + R"(","accepts_response_payload":true,)" +
               R"("payload":{"type":"block_actions","trigger_id":")" + trigger +
               R"(","user":{"id":"U1","team_id":"T1"},"actions":[{"action_id":"slipway.approve","value":"a1"}]}})";
    }
    static slack::envelope envelope_of(const std::string& frame) {
        return slack::envelope_from_json(parse_json(frame)->get_object()).value();
    }

    asio::io_context loop;
    fakes::hand_timers clock;
    std::unique_ptr<store::store> memory = open();
    std::unique_ptr<inbox> envelopes;

private:
    std::unique_ptr<store::store> open() {
        auto opened = store::open_sqlite(loop.get_executor(), ":memory:", [this] { return clock.now(); });
        REQUIRE(opened);
        return std::move(*opened);
    }
};

}  // namespace slipway::gateway
