// The collected SQL in a milestone's description: between two markers, and nothing else of the description changes by a
// byte. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/migrations/collection.hpp"
#include "integrations/base/result.hpp"

namespace slipway::migrations {

inline constexpr std::string_view marker_word = "slipway:migrations:";
inline constexpr std::string_view begin_marker = "<!-- slipway:migrations:begin -->";
inline constexpr std::string_view end_marker = "<!-- slipway:migrations:end -->";

/// From marker to marker, without a line end after the last; the same migrations give the same bytes.
std::string section_text(const std::vector<migration>& all);

/// What stands between the markers (inclusive), with plain line ends: a person who edits the description in a browser
/// changes all of them. "" when there is no section. errc::refused when a marker is missing, doubled or out of order:
/// where ours ends and theirs begins is not to be guessed.
result<std::string> section_of(std::string_view description);

/// The description with that section: in the place of the old one, else at its end. The description itself when the
/// section is there already, or when there is neither a section nor anything to collect. Fails as section_of does.
result<std::string> with_section(std::string_view description, const std::vector<migration>& all);

}  // namespace slipway::migrations
