// Shortening message text to Slack's limits without breaking what is in it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace slipway::slack {

/// chat.update refuses more; chat.postMessage takes ten times as much.
inline constexpr std::size_t update_text_limit = 4'000;
inline constexpr std::size_t post_text_limit = 40'000;

/// At most `limit` characters of UTF-8 `text` (those outside the basic plane count twice, as Slack counts them), ending
/// in "…" when something was cut; never inside a character, a <link> or an &entity;.
std::string cut_text(std::string_view text, std::size_t limit);

}  // namespace slipway::slack
