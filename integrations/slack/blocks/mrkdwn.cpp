#include "integrations/slack/blocks/mrkdwn.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "integrations/slack/blocks/text.hpp"

namespace slipway::slack {

/// The one place where a string becomes markup.
class markup_maker {
public:
    static markup safe(std::string text) { return markup{std::move(text)}; }
};

namespace {

constexpr std::string_view zero_width_space = "\xE2\x80\x8B";
constexpr std::size_t code_limit = 200;
// A link must fit into one piece of a split text, however its label escapes.
constexpr std::size_t link_url_limit = 1500, link_label_limit = 120;

bool is_word(char c) noexcept {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// "*", "_" and "~" between two letters (snake_case) are text for Slack already; leaving them alone keeps names
/// copyable.
bool inside_word(std::string_view text, std::size_t at) noexcept {
    return at > 0 && at + 1 < text.size() && is_word(text[at - 1]) && is_word(text[at + 1]);
}

bool names_everyone(std::string_view after_at) {
    for (const std::string_view word : {"here", "channel", "everyone", "group"}) {
        if (after_at.size() < word.size()) continue;
        const auto same = std::equal(word.begin(), word.end(), after_at.begin(),
                                     [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
        if (same) return true;
    }
    return false;
}

void escape_character(std::string_view text, std::size_t at, std::string& out) {
    const char c = text[at];
    const bool line_start = at == 0 || text[at - 1] == '\n';
    if (c == '&') {
        out += "&amp;";
    } else if (c == '<') {
        out += "&lt;";
    } else if (c == '>') {
        if (line_start) out += zero_width_space;  // else some clients show a quotation
        out += "&gt;";
    } else if (c == '`' || ((c == '*' || c == '_' || c == '~') && !inside_word(text, at))) {
        ((out += zero_width_space) += c) += zero_width_space;
    } else if (c == '@' && names_everyone(text.substr(at + 1))) {
        (out += c) += zero_width_space;
    } else {
        out += c;
    }
}

std::string escaped(std::string_view tidied) {
    std::string out;
    out.reserve(tidied.size() + tidied.size() / 8);
    for (std::size_t at = 0; at < tidied.size(); ++at) escape_character(tidied, at, out);
    return out;
}

bool may_be_linked(std::string_view url) {
    std::string lower;
    for (const char c : url.substr(0, 8)) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("mailto:");
}

std::string encoded_url(std::string_view url) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : url) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '&') {
            out += "&amp;";
        } else if (byte <= 0x20 || byte >= 0x7F || std::string_view{"<>|\"`\\^{}"}.find(c) != std::string_view::npos) {
            ((out += '%') += digits[byte >> 4U]) += digits[byte & 15U];
        } else {
            out += c;
        }
    }
    return out;
}

std::string without(std::string text, std::string_view unwanted, std::string_view instead) {
    std::string out;
    for (const char c : text) {
        if (unwanted.find(c) == std::string_view::npos)
            out += c;
        else
            out += instead;
    }
    return out;
}

}  // namespace

markup escape(std::string_view text) {
    return markup_maker::safe(escaped(tidy(text)));
}

namespace detail {

markup digits(std::int64_t number) {
    return markup_maker::safe(std::to_string(number));
}

markup inline_text(std::string_view text) {
    return markup_maker::safe(escaped(one_line(text)));
}

markup fill(std::string_view format, const std::vector<markup>& arguments) {
    std::string out;
    std::size_t next = 0;
    for (auto blank = format.find("{}"); blank != std::string_view::npos; blank = format.find("{}")) {
        if (next == arguments.size()) throw std::logic_error{"say: a blank without an argument"};
        out += format.substr(0, blank);
        out += arguments[next++].text();
        format.remove_prefix(blank + 2);
    }
    if (next != arguments.size()) throw std::logic_error{"say: an argument without a blank"};
    out += format;
    return markup_maker::safe(std::move(out));
}

}  // namespace detail

