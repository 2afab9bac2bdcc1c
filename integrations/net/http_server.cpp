// The HTTP server: accepting, counting, stopping. What happens on a connection is in http_session.
#include <spdlog/spdlog.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <list>

#include "integrations/async/one_shot.hpp"
#include "integrations/net/alarm.hpp"
#include "integrations/net/http_session.hpp"

namespace slipway::net {
namespace {

using asio::ip::tcp;

constexpr milliseconds accept_pause{100};
constexpr milliseconds last_wait{2'000};

struct server_state {
    struct running {
        explicit running(std::shared_ptr<session_rules> rules) : session{std::move(rules)} {}
        http_session session;
        asio::cancellation_signal stop;
    };
    server_state(executor on, std::shared_ptr<session_rules> shared)
        : loop{std::move(on)}, rules{std::move(shared)}, acceptor{loop}, one_ended{loop} {}

    executor loop;
    std::shared_ptr<session_rules> rules;
    tcp::acceptor acceptor;
    one_shot one_ended;
    std::list<running> sessions;
    bool full = false;  ///< said so once; not again before there was room
};

using state_ptr = std::shared_ptr<server_state>;

void report(const std::exception_ptr& thrown) {
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        if (error.code() != asio::error::operation_aborted) spdlog::error("task=http ended by a bug: {}", error.what());
    } catch (const std::exception& error) {
        spdlog::error("task=http ended by a bug: {}", error.what());
    }
}

void begin(const state_ptr& state, tcp::socket socket) {
    state->sessions.emplace_back(state->rules);
    const auto self = std::prev(state->sessions.end());
    auto ended = [state, self](const std::exception_ptr& thrown) {
        report(thrown);
        state->sessions.erase(self);
        state->full = false;
        state->one_ended.fire();
    };
    asio::co_spawn(state->loop, self->session.run(std::move(socket)),
                   asio::bind_cancellation_slot(self->stop.slot(), std::move(ended)));
}

bool has_room(server_state& state) {
    if (state.sessions.size() < state.rules->limits.most_connections) return true;
    if (!std::exchange(state.full, true)) {
        spdlog::warn("http port {}: {} connections are open, new ones are closed unanswered", state.rules->limits.port,
                     state.sessions.size());
    }
    return false;
}

task<> accept_all(state_ptr state) {
    while (state->acceptor.is_open()) {
        auto [ec, socket] = co_await state->acceptor.async_accept(as_values);
        if (!state->acceptor.is_open()) co_return;
        if (!ec) {
            if (has_room(*state)) begin(state, std::move(socket));
            continue;
        }
        // Out of descriptors, or a connection that was gone before we took it: neither is a reason to stop serving.
        spdlog::warn("http port {}: a connection could not be accepted: {}", state->rules->limits.port, ec.message());
        asio::steady_timer pause{state->loop, accept_pause};
        co_await pause.async_wait(asio::use_awaitable);
    }
}

void end_all(server_state& state) {
    for (auto each = state.sessions.begin(); each != state.sessions.end();) {
        const auto here = each++;  // a session may end inside emit() and erase itself
        here->session.close();
        here->stop.emit(asio::cancellation_type::terminal);
    }
}

task<> wait_until_empty(state_ptr state, milliseconds limit) {
    alarm time_up{state->loop};
    time_up.set(limit, [state] { state->one_ended.fire(); });
    while (!state->sessions.empty() && !time_up.struck()) {
        state->one_ended.rearm();
        co_await state->one_ended.wait();
    }
}

void shut(server_state& state) {
    state.rules->stopping = true;
    error_code ignored;
    state.acceptor.close(ignored);
}

task<> stop_server(state_ptr state, milliseconds grace) {
    shut(*state);
    for (auto each = state->sessions.begin(); each != state->sessions.end();) {
        const auto here = each++;
        if (here->session.has_begun()) {
            here->session.stop_gently();
        } else {
            here->stop.emit(asio::cancellation_type::terminal);
        }
    }
    co_await wait_until_empty(state, grace);
    end_all(*state);
    co_await wait_until_empty(state, last_wait);
}

class server final : public http_server {
public:
    explicit server(state_ptr state) : state_{std::move(state)} {
        asio::co_spawn(state_->loop, accept_all(state_), report);
    }
    ~server() override {
        shut(*state_);
        end_all(*state_);
    }
    std::uint16_t port() const override { return state_->rules->limits.port; }
    task<> stop(milliseconds grace) override { return stop_server(state_, grace); }

private:
    state_ptr state_;
};

result<> listen(server_state& state) {
    auto& limits = state.rules->limits;
    const auto named = limits.address + ":" + std::to_string(limits.port);
    error_code ec;
    const auto address = asio::ip::make_address(limits.address, ec);
    if (ec) return failure{errc::invalid, "\"" + limits.address + "\" is not an IP address to listen on"};
    const tcp::endpoint end{address, limits.port};
    state.acceptor.open(end.protocol(), ec);
    if (!ec) state.acceptor.set_option(tcp::acceptor::reuse_address{true}, ec);
    if (!ec) state.acceptor.bind(end, ec);
    if (!ec) state.acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (ec) return failure{errc::unavailable, "cannot listen on " + named + ": " + ec.message()};
    limits.port = state.acceptor.local_endpoint().port();
    return {};
}

}  // namespace

result<std::unique_ptr<http_server>> create_http_server(executor loop, server_settings settings, http_handler handler,
                                                        websocket_handler on_websocket, upgrade_check check) {
    auto rules = std::make_shared<session_rules>();
    if (!settings.certificate_file.empty() || !settings.key_file.empty()) {
        auto who = load_identity(settings.certificate_file, settings.key_file);
        if (!who) return who.error();
        rules->who = std::move(*who);
    }
    rules->limits = std::move(settings);
    rules->handler = std::move(handler);
    rules->on_websocket = std::move(on_websocket);
    rules->check = std::move(check);
    const auto state = std::make_shared<server_state>(std::move(loop), std::move(rules));
    const auto listening = listen(*state);
    if (!listening) return listening.error();
    return std::make_unique<server>(state);
}

}  // namespace slipway::net
