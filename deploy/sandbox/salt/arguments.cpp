#include "deploy/sandbox/salt/arguments.hpp"

#include <cstdlib>
#include <set>

namespace slipway::sandbox::salt {

namespace {

/// Options that change nothing here, and take a value.
const std::set<std::string> ignored_with_value{
    "-t",     "--timeout",    "--gather-job-timeout", "-c",         "--config-dir",
    "-l",     "--log-level",  "--state-output",       "--out-file", "-u",
    "--user", "--batch-wait", "--state-verbose"};
const std::set<std::string> ignored{
    "--no-color", "--force-color", "--hide-timeout", "--show-timeout", "--failhard", "--progress", "-q", "--summary"};
const std::map<std::string, target_kind> targets{{"-C", target_kind::compound}, {"--compound", target_kind::compound},
                                                 {"-L", target_kind::list},     {"--list", target_kind::list},
                                                 {"-G", target_kind::grain},    {"--grain", target_kind::grain},
                                                 {"-E", target_kind::regex},    {"--pcre", target_kind::regex}};

struct option {
    std::string name;
    std::string value;
    bool has_value = false;
};

option split(const std::string& word) {
    const auto sign = word.starts_with("--") ? word.find('=') : std::string::npos;
    if (sign == std::string::npos) return {word, "", false};
    return {word.substr(0, sign), word.substr(sign + 1), true};
}

bool set_flag(arguments& to, const std::string& name) {
    if (name == "--static" || name == "-s")
        to.in_one_object = true;
    else if (name == "--async")
        to.in_background = true;
    else if (name == "-v" || name == "--verbose" || name == "--show-jid")
        to.shows_job = true;
    else if (name == "--preview-target")
        to.only_preview = true;
    else if (name == "--version" || name == "-V")
        to.shows_version = true;
    else
        return ignored.contains(name);
    return true;
}

result<> set_value(arguments& to, const option& given) {
    if (given.name == "--out" || given.name == "--output") {
        to.json = given.value == "json";
    } else if (given.name == "--out-indent" || given.name == "--output-indent") {
        to.indent = std::atoi(given.value.c_str());
    } else if (given.name == "-b" || given.name == "--batch" || given.name == "--batch-size") {
        to.batch = given.value;
    } else if (given.name == "--metadata") {
        to.metadata = given.value;
    } else if (!ignored_with_value.contains(given.name)) {
        return failure{errc::invalid, "no such option: " + given.name};
    }
    return {};
}

void take_word(arguments& to, const std::string& word, int& words) {
    if (words == 0) {
        to.target = word;
    } else if (words == 1) {
        to.function = word;
    } else if (const auto sign = word.find('='); sign != std::string::npos && sign > 0 && word[0] != '{') {
        to.named[word.substr(0, sign)] = word.substr(sign + 1);
    } else {
        to.positional.push_back(word);
    }
    ++words;
}

}  // namespace

bool arguments::is_test() const {
    const auto found = named.find("test");
    return found != named.end() && (found->second == "true" || found->second == "True");
}

result<arguments> read_arguments(const std::vector<std::string>& argv) {
    arguments read;
    int words = 0;
    for (std::size_t each = 0; each < argv.size(); ++each) {
        const auto& word = argv[each];
        if (!word.starts_with('-') || words >= 2) {
            take_word(read, word, words);
            continue;
        }
        auto given = split(word);
        if (const auto target = targets.find(given.name); target != targets.end() && !given.has_value) {
            read.kind = target->second;
            continue;
        }
        if (!given.has_value && set_flag(read, given.name)) continue;
        if (!given.has_value) {
            if (each + 1 >= argv.size()) return failure{errc::invalid, given.name + " option requires 1 argument"};
            given.value = argv[++each];
        }
        const auto done = set_value(read, given);
        if (!done) return done.error();
    }
    if (!read.shows_version && (read.target.empty() || (read.function.empty() && !read.only_preview))) {
        return failure{errc::invalid, "Arguments required: salt [options] '<target>' <function> [arguments]"};
    }
    return read;
}

}  // namespace slipway::sandbox::salt