markup hyperlink(std::string_view url, std::string_view label) {
    const auto shown = without(one_line(label), "|", "¦");
    if (!may_be_linked(url)) return detail::inline_text(shown);
    const auto target = encoded_url(url);
    if (target.size() > link_url_limit) return detail::inline_text(shown);
    return markup_maker::safe("<" + target + "|" + (shown.empty() ? target : escaped(cut(shown, link_label_limit))) +
                              ">");
}

markup user_mention(std::string_view user_id) {
    const auto valid = !user_id.empty() && user_id.size() <= 40 && std::ranges::all_of(user_id, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
    if (!valid) return code(user_id);
    return markup_maker::safe("<@" + std::string{user_id} + ">");
}

markup date_token(instant at, date_style style, std::string_view fallback) {
    const std::string_view format = style == date_style::time   ? "{time}"
                                    : style == date_style::date ? "{date_short_pretty}"
                                                                : "{date_short_pretty} {time}";
    const auto iso = to_iso(at);
    const auto utc = iso.substr(0, 10) + " " + iso.substr(11, 5) + " UTC";
    const auto shown = fallback.empty() ? utc : without(one_line(fallback), "|^", "¦");
    return markup_maker::safe("<!date^" + std::to_string(to_unix(at)) + "^" + std::string{format} + "|" +
                              escaped(cut(shown, link_label_limit)) + ">");
}

markup code(std::string_view text) {
    auto shown = without(one_line(text), "`", "ˋ");
    if (shown.empty()) shown = "(empty)";
    std::string out = "`";
    for (const char c : cut(shown, code_limit)) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return markup_maker::safe(out + "`");
}

markup bold(const markup& inside) {
    return inside.empty() ? inside : markup_maker::safe("*" + inside.text() + "*");
}

markup join(const std::vector<markup>& parts, literal separator) {
    std::string out;
    for (const auto& part : parts) {
        if (&part != &parts.front()) out += separator.view();
        out += part.text();
    }
    return markup_maker::safe(std::move(out));
}

namespace {

/// Moves a cut back so that it does not fall inside "<…>" or "&…;". Both are shorter than any piece.
std::size_t outside_tokens(std::string_view text, std::size_t at) {
    const auto before = text.substr(0, at);
    const auto open = before.rfind('<');
    if (open != std::string_view::npos && before.find('>', open) == std::string_view::npos && open > 0) at = open;
    const auto entity = text.substr(0, at).rfind('&');
    if (entity != std::string_view::npos && at - entity < 5) {
        const auto end = text.find(';', entity);
        if (end != std::string_view::npos && end >= at && end - entity < 5 && entity > 0) at = entity;
    }
    return at;
}

std::size_t cut_point(std::string_view text, std::size_t limit) {
    auto end = byte_at(text, limit);
    if (end == text.size()) return end;
    end = outside_tokens(text, end);
    const auto line = text.substr(0, end).rfind('\n');
    if (line != std::string_view::npos && line + 1 >= end / 3) return line + 1;
    const auto word = text.substr(0, end).rfind(' ');
    if (word != std::string_view::npos && word + 1 >= end / 2) return outside_tokens(text, word + 1);
    return end;
}

}  // namespace

std::vector<markup> split(const markup& text, std::size_t limit) {
    std::vector<markup> pieces;
    std::string_view rest = text.text();
    while (!rest.empty()) {
        const auto end = cut_point(rest, limit);
        pieces.push_back(markup_maker::safe(std::string{rest.substr(0, end)}));
        rest.remove_prefix(end);
    }
    return pieces;
}

markup cut(const markup& text, std::size_t limit) {
    if (length_of(text.text()) <= limit) return text;
    const std::string_view whole = text.text();
    const auto end = outside_tokens(whole, byte_at(whole, limit - 1));
    const auto open = whole.substr(0, end).rfind('<');
    const bool inside_link = open == 0 && whole.substr(0, end).find('>') == std::string_view::npos;
    if (inside_link) return markup_maker::safe(escaped(cut(to_plain(text), limit / 5)));
    return markup_maker::safe(std::string{whole.substr(0, end)} + "…");
}

}  // namespace slipway::slack
