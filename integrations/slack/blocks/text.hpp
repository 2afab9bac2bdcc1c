// Text as Slack counts it: UTF-8 made valid, measured and cut without ever breaking a character.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::slack {

/// `text` as valid UTF-8 that cannot disturb what stands around it: broken bytes become U+FFFD, line ends become
/// "\n", terminal colour sequences, control characters and bidirectional overrides (which could make a title read
/// differently from what it is) are taken out.
std::string tidy(std::string_view text);

/// `text`, tidied, on one line: every run of white space becomes one space. For everything that stands inside a
/// sentence of ours, so that a commit title cannot fake a line of a gate card.
std::string one_line(std::string_view text);

/// Characters as the strictest reading of Slack's limits counts them (UTF-16 units: an emoji is two).
std::size_t length_of(std::string_view text) noexcept;

/// At most `limit` characters (≥ 1) of valid UTF-8, ending in "…" when something was cut; a character and what
/// combines with it (accents, joined emoji) stay together.
std::string cut(std::string_view text, std::size_t limit);

/// The byte at which to cut valid UTF-8 so that the first part has at most `limit` characters. Equals text.size()
/// when everything fits; otherwise at least one whole character.
std::size_t byte_at(std::string_view text, std::size_t limit) noexcept;

/// Pieces of at most `limit` characters whose concatenation is `text` exactly: cut after a line end where one is
/// near, otherwise between characters. No piece is empty; an empty text has no pieces.
std::vector<std::string> split_lines(std::string_view text, std::size_t limit);

}  // namespace slipway::slack
