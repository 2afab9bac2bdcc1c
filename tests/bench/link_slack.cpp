#include "tests/bench/link_slack.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/bench/ingest_client.hpp"

namespace slipway::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
using tcp = asio::ip::tcp;
using socket = beast::websocket::stream<tcp::socket>;
using steady = std::chrono::steady_clock;

json::object answer_to(const std::string& target, const std::string& link) {
    json::object answer{{"ok", true}};
    if (target.ends_with("apps.connections.open")) answer["url"] = link;
    if (target.ends_with("auth.test")) {
        answer["team_id"] = "T1";
        answer["user_id"] = "UBOT";
        answer["bot_id"] = "BBOT";
        answer["user"] = "slipway";
    }
    return answer;
}

}  // namespace

std::string click_frame(const std::string& envelope_id, std::uint64_t number) {
    json::array blocks;
    for (int i = 0; i < 8; ++i)
        blocks.push_back(json::object{
            {"type", "section"},
            {"block_id", "b" + std::to_string(i)},
            {"text", json::object{{"type", "mrkdwn"},
                                  {"text", "*Build and increment version* of the release: step " + std::to_string(i) +
                                               " of eight, done by <@U0ANA> after 12 minutes and 4 seconds, and "
                                               "what it found is in the thread below."}}}});
    const auto id = std::to_string(number);
    json::object message{{"type", "message"}, {"ts", "1764000000.000100"}, {"bot_id", "BBOT"}, {"text", "board"}};
    message["blocks"] = std::move(blocks);
    json::object payload{{"type", "block_actions"},
                         {"api_app_id", "A1"},
                         {"trigger_id", id + ".1.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
                         {"response_url", "http://127.0.0.1:9/actions/T1/" + id + "/xxxxxxxxxxxxxxxxxxxxxxxx"},
                         {"user", json::object{{"id", "U0ANA"}, {"username", "ana"}, {"team_id", "T1"}}},
                         {"team", json::object{{"id", "T1"}, {"domain", "harbour"}}},
                         {"channel", json::object{{"id", "C0RELEASES"}, {"name", "releases"}}}};
    payload["message"] = std::move(message);
    json::array actions;
    actions.push_back(json::object{{"action_id", "slipway.approve"},
                                   {"block_id", "b1"},
                                   {"type", "button"},
                                   {"value", "0123456789abcdef0123456789abcdef"},
                                   {"action_ts", "1764000001.000200"}});
    payload["actions"] = std::move(actions);
    json::object frame{{"envelope_id", envelope_id}, {"type", "interactive"}, {"accepts_response_payload", true}};
    frame["payload"] = std::move(payload);
    return json::serialize(frame);
}

struct slack_end::inside {
    asio::io_context context;
    tcp::acceptor door{context, tcp::endpoint{asio::ip::make_address("127.0.0.1"), 0}};
    std::mutex guard;
    std::condition_variable news;
    std::unique_ptr<socket> waiting;  ///< a link that nobody has taken yet
    std::unique_ptr<socket> current;
    std::thread accepting;
    std::vector<std::thread> talking;  ///< of the accepting thread; each ends when its client goes

    std::string at(const std::string& scheme, const std::string& path) const {
        return scheme + "://127.0.0.1:" + std::to_string(door.local_endpoint().port()) + path;
    }
    void accept() {
        for (;;) {
            boost::system::error_code error;
            tcp::socket peer{context};
            door.accept(peer, error);
            if (error) return;
            peer.set_option(tcp::no_delay{true});
            talking.emplace_back([this, moved = std::make_shared<tcp::socket>(std::move(peer))] { talk(*moved); });
        }
    }
    void talk(tcp::socket& peer) {
        try {
            beast::flat_buffer buffer;
            for (;;) {
                http::request<http::string_body> asked;
                http::read(peer, buffer, asked);
                if (beast::websocket::is_upgrade(asked)) {
                    auto link = std::make_unique<socket>(std::move(peer));
                    link->accept(asked);
                    link->text(true);
                    const json::object hello{{"type", "hello"},
                                             {"num_connections", 1},
                                             {"debug_info", json::object{{"approximate_connection_time", 18'060}}}};
                    link->write(asio::buffer(json::serialize(hello)));
                    const std::lock_guard lock{guard};
                    waiting = std::move(link);
                    news.notify_all();
                    return;
                }
                http::response<http::string_body> answer{http::status::ok, asked.version()};
                answer.set(http::field::content_type, "application/json");
                answer.keep_alive(asked.keep_alive());
                answer.body() = json::serialize(answer_to(std::string{asked.target()}, at("ws", "/link")));
                answer.prepare_payload();
                http::write(peer, answer);
            }
        } catch (const std::exception&) {  // the client went
        }
    }
    socket& next_link() {
        std::unique_lock lock{guard};
        if (!news.wait_for(lock, std::chrono::seconds{20}, [this] { return waiting != nullptr; }))
            throw std::runtime_error{"no client came"};
        current = std::move(waiting);
        return *current;
    }
};

slack_end::slack_end() : inside_{new inside} {
    inside_->accepting = std::thread{[this] { inside_->accept(); }};
}

slack_end::~slack_end() {
    hang_up();
    // A blocking accept ends when somebody comes in and finds the door closed.
    const auto where = inside_->door.local_endpoint();
    ::shutdown(inside_->door.native_handle(), SHUT_RDWR);
    boost::system::error_code ignored;
    tcp::socket{inside_->context}.connect(where, ignored);
    inside_->accepting.join();
    for (auto& each : inside_->talking) each.join();
    delete inside_;
}

std::string slack_end::api_url() const {
    return inside_->at("http", "/api/");
}

std::string slack_end::link_url() const {
    return inside_->at("ws", "/link");
}

void slack_end::hang_up() {
    inside_->current.reset();
}

link_outcome slack_end::run(const envelope_load& what) {
    auto& link = inside_->next_link();
    std::map<std::string, steady::time_point> open;
    std::vector<double> spans;
    std::uint64_t sent = 0, acknowledged = 0;
    const auto send_one = [&] {
        const auto id = "envelope-" + std::to_string(sent);
        const auto frame = click_frame(id, sent);
        ++sent;
        open[id] = steady::now();
        link.write(asio::buffer(frame));
    };
    double spent_before = 0;
    auto began = steady::now();
    for (int i = 0; i < what.in_flight; ++i) send_one();
    beast::flat_buffer buffer;
    while (acknowledged < what.envelopes) {
        buffer.clear();
        link.read(buffer);
        const std::string_view text{static_cast<const char*>(buffer.data().data()), buffer.size()};
        const auto id = std::string{json::parse(text).as_object().at("envelope_id").as_string()};
        const auto found = open.find(id);
        if (found == open.end()) throw std::runtime_error{"an unknown envelope was acknowledged: " + id};
        const auto now = steady::now();
        if (++acknowledged > what.warm_up)
            spans.push_back(std::chrono::duration<double, std::milli>(now - found->second).count());
        open.erase(found);
        if (acknowledged == what.warm_up || (what.warm_up == 0 && acknowledged == 1)) {
            spent_before = what.process != 0 ? cpu_seconds(what.process) : 0;
            began = now;
        }
        if (sent < what.envelopes) send_one();
    }
    link_outcome done;
    done.seconds = std::chrono::duration<double>(steady::now() - began).count();
    if (what.process != 0)
        done.cpu_us = (cpu_seconds(what.process) - spent_before) / double(what.envelopes - what.warm_up) * 1e6;
    std::ranges::sort(spans);
    done.p50_ms = spans[spans.size() / 2];
    done.p99_ms = spans[spans.size() * 99 / 100];
    return done;
}

double slack_end::first_ack() {
    const auto begun = steady::now();
    auto& link = inside_->next_link();
    link.write(asio::buffer(click_frame("envelope-0", 0)));
    beast::flat_buffer buffer;
    link.read(buffer);
    return std::chrono::duration<double>(steady::now() - begun).count();
}

}  // namespace slipway::bench
