#include "commands/migrations/statements.hpp"

#include <algorithm>
#include <cctype>

namespace slipway::migrations {
namespace {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

std::string upper(std::string_view text) {
    std::string made{text};
    for (auto& each : made) each = static_cast<char>(std::toupper(static_cast<unsigned char>(each)));
    return made;
}

std::string first_word(std::string_view text) {
    const auto end = std::ranges::find_if_not(text, is_word);
    return upper(text.substr(0, static_cast<std::size_t>(end - text.begin())));
}

/// The words of the statement outside texts, upper case.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> all;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '\'' || text[at] == '"') {
            const char sign = text[at++];
            while (at < text.size() && text[at] != sign) at += text[at] == '\\' ? 2 : 1;
            ++at;
        } else if (is_word(text[at]) || text[at] == '@') {
            const auto from = at;
            while (at < text.size() && (is_word(text[at]) || text[at] == '@')) ++at;
            all.push_back(upper(text.substr(from, at - from)));
        } else {
            ++at;
        }
    }
    return all;
}

class splitter {
public:
    explicit splitter(std::string_view sql) : sql_{sql} {}

    statements all() {
        while (at_ < sql_.size()) step();
        end(/*delimited=*/false);
        return std::move(made_);
    }

private:
    char next(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

    void step() {
        const char c = next();
        if (c == '\'' || c == '"' || c == '`') return quoted(c);
        const bool dashes =
            c == '-' && next(1) == '-' && (next(2) == '\0' || static_cast<unsigned char>(next(2)) <= ' ');
        if (c == '#' || dashes) return skip_line();
        if (c == '/' && next(1) == '*') return comment();
        if (c == ';') {
            end(/*delimited=*/true);
            ++at_;
            return;
        }
        const bool begins_line = at_ == 0 || sql_[at_ - 1] == '\n';
        if (begins_line && text_.empty() && first_word(sql_.substr(at_)) == "DELIMITER")
            doubt("the client's word DELIMITER changes where its statements end");
        take();
    }
    void quoted(char sign) {
        take();
        while (at_ < sql_.size() && next() != sign) {
            if (next() == '\\' && sign != '`' && at_ + 1 < sql_.size()) take();
            take();
        }
        if (at_ == sql_.size()) return doubt("a quote in it is never closed");
        take();
    }
    void skip_line() {
        while (at_ < sql_.size() && next() != '\n') ++at_;
    }
    void comment() {
        if (next(2) == '!' || (next(2) == 'M' && next(3) == '!')) doubt("it holds a comment that the server executes");
        at_ += 2;
        while (at_ < sql_.size() && !(next() == '*' && next(1) == '/')) count_line(sql_[at_++]);
        if (at_ == sql_.size()) return doubt("a comment in it is never closed");
        at_ += 2;
        if (!text_.empty()) text_ += ' ';
    }
    void count_line(char c) { line_ += c == '\n' ? 1 : 0; }
    void take() {
        const char c = sql_[at_++];
        const bool blank = static_cast<unsigned char>(c) <= ' ';
        if (text_.empty() && !blank) begins_ = line_;
        if (!text_.empty() || !blank) text_ += c;
        count_line(c);
    }
    void end(bool delimited) {
        while (!text_.empty() && static_cast<unsigned char>(text_.back()) <= ' ') text_.pop_back();
        if (!text_.empty()) made_.all.push_back({text_, first_word(text_), begins_, delimited});
        text_.clear();
    }
    void doubt(std::string why) {
        if (made_.doubt.empty()) made_.doubt = std::move(why);
    }

    std::string_view sql_;
    std::size_t at_ = 0, line_ = 1, begins_ = 1;
    std::string text_;
    statements made_;
};

std::string short_form(const statement& of) {
    std::string text;
    for (const char c : of.text) text += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    return text.size() <= 80 ? text : text.substr(0, 77) + "…";
}

bool can_be_taken_back(const statement& of) {
    const auto words = words_of(of.text);
    const auto has = [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
    if (of.verb == "INSERT" || of.verb == "UPDATE" || of.verb == "DELETE" || of.verb == "REPLACE") return true;
    // SELECT … INTO OUTFILE leaves a file.
    if (of.verb == "SELECT" || of.verb == "WITH") return !has("INTO");
    // User variables only: SET autocommit = 1 would end the transaction.
    if (of.verb == "SET")
        return words.size() > 1 && words[1].starts_with('@') && !words[1].starts_with("@@") &&
               of.text.find(',') == std::string::npos;
    return false;
}

}  // namespace

statements split_statements(std::string_view sql) {
    return splitter{sql}.all();
}

std::string why_not_in_a_transaction(const statements& of) {
    if (!of.doubt.empty()) return "its statements cannot be told apart for certain: " + of.doubt;
    for (const auto& each : of.all)
        if (!can_be_taken_back(each))
            return "`" + short_form(each) + "` (line " + std::to_string(each.line) +
                   ") takes effect at once and cannot be taken back by a transaction";
    return {};
}

std::size_t statement_at(const statements& of, std::size_t line) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < of.all.size(); ++i)
        if (of.all[i].line <= line) found = i;
    return of.all.empty() ? 0 : found;
}

bool mentions(std::string_view sql, std::string_view table) {
    if (table.empty()) return false;
    const auto text = upper(sql);
    const auto name = upper(table);
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
        const bool begins = at == 0 || !is_word(text[at - 1]);
        const auto end = at + name.size();
        if (begins && (end == text.size() || !is_word(text[end]))) return true;
    }
    return false;
}

}  // namespace slipway::migrations
