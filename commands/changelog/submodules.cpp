#include "commands/changelog/submodules.hpp"

#include <algorithm>
#include <set>

#include "commands/changelog/messages.hpp"

namespace slipway::changelog {
namespace {

/// `key = value` of a git configuration line; quotes around the value are taken off.
std::pair<std::string_view, std::string_view> setting_in(std::string_view line) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return {};
    auto value = detail::trimmed(line.substr(equals + 1));
    if (value.size() > 1 && value.starts_with('"') && value.ends_with('"')) value = value.substr(1, value.size() - 2);
    return {detail::trimmed(line.substr(0, equals)), value};
}

std::vector<std::string_view> elements_of(std::string_view path) {
    std::vector<std::string_view> all;
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        if (end > 0) all.push_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return all;
}

/// The path of an address, without the host.
std::string_view path_of(std::string_view address) {
    if (const auto scheme = address.find("://"); scheme != std::string_view::npos) {
        address.remove_prefix(scheme + 3);
        const auto host_end = address.find('/');
        return host_end == std::string_view::npos ? std::string_view{} : address.substr(host_end + 1);
    }
    const auto colon = address.find(':');
    return colon == std::string_view::npos ? address : address.substr(colon + 1);
}

/// "../lib" below "cig/web" is "cig/lib", as git has it. No elements when it leaves the host's root.
std::vector<std::string_view> below(std::string_view own, std::string_view relative) {
    auto at = elements_of(own);
    for (const auto each : elements_of(relative)) {
        if (each == ".") continue;
        if (each != "..") {
            at.push_back(each);
            continue;
        }
        if (at.empty()) return {};
        at.pop_back();
    }
    return at;
}

std::string joined_from(const std::vector<std::string_view>& elements, std::size_t first) {
    std::string path;
    for (auto each = first; each < elements.size(); ++each) {
        if (!path.empty()) path += '/';
        path += elements[each];
    }
    return path;
}

std::string short_id(const std::string& id) {
    return id.substr(0, 10);
}

std::string count(std::size_t number, std::string_view thing) {
    auto words = std::to_string(number);
    words.append(" ").append(thing);
    if (number != 1) words += 's';
    return words;
}

std::string brought(const submodule_change& change) {
    const auto direct = change.lines.size() - change.items.size();
    if (change.lines.empty()) return "no merge request and no commit of its own";
    std::string words;
    if (!change.items.empty()) words = count(change.items.size(), "merge request");
    if (direct > 0) words += (words.empty() ? "" : ", ") + count(direct, "commit") + " without one";
    return words;
}

}  // namespace

std::map<std::string, std::string> submodule_addresses(std::string_view text) {
    std::map<std::string, std::string> found;
    std::string path;
    std::string address;
    const auto keep = [&] {
        if (!path.empty() && !address.empty()) found[path] = address;
        path.clear();
        address.clear();
    };
    bool inside = false;
    for (const auto raw : detail::lines_of(text)) {
        const auto line = detail::trimmed(raw);
        if (line.starts_with('[')) {
            keep();
            inside = line.starts_with("[submodule ");
            continue;
        }
        if (!inside || line.starts_with('#') || line.starts_with(';')) continue;
        const auto [key, value] = setting_in(line);
        if (key == "path") path = value;
        if (key == "url") address = value;
    }
    keep();
    return found;
}

std::string project_of_address(std::string_view address, std::string_view own, std::string_view group) {
    const bool relative = address.starts_with("./") || address.starts_with("../");
    auto elements = relative ? below(own, address) : elements_of(path_of(address));
    if (elements.empty()) return {};
    if (elements.back().ends_with(".git")) elements.back().remove_suffix(4);
    const bool odd = std::ranges::any_of(
        elements, [](std::string_view each) { return each.empty() || each == "." || each == ".."; });
    const auto wanted = elements_of(group);
    if (odd || wanted.empty()) return {};
    const auto at = std::ranges::search(elements, wanted);
    if (at.empty() || at.end() == elements.end()) return {};
    return joined_from(elements, static_cast<std::size_t>(at.begin() - elements.begin()));
}

std::string words_of(const submodule_change& change) {
    const auto name = change.path + (change.project.empty() ? "" : " (" + change.project + ")");
    const auto span = name + " from " + short_id(change.from) + " to " + short_id(change.to);
    switch (change.way) {
        case submodule_way::forward:
            return "moves " + span + ": " + brought(change);
        case submodule_way::sideways:
            return "moves " + span + ": " + brought(change) + "; " + count(change.commits_lost, "commit") +
                   " of the old one " + (change.commits_lost == 1 ? "is" : "are") + " gone";
        case submodule_way::back:
            return "moves " + name + " back from " + short_id(change.from) + " to " + short_id(change.to) + ": " +
                   count(change.commits_lost, "commit") + (change.commits_lost == 1 ? " is" : " are") + " gone";
        case submodule_way::added:
            return "adds " + name + " at " + short_id(change.to) + ": all of it is new, its history was not read";
        case submodule_way::removed:
            return "removes " + name + ", which stood at " + short_id(change.from);
        case submodule_way::unread:
            break;
    }
    return "moves " + span + ", " + change.why + ": its changes were not read";
}

bool is_noteworthy(const submodule_change& change) noexcept {
    return change.way != submodule_way::forward;
}

std::vector<entry_item> entry_items(const std::vector<submodule_change>& changes) {
    std::vector<entry_item> all;
    std::set<std::pair<std::string, std::int64_t>> named;
    for (const auto& change : changes)
        for (const auto& item : change.items)
            if (named.emplace(item.project, item.iid).second) all.push_back(item);
    return all;
}

}  // namespace slipway::changelog
