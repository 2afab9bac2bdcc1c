// The code with which somebody shows that a GitLab account is theirs: given to one Slack user, signed, good for one use
// and a quarter of an hour. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commands/release/people.hpp"
#include "integrations/base/clock.hpp"

namespace slipway::slash {

/// How long a code is good for.
inline constexpr std::chrono::minutes code_life{15};

/// "<nonce>-<expiry>-<signature>": hex, digits, hex. `nonce` is 32 random hex digits, `key` the bot's own secret.
std::string make_code(std::string_view key, const release::person_id& who, std::string_view nonce, instant expires);
/// True when this code was made for `who` with this key and is still good at `now`.
bool is_good_code(std::string_view key, const release::person_id& who, std::string_view code, instant now);
/// The line that carries a code in the text of an issue: "slipway-link: <code>".
std::string code_line(std::string_view code);
/// True when `text` has that line, whole.
bool has_code_line(std::string_view text, std::string_view code);

}  // namespace slipway::slash
