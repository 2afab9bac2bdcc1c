// The way back: markup as a reader sees it, for files and terminals.
#include <algorithm>

#include "integrations/slack/blocks/mrkdwn.hpp"

namespace slipway::slack {
namespace {

std::string unescaped(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto special = std::min(text.find_first_of("&\xE2"), text.size());
        out += text.substr(0, special);
        text.remove_prefix(special);
        if (text.empty()) break;
        if (text.starts_with("\xE2\x80\x8B")) {
            text.remove_prefix(3);
        } else if (text.starts_with("&amp;")) {
            out += '&';
            text.remove_prefix(5);
        } else if (text.starts_with("&lt;")) {
            out += '<';
            text.remove_prefix(4);
        } else if (text.starts_with("&gt;")) {
            out += '>';
            text.remove_prefix(4);
        } else {
            out += text[0];
            text.remove_prefix(1);
        }
    }
    return out;
}

/// What stands between "<" and ">": a link, a date or a mention.
std::string token(std::string_view inside) {
    const auto bar = inside.find('|');
    const auto target = inside.substr(0, bar);
    const auto label = bar == std::string_view::npos ? std::string_view{} : inside.substr(bar + 1);
    if (target.starts_with("!date")) return unescaped(label);
    if (target.starts_with("@")) return std::string{target};
    if (label.empty() || label == target) return unescaped(target);
    return unescaped(label) + " (" + unescaped(target) + ")";
}

}  // namespace

std::string to_plain(const markup& markup_text) {
    std::string_view text = markup_text.text();
    std::string out;
    while (!text.empty()) {
        const auto open = text.find('<');
        auto words = std::string{text.substr(0, open)};
        // Marks of ours: foreign ones are wrapped in zero-width spaces or stand inside words.
        for (std::size_t i = 0; i < words.size(); ++i) {
            const bool foreign = i >= 3 && words.compare(i - 3, 3, "\xE2\x80\x8B") == 0;
            if ((words[i] == '*' || words[i] == '`') && !foreign) words.erase(i--, 1);
        }
        out += unescaped(words);
        if (open == std::string_view::npos) break;
        const auto close = text.find('>', open);
        if (close == std::string_view::npos) break;
        out += token(text.substr(open + 1, close - open - 1));
        text.remove_prefix(close + 1);
    }
    return out;
}

}  // namespace slipway::slack
