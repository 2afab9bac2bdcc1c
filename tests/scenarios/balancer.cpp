#include "tests/scenarios/balancer.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <memory>

namespace slipway::scenarios {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
constexpr auto tuple = asio::as_tuple(asio::use_awaitable);
using shared_socket = std::shared_ptr<tcp::socket>;

tcp::endpoint loopback(unsigned short port) {
    return {asio::ip::address_v4::loopback(), port};
}

/// Everything that comes, until one side ends: then both do.
asio::awaitable<void> pour(shared_socket from, shared_socket into) {
    std::array<char, 16'384> piece{};
    for (;;) {
        auto [unread, size] = co_await from->async_read_some(asio::buffer(piece), tuple);
        if (unread) break;
        auto [unwritten, written] = co_await asio::async_write(*into, asio::buffer(piece, size), tuple);
        if (unwritten) break;
    }
    boost::system::error_code ignored;  // the other direction may have closed them
    from->shutdown(tcp::socket::shutdown_both, ignored);
    into->shutdown(tcp::socket::shutdown_both, ignored);
}

}  // namespace

balancer::balancer(unsigned short port) : acceptor_{loop_, loopback(port)} {
    asio::co_spawn(loop_, accept(), asio::detached);
    thread_ = std::thread{[this] { loop_.run(); }};
}

balancer::~balancer() {
    loop_.stop();
    thread_.join();
}

void balancer::add(unsigned short port) {
    asio::post(loop_, [this, port] { behind_.push_back(port); });
}

asio::awaitable<void> balancer::accept() {
    for (;;) {
        auto [problem, client] = co_await acceptor_.async_accept(tuple);
        if (!problem) asio::co_spawn(loop_, hand_on(std::move(client)), asio::detached);
    }
}

asio::awaitable<void> balancer::hand_on(socket client) {
    for (std::size_t tried = 0; tried < behind_.size(); ++tried) {
        auto bot = std::make_shared<tcp::socket>(loop_);
        auto [problem] = co_await bot->async_connect(loopback(behind_[next_++ % behind_.size()]), tuple);
        if (problem) continue;
        const auto caller = std::make_shared<tcp::socket>(std::move(client));
        asio::co_spawn(loop_, pour(caller, bot), asio::detached);
        asio::co_spawn(loop_, pour(bot, caller), asio::detached);
        co_return;
    }
}

}  // namespace slipway::scenarios
