#include "commands/release/yaml.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <set>

namespace slipway {

struct yaml_value::book {
    std::string file;
    std::vector<yaml_problem> problems;  // by line, then in the order they were found

    void note(int line, std::string sentence) {
        const auto place = std::ranges::upper_bound(problems, line, {}, &yaml_problem::line);
        problems.insert(place, {file, line, std::move(sentence)});
    }
};

namespace {

/// Insertions, deletions, replacements and swaps of neighbours each count one.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), here(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        here[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            here[j] = std::min({last[j] + 1, here[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) here[j] = std::min(here[j], before[j - 2] + 1);
        }
        before = std::exchange(last, here);
    }
    return last.back();
}

std::optional<milliseconds> unit(std::string_view word) {
    if (word == "ms") return milliseconds{1};
    if (word == "s") return std::chrono::seconds{1};
    if (word == "m" || word == "min") return std::chrono::minutes{1};
    if (word == "h") return std::chrono::hours{1};
    if (word == "d") return std::chrono::days{1};
    return std::nullopt;
}

std::string join(std::initializer_list<std::string_view> words) {
    std::string joined;
    for (const auto word : words) {
        if (!joined.empty()) joined += ", ";
        joined += word;
    }
    return joined;
}

std::string_view shape(const YAML::Node& node) {
    if (node.IsMap()) return "a mapping";
    if (node.IsSequence()) return "a list";
    return "text";
}

}  // namespace

std::string yaml_problem::text() const {
    if (line <= 0) return file + ": " + sentence;
    return file + ":" + std::to_string(line) + ": " + sentence;
}

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates) {
    std::string_view best;
    std::size_t closest = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto candidate : candidates) {
        const auto steps = distance(word, candidate);
        if (steps < closest) {
            closest = steps;
            best = candidate;
        }
    }
    return best;
}

std::optional<milliseconds> parse_duration(std::string_view text) {
    milliseconds total{0};
    bool any = false;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        if (text.empty()) break;
        std::int64_t count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc{} || count < 0 || count > 1'000'000'000) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto word = text.substr(0, std::min(text.find_first_of(" 0123456789"), text.size()));
        const auto one = unit(word);
        if (!one) return std::nullopt;
        total += *one * count;
        text.remove_prefix(word.size());
        any = true;
    }
    return any ? std::optional{total} : std::nullopt;
}

yaml_value::yaml_value(std::shared_ptr<book> owner, const YAML::Node& node, int line, std::string path)
    : book_{std::move(owner)},
      node_(node),
      line_{line},
      path_{std::move(path)},
      present_{node_.IsDefined() && !node_.IsNull()} {}

// Assigning one YAML::Node to another would write into the document that the left one belongs to.
yaml_value& yaml_value::operator=(const yaml_value& other) {
    if (this == &other) return *this;
    book_ = other.book_;
    node_.reset(other.node_);
    line_ = other.line_;
    path_ = other.path_;
    present_ = other.present_;
    return *this;
}

yaml_value yaml_value::missing(std::string path) const {
    return yaml_value{book_, YAML::Node{}, line_, std::move(path)};
}

yaml_value yaml_value::child(const YAML::Node& node, std::string path) const {
    const auto mark = node.Mark();
    return yaml_value{book_, node, mark.is_null() ? line_ : mark.line + 1, std::move(path)};
}

std::string yaml_value::quoted() const {
    return path_.empty() ? "the file" : "`" + path_ + "`";
}

bool yaml_value::is_map() const {
    return present_ && node_.IsMap();
}
bool yaml_value::is_list() const {
    return present_ && node_.IsSequence();
}
bool yaml_value::is_text() const {
    return present_ && node_.IsScalar();
}

void yaml_value::problem(std::string sentence) const {
    book_->note(line_, std::move(sentence));
}

void yaml_value::only(std::initializer_list<std::string_view> known) const {
    only(std::span{known.begin(), known.size()});
}

void yaml_value::only(std::span<const std::string_view> known) const {
    std::set<std::string> seen;
    for (const auto& [key, value] : entries()) {
        if (!seen.insert(key).second) value.problem("`" + value.path() + "` stands here a second time");
        if (std::ranges::find(known, key) != known.end()) continue;
        const auto near = nearest_word(key, known);
        const auto hint = near.empty() ? std::string{} : "; did you mean `" + std::string{near} + "`?";
        value.problem("`" + value.path() + "` is not known" + hint);
    }
}

yaml_value yaml_value::at(std::string_view key) const {
    const auto path = path_.empty() ? std::string{key} : path_ + "." + std::string{key};
    if (!is_map()) return missing(path);
    // Walking keeps the first of two equal keys and never inserts, as operator[] would.
    for (const auto& each : node_)
        if (each.first.IsScalar() && each.first.Scalar() == key) {
            auto found = child(each.second, path);
            if (const auto mark = each.first.Mark(); !mark.is_null()) found.line_ = mark.line + 1;
            return found;
        }
    return missing(path);
}

