#include "integrations/store/postgres/listener.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>

namespace slipway::store::postgres {
namespace {

constexpr milliseconds first_pause{250};
constexpr milliseconds longest_pause{5'000};
/// News that come thick and fast are told together: each makes everybody who leases ask the database.
constexpr milliseconds between_news{50};

}  // namespace

std::string to_payload(const std::string& self, tidings news) {
    return self + (news.work ? " work" : "") + (news.messages ? " messages" : "");
}

tidings tidings_in(std::string_view payload, std::string_view self) {
    const auto end = payload.find(' ');
    if (payload.substr(0, end) == self) return {};
    if (end == std::string_view::npos) return all_topics;
    const auto told = [&](std::string_view word) { return payload.find(word, end) != std::string_view::npos; };
    return {told(" work"), told(" messages")};
}

listener::listener(executor loop, connection_settings settings, std::string self)
    : ears_{std::make_shared<ears>(ears{loop, std::move(settings), std::move(self), news_board{loop}})} {}

listener::~listener() {
    close();
}

void listener::close() {
    ears_->closed = true;
    ears_->board.raise(all_topics, heard::from_us);
    if (ears_->db && ears_->listening)
        ears_->db->stop_waiting();
    else
        ears_->db.reset();
}

task<heard> listener::wait(topic about, milliseconds at_most) {
    const auto here = ears_;
    ++here->waiting;  // before the task begins, which looks whether anybody waits
    if (!here->listening && !here->closed) {
        here->listening = true;
        asio::co_spawn(here->loop, listen(here), [](const std::exception_ptr& failed) {
            if (failed) std::rethrow_exception(failed);  // `listen` lets nothing out but bugs
        });
    }
    const done_waiting last{*here};
    const auto by = co_await here->board.wait(about, at_most);
    co_return by;
}

task<> listener::listen(std::shared_ptr<ears> here) {
    while (here->waiting > 0 && !here->closed) {
        std::string problem;
        try {
            co_await hear(here);
        } catch (const trouble& found) {
            problem = found.reason().sentence();
        }
        if (problem.empty()) continue;
        here->db.reset();
        // Without it waiters look again when their own time is over; that is all this connection saves.
        if (++here->refusals == 1) spdlog::warn("news of other bots come late for now: {}", problem);
        asio::steady_timer pause{here->loop, std::min(longest_pause, first_pause * here->refusals)};
        co_await pause.async_wait(asio::use_awaitable);
    }
    here->listening = false;
    if (here->closed) here->db.reset();
}

task<> listener::hear(std::shared_ptr<ears> here) {
    if (!here->db) {
        auto made = co_await connection::open(here->loop, here->settings);
        if (!made) throw trouble{trouble::kind::gone, made.error()};
        here->db = std::move(*made);
        co_await here->db->script("LISTEN slipway_news");
        here->refusals = 0;
        here->board.raise(all_topics, heard::from_others);  // what was committed before the LISTEN was not heard
        co_return;
    }
    const auto payloads = co_await here->db->next_notifications();
    tidings news;
    for (const auto& each : payloads) {
        const auto told = tidings_in(each, here->self);
        news = {news.work || told.work, news.messages || told.messages};
    }
    if (!news.any()) co_return;
    here->board.raise(news, heard::from_others);
    asio::steady_timer pause{here->loop, between_news};
    co_await pause.async_wait(asio::use_awaitable);
}

}  // namespace slipway::store::postgres
