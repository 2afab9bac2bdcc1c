// Slack as one process of the bot sees it.
#pragma once

#include "tests/fakes/fake_slack.hpp"
#include "tests/simulation/life.hpp"

namespace slipway::simulation {

class unreliable_slack final : public slack::web_api {
public:
    unreliable_slack(fakes::fake_slack& workspace, life& mine, bool finds_messages)
        : workspace_{workspace}, mine_{mine}, finds_messages_{finds_messages} {}

    task<result<json::object>> call(std::string method, json::object arguments) override {
        const auto& facts = slack::facts_of(method);
        const bool is_read = facts.again == slack::repetition::safe;
        auto what = draw();
        co_await mine_.under_way(what);
        const auto wrong = answer_of(what, "Slack", is_read, errc::lost);
        if (!takes_effect(what)) co_return wrong.value();
        if (!finds_messages_ && method.starts_with("conversations.") && method != "conversations.open")
            co_return json::object{{"ok", true}, {"messages", json::array{}}};
        auto answer = co_await workspace_.call(method, std::move(arguments));
        co_await mine_.on_the_way_back(what);
        if (wrong) co_return *wrong;
        co_return answer;
    }
    task<result<>> upload(std::string url, std::string bytes) override {
        const auto what = draw();
        co_await mine_.under_way(what);
        const auto wrong = answer_of(what, "Slack", /*is_read=*/false, errc::lost);
        if (!takes_effect(what)) co_return wrong.value();
        auto done = co_await workspace_.upload(std::move(url), std::move(bytes));
        co_await mine_.on_the_way_back(what);
        if (wrong) co_return *wrong;
        co_return done;
    }
    task<result<>> respond(std::string url, json::object message) override {
        const auto what = draw();
        co_await mine_.under_way(what);
        const auto wrong = answer_of(what, "Slack", /*is_read=*/false, errc::lost);
        if (!takes_effect(what)) co_return wrong.value();
        auto done = co_await workspace_.respond(std::move(url), std::move(message));
        co_await mine_.on_the_way_back(what);
        if (wrong) co_return *wrong;
        co_return done;
    }

private:
    /// HTTP over TLS repeats nothing by itself, and Slack's error answers to writes are "not known" already.
    fate draw() {
        const auto what = mine_.luck.draw();
        return what == fate::twice ? fate::fine : what;
    }

    fakes::fake_slack& workspace_;
    life& mine_;
    bool finds_messages_;
};

}  // namespace slipway::simulation
