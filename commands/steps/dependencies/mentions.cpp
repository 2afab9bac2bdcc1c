#include "commands/steps/dependencies/mentions.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace slipway::steps {
namespace {

bool is_path_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '-' || c == '_' || c == '.';
}

std::int64_t leading_number(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// A word without the signs that stand around it in a sentence or a link.
std::vector<std::string_view> words_of(std::string_view text) {
    constexpr std::string_view around = " \t\r\n()[]<>{}\"'`*,;|";
    std::vector<std::string_view> all;
    while (!text.empty()) {
        const auto from = std::min(text.find_first_not_of(around), text.size());
        text.remove_prefix(from);
        const auto to = std::min(text.find_first_of(around), text.size());
        auto word = text.substr(0, to);
        text.remove_prefix(to);
        while (!word.empty() && std::string_view{".:!?_"}.find(word.back()) != std::string_view::npos)
            word.remove_suffix(1);
        if (!word.empty()) all.push_back(word);
    }
    return all;
}

std::optional<mention> mention_in(std::string_view word, std::string_view group, std::string_view root) {
    if (word.find("://") != std::string_view::npos) {
        if (root.empty() || !word.starts_with(root) || word.size() <= root.size() || word[root.size()] != '/')
            return std::nullopt;
        word.remove_prefix(root.size() + 1);
    }
    if (!word.starts_with(group) || word.size() <= group.size() + 1 || word[group.size()] != '/') return std::nullopt;
    const auto end = std::ranges::find_if_not(word, is_path_character) - word.begin();
    auto path = word.substr(0, static_cast<std::size_t>(end));
    const auto rest = word.substr(path.size());
    mention made;
    if (const auto page = path.find("/-/"); page != std::string_view::npos) {
        constexpr std::string_view requests = "/-/merge_requests/";
        if (path.substr(page).starts_with(requests))
            made.merge_request = leading_number(path.substr(page + requests.size()));
        path = path.substr(0, page);
    } else if (rest.starts_with('!')) {
        made.merge_request = leading_number(rest.substr(1));
    }
    if (path.ends_with(".git")) path.remove_suffix(4);
    while (!path.empty() && (path.back() == '/' || path.back() == '.')) path.remove_suffix(1);
    if (path.size() <= group.size() + 1) return std::nullopt;
    made.project = path;
    return made;
}

}  // namespace

std::vector<mention> mentions_in(std::string_view text, std::string_view group, std::string_view root) {
    std::vector<mention> all;
    for (const auto word : words_of(text)) {
        const auto found = mention_in(word, group, root);
        if (found && std::ranges::find(all, *found) == all.end()) all.push_back(*found);
    }
    return all;
}

}  // namespace slipway::steps
