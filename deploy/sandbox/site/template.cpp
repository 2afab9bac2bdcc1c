#include "deploy/sandbox/site/template.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

namespace slipway::sandbox::site {

namespace {

constexpr std::size_t context_lines = 3;
constexpr std::size_t deepest = 8;  ///< parts within parts
const std::string macro_file = "templates/macros.html";

struct token {
    enum class kind { text, value, statement } what = kind::text;
    std::string text;
    int line = 1;
};

std::string trimmed(std::string_view text) {
    const auto from = text.find_first_not_of(" \t\n");
    if (from == std::string_view::npos) return "";
    return std::string{text.substr(from, text.find_last_not_of(" \t\n") - from + 1)};
}

int lines_in(std::string_view text) {
    return static_cast<int>(std::ranges::count(text, '\n'));
}

std::vector<token> tokens_of(std::string_view text) {
    std::vector<token> all;
    int line = 1;
    while (!text.empty()) {
        const auto open = std::min(text.find("{{"), text.find("{%"));
        const auto literal = text.substr(0, std::min(open, text.size()));
        if (!literal.empty()) all.push_back({token::kind::text, std::string{literal}, line});
        line += lines_in(literal);
        text.remove_prefix(literal.size());
        if (text.empty()) break;
        const bool is_value = text[1] == '{';
        const auto close = text.find(is_value ? "}}" : "%}");
        const auto inner = text.substr(2, close == std::string_view::npos ? close : close - 2);
        all.push_back({is_value ? token::kind::value : token::kind::statement, trimmed(inner), line});
        line += lines_in(inner);
        text.remove_prefix(close == std::string_view::npos ? text.size() : close + 2);
    }
    return all;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char each : text) {
        switch (each) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += each;
        }
    }
    return out;
}

std::string kind_name(const json::value& of) {
    if (of.is_object()) return "an object";
    if (of.is_array()) return "a list";
    if (of.is_string()) return "text";
    if (of.is_null()) return "nothing";
    return of.is_bool() ? "yes or no" : "a number";
}

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream in{text};
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

/// "12,500"
std::string money(std::int64_t amount) {
    auto digits = std::to_string(amount);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (amount < 0 ? 1 : 0); at -= 3) {
        digits.insert(static_cast<std::size_t>(at), ",");
    }
    return digits;
}

class run {
public:
    run(const std::string& name, const std::string& text, const json::object& scope, const loader& load,
        std::size_t depth)
        : name_{name}, text_{text}, tokens_{tokens_of(text)}, scope_{scope}, load_{load}, depth_{depth} {}

    /// The body of {% macro name %}; nullopt when there is none.
    std::optional<rendered> macro(const std::string& name) {
        const auto wanted = "macro " + name;
        while (at_ < tokens_.size() && !(tokens_[at_].what == token::kind::statement && tokens_[at_].text == wanted))
            ++at_;
        if (at_ == tokens_.size()) return std::nullopt;
        ++at_;
        function_.push_back(name);
        rendered made;
        block(made.html, true);
        if (!error_) return made;
        made.failed = true;
        made.error = std::move(*error_);
        return made;
    }

    rendered all() {
        rendered made;
        block(made.html, true);
        if (!error_ && at_ < tokens_.size()) fail("TemplateError", "'" + tokens_[at_].text + "' closes nothing");
        if (!error_) return made;
        made.html.clear();
        made.failed = true;
        made.error = std::move(*error_);
        return made;
    }

private:
    /// Up to the {% end %} or {% else %} that belongs to somebody above. `shown` false = only step over it.
    void block(std::string& out, bool shown) {
        while (!error_ && at_ < tokens_.size()) {
            const auto& each = tokens_[at_];
            if (each.what == token::kind::text) {
                if (shown) out += each.text;
                ++at_;
            } else if (each.what == token::kind::value) {
                if (shown) value(out, each.text);
                if (!error_) ++at_;
            } else if (each.text == "end" || each.text == "else") {
                return;
            } else {
                statement(out, shown);
            }
        }
    }

    void statement(std::string& out, bool shown) {
        const auto words = words_of(tokens_[at_].text);
        if (words.size() == 4 && words[0] == "each" && words[2] == "in") return each(out, shown, words[1], words[3]);
        if (words.size() == 2 && words[0] == "if") return choice(out, shown, words[1]);
        if (words.size() == 2 && words[0] == "include") return include(out, shown, words[1]);
        if (words.size() == 2 && words[0] == "call") return call(out, shown, words[1]);
        fail("TemplateError", "'" + tokens_[at_].text + "' is no statement");
    }

    /// A part's error is the cause of ours.
    void include(std::string& out, bool shown, const std::string& part) {
        const auto name = "templates/" + part;
        const auto text = shown && load_ && depth_ < deepest ? load_(name) : std::nullopt;
        if (shown && !text) return fail("TemplateError", "there is no part " + name);
        if (shown) {
            auto made = run{name, *text, scope_, load_, depth_ + 1}.all();
            if (made.failed) {
                fail("PartFailed", name_ + " could not be shown because of " + name);
                error_->cause = std::make_shared<const page_error>(std::move(made.error));
                return;
            }
            out += made.html;
        }
        ++at_;
    }

