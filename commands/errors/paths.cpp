#include "commands/errors/paths.hpp"

#include <algorithm>

namespace slipway::errors {
namespace {

using parts = std::vector<std::string_view>;

std::string with_slashes(std::string_view path) {
    std::string out{path};
    std::ranges::replace(out, '\\', '/');
    return out;
}

/// Without scheme and origin ("https://host", "webpack://app", "app://", "file://"), drive letter, query and fragment.
std::string_view local_part(std::string_view path) {
    const auto scheme = path.find("://");
    if (scheme != std::string_view::npos && scheme < 24) {
        path = path.substr(0, path.find_first_of("?#"));
        const auto slash = path.find('/', scheme + 3);
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    }
    if (path.size() > 2 && path[1] == ':' && path[2] == '/') path.remove_prefix(2);
    return path;
}

/// Path parts without "", "." and what ".." takes back.
parts split(std::string_view path) {
    parts found;
    while (!path.empty()) {
        const auto end = path.find('/');
        const auto part = path.substr(0, end);
        path = end == std::string_view::npos ? std::string_view{} : path.substr(end + 1);
        if (part.empty() || part == ".") continue;
        if (part != "..")
            found.push_back(part);
        else if (!found.empty())
            found.pop_back();
    }
    return found;
}

std::size_t equal_at_end(const parts& a, std::string_view path) {
    std::size_t equal = 0;
    while (equal < a.size() && !path.empty()) {
        const auto slash = path.rfind('/');
        const auto last = slash == std::string_view::npos ? path : path.substr(slash + 1);
        if (last != a[a.size() - 1 - equal]) return equal;
        ++equal;
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
    }
    return equal;
}

std::size_t count_parts(std::string_view path) {
    return static_cast<std::size_t>(std::ranges::count(path, '/')) + 1;
}

std::optional<std::string> by_rules(std::string_view reported, const std::vector<std::string>& tree,
                                    const std::vector<path_rule>& rules) {
    for (const auto& rule : rules) {
        if (rule.prefix.empty() || !reported.starts_with(rule.prefix)) continue;
        auto rest = reported.substr(rule.prefix.size());
        while (rest.starts_with('/') || rest.starts_with("./")) rest.remove_prefix(rest.front() == '/' ? 1 : 2);
        auto path = rule.becomes + std::string{rest};
        if (std::ranges::find(tree, path) != tree.end()) return path;
    }
    return std::nullopt;
}

/// The candidates that share the most trailing parts with what was reported.
struct best_match {
    std::size_t equal = 0;
    std::vector<const std::string*> paths;

    void offer(std::size_t count, const std::string& path) {
        if (count < equal || count == 0) return;
        if (count > equal) paths.clear();
        equal = count;
        paths.push_back(&path);
    }
    /// "src/Cart.php" is used up by the match, "tests/src/Cart.php" is not: the former is meant.
    void prefer_whole() {
        if (paths.size() < 2) return;
        const auto whole = [this](const std::string* path) { return count_parts(*path) == equal; };
        const auto found = std::ranges::find_if(paths, whole);
        if (found != paths.end()) paths = {*found};
    }
};

}  // namespace

std::optional<std::string> map_path(std::string_view reported, const std::vector<std::string>& tree,
                                    const std::vector<path_rule>& rules) {
    const auto slashed = with_slashes(reported);
    if (auto ruled = by_rules(slashed, tree, rules)) return ruled;
    const auto wanted = split(local_part(slashed));
    if (wanted.empty()) return std::nullopt;
    best_match best;
    for (const auto& path : tree) best.offer(equal_at_end(wanted, path), path);
    best.prefer_whole();
    if (best.paths.size() != 1) return std::nullopt;
    const bool exact = best.equal == wanted.size() && best.equal == count_parts(*best.paths.front());
    return best.equal >= 2 || exact ? std::optional{*best.paths.front()} : std::nullopt;
}

}  // namespace slipway::errors
