// views.*: modals and Home tabs.
#include <array>

#include "deploy/sandbox/slack/block_rules.hpp"
#include "deploy/sandbox/slack/methods.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

constexpr std::size_t largest_view = 250'000;  // bytes of JSON

/// The view argument, checked; the refusal otherwise.
std::optional<json::object> take_view(const arguments& asked, std::string_view type, json::object& into) {
    auto value = asked.nested("view");
    if (!value.is_object()) return refused("invalid_arguments");
    if (json::serialize(value).size() > largest_view) return refused("view_too_large");
    auto problems = problems_of_view(value);
    if (text_at(value, "type") != type) problems.push_back({"must be one of: " + std::string{type}, "/view/type"});
    if (problems.empty()) {
        into = std::move(value.get_object());
        return {};
    }
    json::array messages;
    for (const auto& each : problems) messages.emplace_back(each.words());
    auto refusal = refused("invalid_arguments");
    refusal["response_metadata"] = {{"messages", std::move(messages)}};
    return refusal;
}

json::object shown(const world& all, const view& what) {
    auto answer = accepted();
    answer["view"] = all.views.to_json(what);
    return answer;
}

/// open and push: they differ in what must be there already.
json::object open_or_push(world& all, const arguments& asked, instant now, bool on_top) {
    json::object content;
    if (auto refusal = take_view(asked, "modal", content)) return *refusal;
    if (all.views.external_id_in_use(text_at(content, "external_id"))) return refused("duplicate_external_id");
    std::string user;
    if (const auto problem = all.triggers.redeem(asked.text("trigger_id"), now, user); !problem.empty())
        return refused(problem);
    if (on_top && all.views.stack(user).empty()) return refused("not_found");
    if (all.views.stack(user).size() >= view_shelf::deepest) return refused("push_limit_reached");
    if (!on_top) all.views.close(user, /*whole_stack=*/true);
    return shown(all, all.views.push(user, std::move(content), now));
}

json::object open(world& all, const arguments& asked, instant now) {
    return open_or_push(all, asked, now, /*on_top=*/false);
}

json::object push(world& all, const arguments& asked, instant now) {
    return open_or_push(all, asked, now, /*on_top=*/true);
}

json::object update(world& all, const arguments& asked, instant now) {
    auto* found = all.views.find(asked.text("view_id"), asked.text("external_id"));
    if (found == nullptr) return refused("not_found");
    json::object content;
    if (auto refusal = take_view(asked, text_at(found->content, "type"), content)) return *refusal;
    if (asked.has("hash") && asked.text("hash") != found->hash) return refused("hash_conflict");
    all.views.replace(*found, std::move(content), now);
    return shown(all, *found);
}

json::object publish(world& all, const arguments& asked, instant now) {
    const auto user = asked.text("user_id");
    if (all.workspace.find_user(user) == nullptr) return refused("user_not_found");
    json::object content;
    if (auto refusal = take_view(asked, "home", content)) return *refusal;
    const auto* home = all.views.home(user);
    if (asked.has("hash") && home != nullptr && asked.text("hash") != home->hash) return refused("hash_conflict");
    return shown(all, all.views.publish(user, std::move(content), now));
}

/// The one method without a token: exactly one of blocks, view and message; problems with their JSON pointers.
json::object validate(world&, const arguments& asked, instant) {
    const int given = (asked.has("blocks") ? 1 : 0) + (asked.has("view") ? 1 : 0) + (asked.has("message") ? 1 : 0);
    if (given != 1) return refused("invalid_arguments");
    std::vector<block_problem> problems;
    if (asked.has("blocks")) problems = problems_of_blocks(asked.nested("blocks"), surface::message, "/blocks");
    if (asked.has("view")) problems = problems_of_view(asked.nested("view"));
    if (asked.has("message"))
        problems = problems_of_blocks(array_at(asked.nested("message"), "blocks"), surface::message, "/message/blocks");
    if (problems.empty()) return accepted();
    json::array errors;
    for (const auto& each : problems)
        errors.push_back({{"code", "invalid_block"}, {"message", each.rule}, {"pointer", each.pointer}});
    auto refusal = refused("invalid_blocks");
    refusal["errors"] = std::move(errors);
    return refusal;
}

constexpr std::array<method, 5> methods{{
    {"views.open", token_kind::bot, body_kind::any, "", 100, open},
    {"views.push", token_kind::bot, body_kind::any, "", 100, push},
    {"views.update", token_kind::bot, body_kind::any, "", 100, update},
    {"views.publish", token_kind::bot, body_kind::any, "", 100, publish},
    {"blocks.validate", token_kind::none, body_kind::any, "", 100, validate},
}};

}  // namespace

std::span<const method> view_methods() {
    return methods;
}

}  // namespace slipway::sandbox::slack