    /// The macro's error is ours, one call further.
    void call(std::string& out, bool shown, const std::string& name) {
        if (shown) {
            const auto text = load_ && depth_ < deepest ? load_(macro_file) : std::nullopt;
            auto made = text ? run{macro_file, *text, scope_, load_, depth_ + 1}.macro(name) : std::nullopt;
            if (!made) return fail("Error", "Call to undefined function " + name + "()");
            if (made->failed) {
                auto inner = std::move(made->error);
                fail(inner.type, inner.message);
                error_->frames.insert(error_->frames.end(), inner.frames.begin(), inner.frames.end());
                error_->cause = inner.cause;
                return;
            }
            out += made->html;
        }
        ++at_;
    }

    void each(std::string& out, bool shown, const std::string& name, const std::string& path) {
        const json::value* found = shown ? lookup(path) : nullptr;
        if (error_) return;
        if (found && !found->is_array()) return fail("WrongType", path + " is " + kind_name(*found) + ", not a list");
        const auto list = found ? found->as_array() : json::array{};  // a copy: the item joins the scope it came from
        const auto start = at_ + 1;
        function_.push_back("each " + name);
        const auto outer = scope_;
        for (const auto& item : list) {
            at_ = start;
            scope_[name] = item;
            block(out, true);
            if (error_) return;
        }
        scope_ = outer;
        function_.pop_back();
        if (list.empty()) {
            at_ = start;
            block(out, false);
        }
        close();
    }

    void choice(std::string& out, bool shown, const std::string& path) {
        const auto* found = at_path(scope_, path);
        const bool yes = found && !found->is_null() && !(found->is_bool() && !found->as_bool());
        ++at_;
        block(out, shown && yes);
        if (!error_ && at_ < tokens_.size() && tokens_[at_].text == "else") {
            ++at_;
            block(out, shown && !yes);
        }
        close();
    }

    void close() {
        if (error_) return;
        if (at_ >= tokens_.size() || tokens_[at_].text != "end") {
            at_ = tokens_.size() - 1;
            return fail("TemplateError", "an {% end %} is missing");
        }
        ++at_;
    }

    /// Every step of the path must exist.
    const json::value* lookup(const std::string& path) {
        std::string walked;
        const json::value* found = nullptr;
        std::istringstream in{path};
        for (std::string name; std::getline(in, name, '.');) {
            const auto* inside = found ? found->if_object() : &scope_;
            const auto* next = inside ? inside->if_contains(name) : nullptr;
            if (!next) {
                undefined(walked, name, inside, found);
                return nullptr;
            }
            found = next;
            walked += (walked.empty() ? "" : ".") + name;
        }
        return found;
    }

    void undefined(const std::string& walked, const std::string& name, const json::object* inside,
                   const json::value* found) {
        if (walked.empty()) return fail("UndefinedField", "there is no variable \"" + name + "\"");
        if (!inside)
            return fail("UndefinedField", walked + " is " + kind_name(*found) + " and has no field \"" + name + "\"");
        std::string fields;
        for (const auto& each : *inside) fields += (fields.empty() ? "" : ", ") + std::string{each.key()};
        fail("UndefinedField", walked + " has no field \"" + name + "\" (it has " + fields + ")");
    }

    void value(std::string& out, const std::string& expression) {
        const auto bar = expression.find('|');
        const auto path = trimmed(std::string_view{expression}.substr(0, bar));
        const auto filter = bar == std::string::npos ? "" : trimmed(std::string_view{expression}.substr(bar + 1));
        const auto* found = lookup(path);
        if (!found) return;
        if (filter == "money") {
            if (!found->is_int64())
                return fail("WrongType", path + " is " + kind_name(*found) + ", not an amount of money");
            out += money(found->as_int64());
        } else if (found->is_object() || found->is_array()) {
            fail("WrongType", path + " is " + kind_name(*found) + " and cannot be shown");
        } else if (!filter.empty() && filter != "raw") {
            fail("TemplateError", "there is no filter \"" + filter + "\"");
        } else {
            const auto text = found->is_string() ? std::string{found->as_string()} : json::serialize(*found);
            out += filter == "raw" ? text : escaped(text);
        }
    }

    void fail(std::string type, std::string message) {
        const auto line = tokens_.empty() ? 1 : tokens_[std::min(at_, tokens_.size() - 1)].line;
        const auto function = function_.empty() ? "render" : function_.back();
        error_ = page_error{std::move(type), std::move(message), {frame_at(name_, text_, line, function)}, nullptr};
    }

    const std::string& name_;
    const std::string& text_;
    std::vector<token> tokens_;
    json::object scope_;
    const loader& load_;
    std::size_t depth_;
    std::vector<std::string> function_;
    std::size_t at_ = 0;
    std::optional<page_error> error_;
};

}  // namespace

frame frame_at(const std::string& file, const std::string& text, int line, std::string function) {
    frame made{file, line, std::move(function), "", {}, {}};
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string each; std::getline(in, each);) lines.push_back(each);
    const auto at = static_cast<std::size_t>(std::max(line, 1) - 1);
    if (at >= lines.size()) return made;
    made.text = lines[at];
    for (std::size_t each = at > context_lines ? at - context_lines : 0; each < at; ++each) {
        made.before.push_back(lines[each]);
    }
    for (std::size_t each = at + 1; each < std::min(lines.size(), at + 1 + context_lines); ++each) {
        made.after.push_back(lines[each]);
    }
    return made;
}

rendered render(const std::string& name, const std::string& text, const json::object& scope, const loader& load) {
    return run{name, text, scope, load, 0}.all();
}

}  // namespace slipway::sandbox::site
