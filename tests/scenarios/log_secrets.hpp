// What must never stand in a log (R8.6): tokens, and the handles that open a link, a window or an answer.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::scenarios {

/// A trigger of the sandbox: 12.1764000000.0123456789abcdef
inline bool is_trigger(std::string_view word) {
    const auto digits = [&word] {
        const auto count = word.find_first_not_of("0123456789");
        if (count == 0 || count == std::string_view::npos || word[count] != '.') return false;
        word.remove_prefix(count + 1);
        return true;
    };
    if (!digits() || !digits()) return false;
    return word.size() == 16 && word.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Lines of `log` that hold one; empty = clean.
inline std::vector<std::string> lines_with_secrets(std::string_view log) {
    constexpr std::array<std::string_view, 4> tokens{"xapp-sandbox", "xoxb-sandbox", "sandbox-gitlab-token",
                                                     "sandbox-signing-secret"};
    constexpr std::array<std::string_view, 2> before_a_secret{"ticket=", "/slack/response/"};
    constexpr std::string_view of_a_word = "0123456789abcdefghijklmnopqrstuvwxyz.";
    std::vector<std::string> found;
    while (!log.empty()) {
        const auto line = log.substr(0, log.find('\n'));
        log.remove_prefix(std::min(line.size() + 1, log.size()));
        bool holds = false;
        for (const auto each : tokens) holds = holds || line.find(each) != std::string_view::npos;
        for (const auto each : before_a_secret) {
            const auto at = line.find(each);
            if (at == std::string_view::npos || at + each.size() >= line.size()) continue;
            holds = holds || of_a_word.find(line[at + each.size()]) != std::string_view::npos;
        }
        for (auto rest = line; !rest.empty() && !holds;) {
            const auto begin = rest.find_first_of(of_a_word);
            if (begin == std::string_view::npos) break;
            rest.remove_prefix(begin);
            const auto word = rest.substr(0, rest.find_first_not_of(of_a_word));
            holds = is_trigger(word);
            rest.remove_prefix(word.size());
        }
        if (holds) found.emplace_back(line);
    }
    return found;
}

}  // namespace slipway::scenarios
