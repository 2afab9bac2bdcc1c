// A small pattern language for form fields, matched in linear time: a checklist is no place for a regular expression
// that can hang the bot.
#pragma once

#include <string>
#include <string_view>

#include "integrations/base/result.hpp"

namespace slipway::release {

/// True when the whole of `text` fits. Literals, `.`, `[a-z_]`, `[^0-9]`, `\d` `\w` `\s`, `\` before any other sign,
/// each with `?`, `*`, `+`, `{2}`, `{2,}` or `{2,5}`; `|` between whole alternatives. `^` at the front and `$` at the
/// end are allowed and say nothing new. Characters are Unicode code points. A pattern that check_pattern refuses fits
/// nothing. Takes (pattern size × text size) steps at most.
bool fits_pattern(std::string_view pattern, std::string_view text);

/// errc::invalid with a sentence: longer than 200 characters, groups, a repetition of nothing, an open class …
result<> check_pattern(std::string_view pattern);

}  // namespace slipway::release
