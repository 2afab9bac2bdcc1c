// Hears what other processes commit: one connection that LISTENs, made when somebody first waits for news.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "integrations/store/news_board.hpp"
#include "integrations/store/postgres/connection.hpp"

namespace slipway::store::postgres {

/// The channel of NOTIFY; the payload names the process that committed and what about: "4c0ffee0 work messages". A
/// version before named the process alone.
inline constexpr const char* news_channel = "slipway_news";
std::string to_payload(const std::string& self, tidings news);
/// What such a payload tells everybody but `self`.
tidings tidings_in(std::string_view payload, std::string_view self);

/// Loop thread only. Reads only while somebody waits, so that a loop may run out; what came meanwhile is then heard at
/// once: a waiter may wake for old news, never miss new ones.
class listener {
public:
    /// `self` names this process: what it committed itself is known already.
    listener(executor loop, connection_settings settings, std::string self);
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener();

    void raise(tidings what, heard from) { ears_->board.raise(what, from); }
    void looks(topic about) { ears_->board.looks(about); }
    task<heard> wait(topic about, milliseconds at_most);
    /// Gives the connection up.
    void close();

private:
    struct ears {
        executor loop;
        connection_settings settings;
        std::string self;
        news_board board;
        std::unique_ptr<connection> db{};
        int waiting = 0;         ///< tasks in wait()
        bool listening = false;  ///< a task reads, or tries to connect
        bool closed = false;
        int refusals = 0;
    };
    /// Counts a waiter out, also one that was cancelled; without any nothing is read.
    struct done_waiting {
        ears& here;
        ~done_waiting() {
            if (--here.waiting == 0 && here.db) here.db->stop_waiting();
        }
    };
    static task<> listen(std::shared_ptr<ears> here);
    static task<> hear(std::shared_ptr<ears> here);

    std::shared_ptr<ears> ears_;  // shared with the task that reads
};

}  // namespace slipway::store::postgres
