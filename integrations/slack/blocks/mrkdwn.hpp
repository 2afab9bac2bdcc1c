// The only ways to make mrkdwn. A std::string cannot become markup by itself: it is escaped on the way, or it is a
// literal of ours. (Rules: reference of Slack's text formatting, "Escaping text" and "Basic formatting".)
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "integrations/base/clock.hpp"
#include "integrations/base/untrusted.hpp"

namespace slipway::slack {

/// A format string of ours: exists only as a literal in the source, so nobody else's text can be one.
class literal {
public:
    template <std::size_t N>
    consteval literal(const char (&text)[N]) : text_{text, N - 1} {}
    std::string_view view() const noexcept { return text_; }

private:
    std::string_view text_;
};

/// mrkdwn that is safe to send: made by `say` and the functions below, joined with +=, never taken from a string.
class markup {
public:
    markup() = default;
    bool empty() const noexcept { return text_.empty(); }
    const std::string& text() const noexcept { return text_; }
    markup& operator+=(const markup& more) {
        text_ += more.text_;
        return *this;
    }
    friend markup operator+(markup first, const markup& second) { return first += second; }
    friend bool operator==(const markup&, const markup&) = default;

private:
    friend class markup_maker;
    explicit markup(std::string safe) : text_{std::move(safe)} {}
    std::string text_;
};

/// Untrusted text as mrkdwn that shows exactly that text: no mention, link, date, emphasis, quote or code comes out of
/// it. Line ends stay.
markup escape(std::string_view text);
inline markup escape(const untrusted& text) {
    return escape(text.raw());
}

namespace detail {
markup fill(std::string_view format, const std::vector<markup>& arguments);
markup digits(std::int64_t number);
/// Escaped and on one line: inside a sentence, foreign text cannot begin a new one.
markup inline_text(std::string_view text);

inline markup argument(const markup& given) {
    return given;
}
inline markup argument(const untrusted& given) {
    return inline_text(given.raw());
}
template <std::integral T>
markup argument(T given) {
    static_assert(!std::is_same_v<T, bool> && !std::is_same_v<T, char>, "say it in words");
    return digits(static_cast<std::int64_t>(given));
}
template <class T>
    requires std::convertible_to<const T&, std::string_view>
markup argument(const T& given) {
    return inline_text(given);
}
}  // namespace detail

/// Our sentence with its blanks filled: say("{} is held by {}", release, user_mention(id)). Each "{}" takes the next
/// argument; markup enters as it is, numbers as digits, every other text escaped and on one line.
/// Too few or too many arguments are a bug: std::logic_error.
template <class... Arguments>
markup say(literal format, const Arguments&... arguments) {
    return detail::fill(format.view(), {detail::argument(arguments)...});
}

/// "<url|label>", the label cut to 120 characters. Anything but http, https and mailto is no link: the label alone
/// comes back.
markup hyperlink(std::string_view url, std::string_view label);
/// Notifies that person: only where exactly this is meant. An id that is none becomes code.
markup user_mention(std::string_view user_id);

enum class date_style { time, date_and_time, date };
/// The moment in each reader's own time zone; `fallback` (or UTC, when empty) where Slack cannot show it.
markup date_token(instant at, date_style style = date_style::date_and_time, std::string_view fallback = {});

/// `text` in code type, on one line, at most 200 characters: for names and ids that people compare.
markup code(std::string_view text);
inline markup code(const untrusted& text) {
    return code(text.raw());
}
markup bold(const markup& inside);
/// "a, b, c"
markup join(const std::vector<markup>& parts, literal separator);

/// Pieces of at most `limit` characters (≥ 2200: the longest link fits), cut at line ends where possible, never inside
/// a link, a mention or an escaped character. Their concatenation is the whole text.
std::vector<markup> split(const markup& text, std::size_t limit);
/// At most `limit` characters; what is cut ends in "…".
markup cut(const markup& text, std::size_t limit);

/// The text as a reader sees it, for files and terminals: marks gone, links as "label (url)", entities as characters.
std::string to_plain(const markup& text);

}  // namespace slipway::slack
