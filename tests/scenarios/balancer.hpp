// What stands in front of the ingests of several bots: each connection goes to the next of them that takes it, as a
// balancer does, so that errors find a bot whoever is dead.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <thread>
#include <vector>

namespace slipway::scenarios {

/// Works in a thread of its own until it goes. Loopback only.
class balancer {
public:
    explicit balancer(unsigned short port);
    balancer(const balancer&) = delete;
    balancer& operator=(const balancer&) = delete;
    ~balancer();
    /// One more to hand connections to.
    void add(unsigned short port);

private:
    using socket = boost::asio::ip::tcp::socket;
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> hand_on(socket client);

    boost::asio::io_context loop_{1};
    boost::asio::ip::tcp::acceptor acceptor_;
    std::vector<unsigned short> behind_;  ///< of the thread
    std::size_t next_ = 0;
    std::thread thread_;
};

}  // namespace slipway::scenarios
