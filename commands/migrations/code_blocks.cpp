#include "commands/migrations/code_blocks.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace slipway::migrations {
namespace {

constexpr std::size_t code_indent = 4;  ///< from here on CommonMark shows a line as it is

std::string lower(std::string_view text) {
    std::string made{text};
    for (auto& each : made) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    return made;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t") == std::string_view::npos;
}

std::string with_plain_line_ends(std::string_view text) {
    std::string made;
    made.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\r')
            made += text[at];
        else if (at + 1 == text.size() || text[at + 1] != '\n')
            made += '\n';
    }
    return made;
}

/// A line read from the left: its rest, and the column that the rest begins in (tabs go to multiples of four).
struct cursor {
    std::string_view rest;
    std::size_t column = 0;

    void skip_blanks(std::size_t most_columns = std::string_view::npos) {
        const auto limit = most_columns == std::string_view::npos ? most_columns : column + most_columns;
        while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t') && column < limit) {
            column = rest.front() == ' ' ? column + 1 : (column / 4 + 1) * 4;
            rest.remove_prefix(1);
        }
    }
    void skip(std::size_t characters) {
        column += characters;
        rest.remove_prefix(characters);
    }
};

struct fence {
    char sign = '`';
    std::size_t length = 0;
    std::size_t indent = 0;     ///< columns that are taken from its lines
    std::size_t container = 0;  ///< where the content of its list item begins; 0 = in no list
};

std::size_t run_length(std::string_view text, char sign) {
    return std::min(text.find_first_not_of(sign), text.size());
}

std::optional<fence> opening(const cursor& at, std::size_t container) {
    for (const char sign : {'`', '~'}) {
        const auto length = run_length(at.rest, sign);
        if (length < 3) continue;
        if (sign == '`' && at.rest.find('`', length) != std::string_view::npos) return std::nullopt;  // inline code
        return fence{sign, length, at.column, container};
    }
    return std::nullopt;
}

bool closes(const fence& open, const cursor& at) {
    const auto length = run_length(at.rest, open.sign);
    return at.column < open.container + code_indent && length >= open.length && is_blank(at.rest.substr(length));
}

/// "sql", also of "sql title=x", "{.sql}" and "SQL:first".
std::string language_of(std::string_view info) {
    while (!info.empty() && !std::isalnum(static_cast<unsigned char>(info.front()))) info.remove_prefix(1);
    const auto end =
        std::ranges::find_if_not(info, [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '+'; });
    return lower(info.substr(0, static_cast<std::size_t>(end - info.begin())));
}

/// Width of "- ", "12. " and their like, without the blanks; 0 = none.
std::size_t list_marker(std::string_view text) {
    std::size_t width = 0;
    if (!text.empty() && (text.front() == '-' || text.front() == '+' || text.front() == '*')) {
        width = 1;
    } else {
        const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
        if (digits == 0 || digits > 9 || digits == text.size() || (text[digits] != '.' && text[digits] != ')'))
            return 0;
        width = digits + 1;
    }
    return width == text.size() || text[width] == ' ' || text[width] == '\t' ? width : 0;
}

/// HTML whose content is never Markdown: what ends it, "" = the line begins none.
std::string end_of_html(std::string_view text) {
    if (text.starts_with("<!--")) return "-->";
    const auto start = lower(text.substr(0, 10));
    for (const std::string name : {"pre", "script", "style", "textarea"})
        if (start.starts_with("<" + name)) return "</" + name + ">";
    return {};
}

class reader {
public:
    void line(std::string_view text, std::size_t number) {
        if (open_) {
            if (inside(text)) return;
        } else if (!end_of_html_.empty()) {
            if (lower(text).find(end_of_html_) != std::string::npos) end_of_html_.clear();
            return;
        }
        if (text.starts_with(">>>") && is_blank(text.substr(3))) {
            quoted_ = !quoted_;
            return;
        }
        if (!quoted_) outside(text, number);
    }

    code_blocks finish() {
        if (open_) found_.blocks.back().closed = false;
        return std::move(found_);
    }

private:
    /// False when the line ends the list item, and the block with it.
    bool inside(std::string_view text) {
        auto& block = found_.blocks.back();
        cursor at{text};
        at.skip_blanks();
        if (!at.rest.empty() && at.column < open_->container) {
            block.closed = false;
            open_.reset();
            return false;
        }
        if (closes(*open_, at)) {
            open_.reset();
            return true;
        }
        cursor content{text};
        content.skip_blanks(open_->indent);
        block.text += std::string{content.rest} + "\n";
        return true;
    }

    void outside(std::string_view text, std::size_t number) {
        if (is_blank(text)) return;
        cursor at{text};
        at.skip_blanks();
        std::erase_if(lists_, [&](std::size_t content) { return content > at.column; });
        for (;;) {
            const auto container = lists_.empty() ? 0 : lists_.back();
            const auto begun = opening(at, container);
            if (at.column >= container + code_indent) {
                if (begun) found_.shown_as_text.push_back(number);
                return;
            }
            if (begun) {
                open_ = begun;
                const auto info = at.rest.substr(begun->length);
                found_.blocks.push_back({language_of(info), "", number, true});
                return;
            }
            if (at.rest.starts_with('>')) return;
            if (auto end = end_of_html(at.rest); !end.empty()) {
                if (lower(at.rest).find(end) == std::string::npos) end_of_html_ = std::move(end);
                return;
            }
            const auto marker = list_marker(at.rest);
            if (marker == 0) return;
            at.skip(marker);
            const auto after_marker = at.column;
            at.skip_blanks();
            const bool has_text = !at.rest.empty() && at.column <= after_marker + code_indent;
            lists_.push_back(has_text ? at.column : after_marker + 1);
            if (at.rest.empty()) return;
        }
    }

    code_blocks found_;
    std::optional<fence> open_;
    std::vector<std::size_t> lists_;  ///< columns in which the content of the open list items begins
    std::string end_of_html_;
    bool quoted_ = false;
};

}  // namespace

code_blocks find_code_blocks(std::string_view markdown) {
    const auto text = with_plain_line_ends(markdown);
    reader reads;
    std::size_t number = 0;
    for (std::size_t from = 0; from < text.size();) {
        const auto end = std::min(text.find('\n', from), text.size());
        reads.line(std::string_view{text}.substr(from, end - from), ++number);
        from = end + 1;
    }
    return reads.finish();
}

}  // namespace slipway::migrations
