#include "commands/runbook/words.hpp"

#include <algorithm>
#include <optional>

namespace slipway::runbook {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_control(char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7f;
}

failure needs_shell(const std::string& sign, const std::string& way_out) {
    return {errc::refused,
            "the line holds " + sign + ", which only a shell understands, and no shell is started here; " + way_out};
}

constexpr const char* quote_it = "quote it, or run the line by hand";
constexpr const char* by_hand = "run the line by hand, or write it as one program with its arguments";

/// What a shell would act on outside quotes.
std::optional<failure> special(char c, bool begins_word) {
    const std::string sign = std::string{"`"} + c + "`";
    if (std::string_view{"|&;<>()"}.find(c) != std::string_view::npos) return needs_shell(sign, by_hand);
    if (c == '`' || c == '$') return needs_shell(sign, by_hand);
    if (std::string_view{"*?[]{}!"}.find(c) != std::string_view::npos) return needs_shell(sign, quote_it);
    if (begins_word && (c == '~' || c == '#')) return needs_shell(sign + " at the beginning of a word", quote_it);
    return std::nullopt;
}

class splitter {
public:
    explicit splitter(std::string_view line) : rest_{line} {}

    result<std::vector<std::string>> all() {
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (is_control(c))
                return failure{errc::refused, "the line holds a line break or another control character"};
            if (const auto no = take(c)) return *no;
        }
        end_word();
        if (words_.empty()) return failure{errc::refused, "the line is empty"};
        return std::move(words_);
    }

private:
    std::optional<failure> take(char c) {
        if (is_blank(c)) {
            end_word();
            return std::nullopt;
        }
        if (c == '\'' || c == '"') return quoted(c);
        if (c == '\\') return escaped();
        if (const auto no = special(c, !begun_)) return no;
        // `A=1 program` sets a variable for the program; only as the first word does a shell read it so.
        if (c == '=' && words_.empty() && !was_quoted_)
            return needs_shell("an assignment before the program", "name the program first, as `env A=1 program` does");
        add(c);
        return std::nullopt;
    }

    std::optional<failure> quoted(char sign) {
        begun_ = was_quoted_ = true;
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == sign) return std::nullopt;
            if (is_control(c)) break;
            if (sign == '"' && (c == '$' || c == '`'))
                return needs_shell(std::string{"`"} + c + "` inside \"…\"", "write '…' around it");
            const bool escapes = sign == '"' && c == '\\' && !rest_.empty() &&
                                 std::string_view{"\"\\$`"}.find(rest_.front()) != std::string_view::npos;
            if (escapes) {
                add(rest_.front());
                rest_.remove_prefix(1);
            } else {
                add(c);
            }
        }
        return failure{errc::refused, "a quote in the line is never closed"};
    }

    std::optional<failure> escaped() {
        if (rest_.empty() || is_control(rest_.front()))
            return failure{errc::refused, "the line ends with a backslash: where does it go on?"};
        add(rest_.front());
        rest_.remove_prefix(1);
        return std::nullopt;
    }

    void add(char c) {
        begun_ = true;
        word_ += c;
    }
    void end_word() {
        if (begun_) words_.push_back(std::move(word_));
        word_.clear();
        begun_ = was_quoted_ = false;
    }

    std::string_view rest_;
    std::string word_;
    bool begun_ = false;
    bool was_quoted_ = false;
    std::vector<std::string> words_;
};

/// `*` stands for any characters, everything else for itself.
bool fits(std::string_view pattern, std::string_view text) {
    std::size_t p = 0, t = 0, star = std::string_view::npos, from = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

bool fits_all(const std::vector<std::string>& argv, const command_pattern& pattern) {
    if (pattern.empty() || argv.empty() || argv.front() != pattern.front()) return false;
    if (pattern.size() == 1) return true;
    const bool open = pattern.back() == "...";
    const auto words = pattern.size() - (open ? 1 : 0);
    if (open ? argv.size() < words : argv.size() != words) return false;
    for (std::size_t i = 1; i < words; ++i)
        if (!fits(pattern[i], argv[i])) return false;
    return true;
}

}  // namespace

result<std::vector<std::string>> split_words(std::string_view line) {
    return splitter{line}.all();
}

bool is_allowed(const std::vector<std::string>& argv, const std::vector<command_pattern>& allowed) {
    return std::ranges::any_of(allowed, [&](const command_pattern& each) { return fits_all(argv, each); });
}

}  // namespace slipway::runbook
