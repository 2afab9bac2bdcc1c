#include "commands/risk/rules.hpp"

#include <algorithm>
#include <set>

#include "commands/release/yaml.hpp"
#include "commands/risk/parts.hpp"
#include "integrations/base/described.hpp"

namespace slipway::risk {
namespace {

template <class Enum>
bool is_name_of(const std::string& text) {
    Enum ignored{};
    return boost::describe::enum_from_string(text.c_str(), ignored);
}

void check_rule(const yaml_value& at, std::set<std::string>& ids) {
    at.only({"id", "kind", "on", "severity", "message", "any", "paths", "except", "pairs", "more_than"});
    const auto id = at.required("id").name();
    if (!id.empty() && !ids.insert(id).second) at.at("id").problem("two rules are called `" + id + "`");
    const auto kind = at.required("kind").name();
    if (!kind.empty() && !is_name_of<rule_kind>(kind))
        at.at("kind").problem("there is no kind of rule `" + kind +
                              "`; there are line, path, secret, conflict, mode, lock_file, schema, removed_function, "
                              "large, binary and evil_merge");
    at.required("message").name();
    at.at("on").flag(true);
    at.at("severity").one_of({"note", "warning", "blocking"}, "warning");
    at.at("more_than").number(1, 1);
    for (const auto* key : {"any", "paths", "except"}) at.at(key).texts();
    for (const auto& [lock, manifest] : at.at("pairs").entries()) manifest.name();
    if (kind == "line" && at.at("any").texts().empty())
        at.problem("the rule `" + id + "` looks at lines and needs `any`, the texts that it looks for");
    if (kind == "path" && at.at("paths").texts().empty())
        at.problem("the rule `" + id + "` looks at paths and needs `paths`, such as [\"config/**\"]");
    if (kind == "lock_file" && !at.at("pairs").present())
        at.problem("the rule `" + id + "` needs `pairs`, such as {package-lock.json: package.json}");
}

std::string_view name_part(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// One row of the table "does glob[0..g] fit path[0..p]": no recursion, no backtracking.
bool fits_whole(std::string_view glob, std::string_view path) {
    std::vector<char> row(path.size() + 1, 0);
    row[0] = 1;
    for (std::size_t g = 0; g < glob.size(); ++g) {
        std::vector<char> next(path.size() + 1, 0);
        if (glob[g] == '*') {
            const bool deep = g + 1 < glob.size() && glob[g + 1] == '*';
            if (deep) ++g;
            // "**/" also fits no folder at all.
            const bool folder = deep && g + 1 < glob.size() && glob[g + 1] == '/';
            for (std::size_t p = 0; p <= path.size(); ++p)
                next[p] = row[p] != 0 || (p > 0 && next[p - 1] != 0 && (deep || path[p - 1] != '/')) ? 1 : 0;
            if (folder) {
                ++g;
                std::vector<char> after(path.size() + 1, 0);
                for (std::size_t p = 0; p <= path.size(); ++p)
                    after[p] = row[p] != 0 || (p > 0 && path[p - 1] == '/' && next[p - 1] != 0) ? 1 : 0;
                next = std::move(after);
            }
        } else {
            for (std::size_t p = 1; p <= path.size(); ++p)
                next[p] = row[p - 1] != 0 && (glob[g] == path[p - 1] || (glob[g] == '?' && path[p - 1] != '/')) ? 1 : 0;
        }
        row = std::move(next);
    }
    return row.back() != 0;
}

}  // namespace

void check_rules(const yaml_value& with) {
    std::set<std::string> ids;
    for (const auto& each : with.at("rules").items()) check_rule(each, ids);
}

std::vector<rule> rules_of(const boost::json::object& with) {
    const auto* listed = with.if_contains("rules");
    if (listed == nullptr) return {};
    auto all = from_described<std::vector<rule>>(*listed);
    std::erase_if(all, [](const rule& each) { return !each.on; });
    return all;
}

bool glob_fits(std::string_view glob, std::string_view path) {
    if (glob.find('/') == std::string_view::npos) path = name_part(path);
    if (glob.ends_with('/')) return path.starts_with(glob);
    return fits_whole(glob, path);
}

bool covers(const rule& by, std::string_view path) {
    const auto fits = [path](const std::string& glob) { return glob_fits(glob, path); };
    return (by.paths.empty() || std::ranges::any_of(by.paths, fits)) && std::ranges::none_of(by.except, fits);
}

std::size_t find_word(std::string_view text, std::string_view word) {
    if (word.empty()) return std::string_view::npos;
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const bool begins = !is_word(word.front()) || at == 0 || !is_word(text[at - 1]);
        const auto end = at + word.size();
        const bool ends = !is_word(word.back()) || end == text.size() || !is_word(text[end]);
        if (begins && ends) return at;
    }
    return std::string_view::npos;
}

}  // namespace slipway::risk
