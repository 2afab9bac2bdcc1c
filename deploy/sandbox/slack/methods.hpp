// The methods of the Web API: for each its transport rules, scopes, tier and what it does to the world. Pure.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "deploy/sandbox/slack/world.hpp"

namespace slipway::sandbox::slack {

/// The arguments of one call, however they were sent: form fields are text, JSON keeps its types.
class arguments {
public:
    explicit arguments(json::object all) : all_{std::move(all)} {}
    bool has(std::string_view name) const;
    /// Text, or a number written as text; "" when missing.
    std::string text(std::string_view name) const;
    std::int64_t number(std::string_view name, std::int64_t otherwise) const;
    bool flag(std::string_view name) const;
    /// A nested value: JSON, or JSON written into a form field; null when missing. `broken` when it is text but no
    /// JSON.
    json::value nested(std::string_view name, bool* broken = nullptr) const;
    const json::object& all() const noexcept { return all_; }

private:
    json::object all_;
};

enum class token_kind { bot, app, none };
enum class body_kind { any, form_only };

struct method {
    std::string_view name;
    token_kind token;
    body_kind body;
    std::string_view scopes;  ///< any one of these, blank-separated; "" = none needed
    int per_minute;
    json::object (*run)(world&, const arguments&, instant now);
};

/// nullptr for a method that this Slack does not have.
const method* find_method(std::string_view name);

/// {"ok":false,"error":code}
json::object refused(std::string_view code);
json::object accepted();

/// One table per family; find_method looks through them all.
std::span<const method> chat_methods();
std::span<const method> conversation_methods();
std::span<const method> people_methods();
std::span<const method> view_methods();
std::span<const method> mark_methods();
std::span<const method> file_methods();

/// What chat.postMessage, ephemerals and response URLs share: text, blocks, metadata checked and stored in `into`;
/// the refusal when Slack would not take them.
std::optional<json::object> take_content(const arguments& asked, message& into, bool needs_content);

/// The conversation that `asked.channel` means ("C…", "D…", "U…" opens the direct message, "#name"); nullptr when the
/// app cannot see it.
conversation* channel_of(world& all, const std::string& channel);

}  // namespace slipway::sandbox::slack
