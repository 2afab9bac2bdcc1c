#include "deploy/sandbox/salt/targeting.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <regex>
#include <sstream>

namespace slipway::sandbox::salt {

namespace {

bool glob_fits(const std::string& pattern, const std::string& text) {
    return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

bool regex_fits(const std::string& pattern, const std::string& text) {
    try {
        return std::regex_search(text, std::regex{pattern}, std::regex_constants::match_continuous);
    } catch (const std::regex_error&) {
        return false;  // Salt logs it and matches nothing
    }
}

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream in{text};
    for (std::string part; std::getline(in, part, at);) parts.push_back(part);
    return parts;
}

std::vector<std::string> grain_values(const minion& of, const std::string& name) {
    if (name == "roles") return of.roles;
    if (name == "id" || name == "host") return {of.id};
    if (name == "os") return {"Debian"};
    return {};
}

template <class Fits>
bool grain_fits(const minion& of, const std::string& expression, Fits fits) {
    const auto colon = expression.find(':');
    if (colon == std::string::npos) return false;
    const auto values = grain_values(of, expression.substr(0, colon));
    const auto pattern = expression.substr(colon + 1);
    return std::ranges::any_of(values, [&](const std::string& each) { return fits(pattern, each); });
}

bool atom_fits(const minion& of, const std::string& atom) {
    if (atom.size() < 2 || atom[1] != '@') return glob_fits(atom, of.id);
    const auto rest = atom.substr(2);
    switch (atom[0]) {
        case 'G':
            return grain_fits(of, rest, glob_fits);
        case 'P':
            return grain_fits(of, rest, regex_fits);
        case 'E':
            return regex_fits(rest, of.id);
        case 'L': {
            const auto names = split(rest, ',');
            return std::ranges::find(names, of.id) != names.end();
        }
        default:
            return false;
    }
}

/// or-expressions of and-expressions of atoms, "not" and brackets. Words stand alone, with blanks around them.
class compound {
public:
    compound(const minion& of, std::vector<std::string> words) : of_{of}, words_{std::move(words)} {}

    result<bool> value() {
        auto read = any();
        if (read && at_ < words_.size())
            return failure{errc::invalid, "'" + words_[at_] + "' stands where 'and' or 'or' would"};
        return read;
    }

private:
    bool take(const std::string& word) {
        if (at_ >= words_.size() || words_[at_] != word) return false;
        ++at_;
        return true;
    }

    result<bool> any() {
        auto left = all();
        while (left && take("or")) {
            const auto right = all();
            if (!right) return right;
            left = *left || *right;
        }
        return left;
    }

    result<bool> all() {
        auto left = one();
        while (left && take("and")) {
            const auto right = one();
            if (!right) return right;
            left = *left && *right;
        }
        return left;
    }

    result<bool> one() {
        if (take("not")) {
            const auto inner = one();
            if (!inner) return inner;
            return !*inner;
        }
        if (take("(")) {
            auto inner = any();
            if (inner && !take(")")) return failure{errc::invalid, "a bracket is not closed"};
            return inner;
        }
        if (at_ >= words_.size() || words_[at_] == "and" || words_[at_] == "or" || words_[at_] == ")") {
            return failure{errc::invalid, "a target is missing"};
        }
        return atom_fits(of_, words_[at_++]);
    }

    const minion& of_;
    std::vector<std::string> words_;
    std::size_t at_ = 0;
};

std::vector<std::string> words_of(const std::string& expression) {
    std::istringstream in{expression};
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

result<bool> fits(const minion& of, target_kind kind, const std::string& expression) {
    switch (kind) {
        case target_kind::glob:
            return glob_fits(expression, of.id);
        case target_kind::list:
            return atom_fits(of, "L@" + expression);
        case target_kind::grain:
            return atom_fits(of, "G@" + expression);
        case target_kind::regex:
            return regex_fits(expression, of.id);
        case target_kind::compound:
            return compound{of, words_of(expression)}.value();
    }
    return false;
}

}  // namespace

result<std::vector<std::string>> match(const std::vector<minion>& known, target_kind kind,
                                       const std::string& expression) {
    std::vector<std::string> ids;
    for (const auto& each : known) {
        const auto matched = fits(each, kind, expression);
        if (!matched) return matched.error();
        if (*matched) ids.push_back(each.id);
    }
    return ids;
}

}  // namespace slipway::sandbox::salt
