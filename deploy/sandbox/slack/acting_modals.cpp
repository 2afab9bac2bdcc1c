// Submitting and closing modals.
#include <algorithm>

#include "deploy/sandbox/slack/acting.hpp"
#include "deploy/sandbox/slack/block_rules.hpp"
#include "deploy/sandbox/slack/payloads.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

constexpr const char* connecting = "We had some trouble connecting. Try again?";

json::object submitted() {
    return {{"ok", true}, {"outcome", "ok"}};
}

json::object with_errors(json::object errors) {
    return {{"ok", false}, {"outcome", "errors"}, {"errors", std::move(errors)}};
}

/// Writes what was submitted into the view's state; the sentence of the first thing that does not fit.
result<> take_values(view_shelf& views, view& into, const json::object& values) {
    for (const auto& each : all_elements(array_at(into.content, "blocks"))) {
        const auto* given = values.if_contains(each.block_id);
        if (given == nullptr) continue;
        const auto action = text_at(each.element, "action_id");
        const auto* named = given->is_object() ? given->get_object().if_contains(action) : nullptr;
        auto state = state_after(each.element, named != nullptr ? *named : *given);
        if (!state) return state.error();
        views.typed(into, each.block_id, action, std::move(*state));
    }
    return {};
}

json::object complaints(const view& what, const json::object& values) {
    json::object errors;
    for (const auto& value : array_at(what.content, "blocks")) {
        const auto* block = value.if_object();
        if (block == nullptr || text_at(*block, "type") != "input") continue;
        const auto id = text_at(*block, "block_id");
        const auto* states = values.if_contains(id);
        const auto* state =
            states != nullptr ? states->as_object().if_contains(text_at(*block, "element.action_id")) : nullptr;
        const auto words = complaint_about(*block, state != nullptr ? state->as_object() : json::object{});
        if (!words.empty()) errors[id] = words;
    }
    return errors;
}

}  // namespace

task<json::object> acting::submit(std::string user, std::string view_id, json::object values) {
    if (view_id.empty() && !all_.views.stack(user).empty()) view_id = all_.views.stack(user).back().id;
    auto* top = all_.views.find(view_id);
    if (top == nullptr || top->user != user) {
        json::object refusal{{"ok", false}, {"outcome", "refused"}, {"text", "you have no open modal " + view_id}};
        co_return refusal;
    }
    const auto taken = take_values(all_.views, *top, values);
    if (!taken) {
        json::object refusal{{"ok", false}, {"outcome", "refused"}, {"text", taken.error().sentence()}};
        co_return refusal;
    }
    auto complete = values_of(*top);
    if (auto errors = complaints(*top, complete); !errors.empty()) co_return with_errors(std::move(errors));
    auto shown = all_.views.to_json(*top);
    shown["state"] = {{"values", std::move(complete)}};
    auto payload = interactive_payload(all_, "view_submission", user);
    payload["trigger_id"] = all_.triggers.issue(user, timers_.now());
    payload["view"] = std::move(shown);
    payload["response_urls"] = json::array{};
    const auto done = co_await links_.deliver("interactive", std::move(payload), /*accepts_response=*/true);
    co_return apply(user, view_id, done);
}

json::object acting::apply(const std::string& user, const std::string& view_id, const delivery& done) {
    if (!done.acked) return {{"ok", false}, {"outcome", "trouble"}, {"problem", done.problem}, {"text", connecting}};
    auto* top = all_.views.find(view_id);
    if (top == nullptr) return submitted();
    const auto response = text_at(done.answer, "response_action");
    if (!response.empty()) return apply_answer(user, *top, done.answer);
    const auto& stack = all_.views.stack(user);
    if (!stack.empty() && stack.back().id == view_id) all_.views.close(user, flag_at(top->content, "clear_on_close"));
    return submitted();
}

json::object acting::apply_answer(const std::string& user, view& top, const json::value& answer) {
    const auto response = text_at(answer, "response_action");
    const auto broken = [](const std::string& why) -> json::object {
        return {{"ok", false}, {"outcome", "trouble"}, {"problem", why}, {"text", connecting}};
    };
    if (response == "clear") {
        all_.views.close(user, /*whole_stack=*/true);
        return submitted();
    }
    if (response == "errors") {
        const auto& errors = object_at(answer, "errors");
        for (const auto& each : errors) {
            const auto names = [&each](const json::value& block) {
                return text_at(block, "type") == "input" && text_at(block, "block_id") == std::string{each.key()};
            };
            if (std::ranges::none_of(array_at(top.content, "blocks"), names))
                return broken("the errors name " + std::string{each.key()} + ", which is no input block");
        }
        return errors.empty() ? broken("response_action errors without errors") : with_errors(errors);
    }
    if (response != "update" && response != "push") return broken("unknown response_action " + response);
    const auto* next = at_path(answer, "view");
    if (next == nullptr || !next->is_object()) return broken("response_action " + response + " without a view");
    const auto problems = problems_of_view(*next);
    if (!problems.empty()) return broken(problems.front().words());
    if (response == "update") {
        all_.views.replace(top, next->get_object(), timers_.now());
        return submitted();
    }
    if (all_.views.stack(user).size() >= view_shelf::deepest) return broken("push_limit_reached");
    all_.views.push(user, next->get_object(), timers_.now());
    return submitted();
}

task<json::object> acting::close(std::string user, bool whole_stack) {
    const auto top_clears =
        !all_.views.stack(user).empty() && flag_at(all_.views.stack(user).back().content, "clear_on_close");
    const auto closed = all_.views.close(user, whole_stack || top_clears);
    for (const auto& each : closed) {
        if (!flag_at(each.content, "notify_on_close")) continue;
        auto payload = interactive_payload(all_, "view_closed", user);
        payload["view"] = all_.views.to_json(each);
        payload["is_cleared"] = whole_stack;
        static_cast<void>(co_await links_.deliver("interactive", std::move(payload), /*accepts_response=*/false));
    }
    auto answer = submitted();
    answer["closed"] = closed.size();
    co_return answer;
}

}  // namespace slipway::sandbox::slack