yaml_value yaml_value::required(std::string_view key) const {
    auto found = at(key);
    if (!found.present()) found.problem("`" + found.path() + "` is missing");
    return found;
}

std::vector<std::pair<std::string, yaml_value>> yaml_value::entries() const {
    std::vector<std::pair<std::string, yaml_value>> all;
    if (!present_) return all;
    if (!node_.IsMap()) {
        problem(quoted() + " must be a mapping of names to values, not " + std::string{shape(node_)});
        return all;
    }
    for (const auto& each : node_) {
        auto value = child(each.second, path_);
        if (const auto mark = each.first.Mark(); !mark.is_null()) value.line_ = mark.line + 1;
        if (!each.first.IsScalar()) {
            value.problem("a name in " + quoted() + " must be text");
            continue;
        }
        value.path_ = path_.empty() ? each.first.Scalar() : path_ + "." + each.first.Scalar();
        all.emplace_back(each.first.Scalar(), std::move(value));
    }
    return all;
}

std::vector<yaml_value> yaml_value::items() const {
    std::vector<yaml_value> all;
    if (!present_) return all;
    if (!node_.IsSequence()) {
        problem(quoted() + " must be a list, not " + std::string{shape(node_)});
        return all;
    }
    for (const auto& each : node_) all.push_back(child(each, path_ + "[" + std::to_string(all.size() + 1) + "]"));
    return all;
}

const std::string* yaml_value::scalar(std::string_view expected) const {
    if (!present_) return nullptr;
    if (node_.IsScalar()) return &node_.Scalar();
    problem(quoted() + " must be " + std::string{expected} + ", not " + std::string{shape(node_)});
    return nullptr;
}

std::string yaml_value::text(std::string otherwise) const {
    const auto* found = scalar("text");
    return found != nullptr ? *found : otherwise;
}

std::string yaml_value::name(std::string otherwise) const {
    auto found = text(std::move(otherwise));
    if (present_ && found.empty() && node_.IsScalar()) problem(quoted() + " may not be empty");
    return found;
}

std::int64_t yaml_value::number(std::int64_t otherwise, std::int64_t least, std::int64_t most) const {
    const auto* found = scalar("a whole number");
    if (found == nullptr) return otherwise;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(found->data(), found->data() + found->size(), value);
    if (error != std::errc{} || end != found->data() + found->size()) {
        problem(quoted() + " must be a whole number, not `" + *found + "`");
        return otherwise;
    }
    if (value < least || value > most) {
        const auto upper =
            most == std::numeric_limits<std::int64_t>::max() ? "" : " and at most " + std::to_string(most);
        problem(quoted() + " must be at least " + std::to_string(least) + upper + ", not " + *found);
        return otherwise;
    }
    return value;
}

bool yaml_value::flag(bool otherwise) const {
    const auto* found = scalar("true or false");
    if (found == nullptr) return otherwise;
    if (*found == "true" || *found == "yes" || *found == "on") return true;
    if (*found == "false" || *found == "no" || *found == "off") return false;
    problem(quoted() + " must be true or false, not `" + *found + "`");
    return otherwise;
}

milliseconds yaml_value::duration(milliseconds otherwise) const {
    const auto* found = scalar("a duration such as 30s, 5m or 1h 30m");
    if (found == nullptr) return otherwise;
    if (const auto span = parse_duration(*found)) return *span;
    problem(quoted() + " must be a duration such as 250ms, 30s, 5m or 1h 30m, not `" + *found + "`");
    return otherwise;
}

std::vector<std::string> yaml_value::texts() const {
    std::vector<std::string> all;
    for (const auto& each : items()) {
        if (!each.present()) each.problem("`" + each.path() + "` is empty");
        if (const auto* found = each.scalar("text"); found != nullptr) all.push_back(*found);
    }
    return all;
}

std::string yaml_value::one_of(std::initializer_list<std::string_view> words, std::string otherwise) const {
    const auto* found = scalar("one word");
    if (found == nullptr) return otherwise;
    if (std::ranges::find(words, *found) != words.end()) return *found;
    problem(quoted() + " must be one of " + join(words) + ", not `" + *found + "`");
    return otherwise;
}

yaml_reader::yaml_reader(std::string file) : book_{std::make_shared<yaml_value::book>()} {
    book_->file = std::move(file);
}

yaml_value yaml_reader::parse(std::string_view text) {
    yaml_value nothing{book_, YAML::Node{}, 1, {}};
    try {
        auto documents = YAML::LoadAll(std::string{text});
        if (documents.size() > 1) {
            nothing.problem(
                "the file holds several YAML documents; only one is read, so remove the `---` between them");
            return nothing;
        }
        if (documents.empty()) return nothing;
        return nothing.child(documents.front(), {});
    } catch (const YAML::Exception& error) {
        book_->note(error.mark.is_null() ? 0 : error.mark.line + 1, "this is not YAML: " + error.msg);
        return nothing;
    }
}

bool yaml_reader::good() const noexcept {
    return book_->problems.empty();
}

std::vector<yaml_problem> yaml_reader::problems() const {
    return book_->problems;
}

}  // namespace slipway
