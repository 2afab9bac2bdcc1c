// A Slack app that a test scripts: links to a sandbox over a real websocket and answers envelopes as it is told.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "integrations/async/task_group.hpp"
#include "integrations/base/json.hpp"
#include "integrations/net/http.hpp"
#include "integrations/net/websocket.hpp"

namespace slipway::fakes {

/// The Web API as an app calls it.
class slack_caller {
public:
    slack_caller(executor loop, std::string address)
        : client_{net::create_http_client(loop, {})}, address_{std::move(address)} {}

    task<json::object> call(std::string method, json::object args, std::string token = "xoxb-sandbox-slipway") {
        net::request asked;
        asked.method = "POST";
        asked.url = address_ + "/slack/api/" + method;
        asked.headers.add("Authorization", "Bearer " + token);
        asked.headers.add("Content-Type", "application/json; charset=utf-8");
        asked.body = json::serialize(args);
        co_return co_await answer(std::move(asked));
    }
    task<json::object> form(std::string method, std::vector<net::field> fields) {
        net::request asked;
        asked.method = "POST";
        asked.url = address_ + "/slack/api/" + method;
        asked.headers.add("Authorization", "Bearer xoxb-sandbox-slipway");
        asked.headers.add("Content-Type", "application/x-www-form-urlencoded");
        asked.body = net::encode_form(fields);
        co_return co_await answer(std::move(asked));
    }
    task<json::object> control(std::string path, json::object body) {
        net::request asked;
        asked.method = "POST";
        asked.url = address_ + "/control/" + path;
        asked.headers.add("Content-Type", "application/json");
        asked.body = json::serialize(body);
        co_return co_await answer(std::move(asked));
    }
    task<json::value> look(std::string path) {
        net::request asked;
        asked.url = address_ + "/control/" + path;
        const auto got = co_await client_->send(std::move(asked));
        if (!got) FAIL(got.error().sentence());
        co_return parse_json(got->body).value();
    }
    task<net::response> raw(net::request asked) {
        auto got = co_await client_->send(std::move(asked));
        if (!got) FAIL(got.error().sentence());
        co_return std::move(*got);
    }

private:
    task<json::object> answer(net::request asked) {
        const auto got = co_await client_->send(std::move(asked));
        if (!got) FAIL(got.error().sentence());
        const auto parsed = parse_json(got->body);
        if (!parsed || !parsed->is_object()) FAIL("not a JSON object: " << got->body);
        co_return parsed->get_object();
    }
    std::unique_ptr<net::http_client> client_;
    std::string address_;
};

class scripted_app {
public:
    /// What to acknowledge an envelope with: an empty object for a bare ack, nullopt to stay silent.
    using script = std::function<std::optional<json::object>(const json::object& envelope)>;

    scripted_app(executor loop, std::string address, task_group& tasks)
        : api{loop, std::move(address)}, tasks_{tasks}, arrived_{loop, asio::steady_timer::time_point::max()} {}

    slack_caller api;
    script on_envelope = [](const json::object&) { return json::object{}; };

    /// Opens a link and waits for its hello, which it gives back.
    task<json::object> connect() {
        const auto opened = co_await api.call("apps.connections.open", {}, "xapp-sandbox-slipway");
        INFO(json::serialize(opened));
        REQUIRE(flag_at(opened, "ok"));
        auto linked = co_await net::connect_websocket(text_at(opened, "url"), {});
        if (!linked) FAIL(linked.error().sentence());
        socket_ = std::move(*linked);
        const auto hello = co_await socket_->receive();
        if (!hello) FAIL(hello.error().sentence());
        auto said = parse_json(hello->payload).value().as_object();
        tasks_.spawn("scripted app", read());
        co_return said;
    }

    /// The next frame that arrived (an envelope, or a disconnect), in order; {"type":"closed"} at the end.
    task<json::object> next() {
        while (frames_.empty()) {
            arrived_.expires_at(asio::steady_timer::time_point::max());
            static_cast<void>(co_await arrived_.async_wait(asio::as_tuple(asio::use_awaitable)));
        }
        auto first = std::move(frames_.front());
        frames_.pop_front();
        co_return first;
    }

    net::websocket& socket() { return *socket_; }

    task<> acknowledge(std::string id, json::object payload) {
        json::object ack{{"envelope_id", id}};
        if (!payload.empty()) ack["payload"] = std::move(payload);
        static_cast<void>(co_await socket_->send_text(json::serialize(ack)));
    }

private:
    task<> read() {
        while (true) {
            const auto got = co_await socket_->receive();
            if (!got || got->kind == net::frame_kind::closed) break;
            const auto parsed = parse_json(got->payload);
            if (!parsed || !parsed->is_object()) continue;
            const auto frame = parsed->get_object();
            const auto id = text_at(frame, "envelope_id");
            if (!id.empty()) {
                auto answer = on_envelope(frame);
                if (answer) co_await acknowledge(id, std::move(*answer));
            }
            keep(frame);
        }
        keep({{"type", "closed"}});
    }
    void keep(json::object frame) {
        frames_.push_back(std::move(frame));
        arrived_.cancel();
    }

    task_group& tasks_;
    std::unique_ptr<net::websocket> socket_;
    std::deque<json::object> frames_;
    asio::steady_timer arrived_;
};

}  // namespace slipway::fakes
