// A Unix socket in front of another one that a test can cut, or have cut at a word that passes. On a thread of its own,
// because what is tested may block while it connects.
#pragma once

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "integrations/async/task.hpp"

namespace slipway::fakes {

class cut_socket {
    using protocol = asio::local::stream_protocol;

public:
    enum class at_word {
        drop_before,  ///< the bytes with the word never arrive, and both sides see the connection end
        drop_after,   ///< they arrive, and their answer does not
    };

    cut_socket(const std::string& front, std::string behind)
        : state_{std::make_shared<state>(
              state{loop_.get_executor(), protocol::acceptor{loop_, protocol::endpoint{front}}, std::move(behind)})} {
        asio::co_spawn(loop_, accept(state_), [](const std::exception_ptr&) {});
        thread_ = std::thread{[this] { loop_.run(); }};
    }
    cut_socket(const cut_socket&) = delete;
    cut_socket& operator=(const cut_socket&) = delete;
    ~cut_socket() {
        loop_.stop();
        thread_.join();
    }

    /// Ends every connection; new ones are refused until mend().
    void cut() {
        there([this] {
            state_->is_cut = true;
            for (auto& each : state_->pairs) each->close();
            state_->pairs.clear();
        });
    }
    void mend() {
        there([this] { state_->is_cut = false; });
    }
    /// Once: when the client sends `word`.
    void cut_at(std::string word, at_word how) {
        there([&] {
            state_->word = std::move(word);
            state_->how = how;
        });
    }
    int accepted() {
        int count = 0;
        there([&] { count = state_->accepted; });
        return count;
    }

private:
    struct pair {
        explicit pair(const executor& loop) : client{loop}, server{loop} {}
        protocol::socket client, server;
        bool mute = false;  ///< what the server says is thrown away
        void close() {
            boost::system::error_code ignored;
            client.close(ignored);
            server.close(ignored);
        }
    };
    struct state {
        executor loop;
        protocol::acceptor acceptor;
        std::string behind;
        std::string word{};
        at_word how = at_word::drop_before;
        bool is_cut = false;
        int accepted = 0;
        std::list<std::shared_ptr<pair>> pairs{};
    };

    template <class Act>
    void there(Act act) {
        std::promise<void> done;
        asio::post(loop_, [&] {
            act();
            done.set_value();
        });
        done.get_future().wait();
    }

    static task<> accept(std::shared_ptr<state> here) {
        while (here->acceptor.is_open()) {
            auto made = std::make_shared<pair>(here->loop);
            boost::system::error_code error;
            co_await here->acceptor.async_accept(made->client, asio::redirect_error(asio::use_awaitable, error));
            if (error) co_return;
            ++here->accepted;
            made->server.connect(protocol::endpoint{here->behind}, error);
            if (error || here->is_cut) {
                made->close();
                continue;
            }
            here->pairs.push_back(made);
            asio::co_spawn(here->loop, to_server(here, made), [](const std::exception_ptr&) {});
            asio::co_spawn(here->loop, to_client(made), [](const std::exception_ptr&) {});
        }
    }
    static task<> to_server(std::shared_ptr<state> here, std::shared_ptr<pair> over) {
        std::array<char, 65536> bytes{};
        for (;;) {
            boost::system::error_code error;
            const auto count = co_await over->client.async_read_some(asio::buffer(bytes),
                                                                     asio::redirect_error(asio::use_awaitable, error));
            const bool here_it_is =
                !here->word.empty() && std::string_view{bytes.data(), count}.find(here->word) != std::string_view::npos;
            if (here_it_is) {
                here->word.clear();
                over->mute = true;
            }
            if (error || (here_it_is && here->how == at_word::drop_before)) break;
            co_await asio::async_write(over->server, asio::buffer(bytes.data(), count),
                                       asio::redirect_error(asio::use_awaitable, error));
            if (error) break;
        }
        over->close();
    }
    static task<> to_client(std::shared_ptr<pair> over) {
        std::array<char, 65536> bytes{};
        for (;;) {
            boost::system::error_code error;
            const auto count = co_await over->server.async_read_some(asio::buffer(bytes),
                                                                     asio::redirect_error(asio::use_awaitable, error));
            if (error || over->mute) break;  // the server has answered, so it has acted
            co_await asio::async_write(over->client, asio::buffer(bytes.data(), count),
                                       asio::redirect_error(asio::use_awaitable, error));
            if (error) break;
        }
        over->close();
    }

    asio::io_context loop_{1};
    std::shared_ptr<state> state_;
    std::thread thread_;
};

}  // namespace slipway::fakes
