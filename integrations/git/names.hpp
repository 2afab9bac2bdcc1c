// The grammar of names that may reach git (R8.5): stricter than git's own, so that no name can become an option,
// a path or a revision expression.
#pragma once

#include <string_view>

#include "integrations/base/result.hpp"

namespace slipway::git {

/// 40 lower-case hex digits.
bool is_object_id(std::string_view text) noexcept;
/// What may follow "refs/heads/" or "refs/tags/": git's check-ref-format and no leading dash, no "@" alone, no
/// control or blank characters, no ~^:?*[\ nor "..", "@{", "//", ".lock", at most 200 bytes.
bool is_short_ref_name(std::string_view text) noexcept;
/// "refs/<kind>/<short name>"
bool is_full_ref_name(std::string_view text) noexcept;
/// A relative path inside a tree: no empty, ".", ".." or ".git" element, no NUL, no leading slash.
bool is_tree_path(std::string_view text) noexcept;
/// https, http, ssh and file URLs, scp-like "user@host:path" and absolute paths. No userinfo with a password (secrets
/// travel in the environment), no "ext::", nothing that starts with a dash.
result<> check_remote_url(std::string_view url);

}  // namespace slipway::git
