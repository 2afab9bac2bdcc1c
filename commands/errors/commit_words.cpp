#include "commands/errors/commit_words.hpp"

#include <algorithm>
#include <array>

namespace slipway::errors {
namespace {

constexpr std::size_t most_co_authors = 10;

std::string lower(std::string_view text) {
    std::string made{text};
    for (char& c : made)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return made;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

template <class Each>
void each_line(std::string_view text, Each each) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        each(trimmed(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::string_view hex_at_front(std::string_view text) {
    const auto end = text.find_first_not_of("0123456789abcdef");
    return text.substr(0, std::min(end, text.size()));
}

}  // namespace

std::vector<developer> co_authors_in(std::string_view message) {
    constexpr std::string_view lead = "co-authored-by:";
    std::vector<developer> found;
    each_line(message, [&](std::string_view line) {
        if (found.size() == most_co_authors || line.size() < lead.size() || lower(line.substr(0, lead.size())) != lead)
            return;
        const auto rest = line.substr(lead.size());
        const auto open = rest.rfind('<'), close = rest.rfind('>');
        if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) return;
        developer who{std::string{trimmed(rest.substr(0, open))},
                      std::string{trimmed(rest.substr(open + 1, close - open - 1))},
                      {}};
        const auto same = [&who](const developer& other) { return lower(other.email) == lower(who.email); };
        if (std::ranges::none_of(found, same)) found.push_back(std::move(who));
    });
    return found;
}

std::string reverted_in(std::string_view message) {
    constexpr std::string_view lead = "This reverts commit ";
    std::string found;
    each_line(message, [&](std::string_view line) {
        if (!found.empty() || !line.starts_with(lead)) return;
        const auto id = hex_at_front(line.substr(lead.size()));
        if (id.size() >= 7 && id.size() <= 64) found = id;
    });
    return found;
}

bool is_robot(const developer& who) {
    const auto name = lower(who.name), email = lower(who.email), user = lower(who.username);
    constexpr std::array<std::string_view, 5> known{"renovate", "dependabot", "greenkeeper", "snyk-bot",
                                                    "semantic-release"};
    const auto looks_so = [&](std::string_view text) {
        return text.find("[bot]") != std::string_view::npos || text.starts_with("bot@") || text.ends_with("-bot") ||
               text.ends_with("_bot") || text.find("-bot@") != std::string_view::npos ||
               text.find("_bot@") != std::string_view::npos || text.find("_bot_") != std::string_view::npos ||
               std::ranges::any_of(known, [&](auto each) { return text.find(each) != std::string_view::npos; });
    };
    return looks_so(name) || looks_so(email) || looks_so(user);
}

std::vector<std::string> ignored_revisions(std::string_view file) {
    std::vector<std::string> ids;
    each_line(file, [&ids](std::string_view line) {
        const auto id = hex_at_front(line);
        if (id.size() >= 40 && (id.size() == line.size() || line[id.size()] == ' ' || line[id.size()] == '#'))
            ids.emplace_back(id);
    });
    return ids;
}

}  // namespace slipway::errors
