// The environment that may be inherited, and a command as people read it.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "integrations/process/process.hpp"

namespace slipway::process {
namespace {

bool needs_no_quotes(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"_@%+=:,./-^~"}.find(c) != std::string_view::npos;
}

std::string quoted(const std::string& argument) {
    if (!argument.empty() && std::ranges::all_of(argument, needs_no_quotes)) return argument;
    std::string out = "'";
    for (const char c : argument) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out += c;
        }
    }
    return out + "'";
}

}  // namespace

std::map<std::string, std::string> inherited(const std::vector<std::string>& names) {
    std::vector<std::string> all{"PATH", "HOME", "LANG", "TZ"};
    all.insert(all.end(), names.begin(), names.end());
    std::map<std::string, std::string> found;
    for (const auto& name : all) {
        const char* value = std::getenv(name.c_str());  // read only, and nobody here calls setenv
        if (value != nullptr) found[name] = value;
    }
    return found;
}

std::string to_words(const std::vector<std::string>& argv) {
    std::string out;
    for (const auto& each : argv) {
        if (!out.empty()) out += ' ';
        out += quoted(each);
    }
    return out;
}

}  // namespace slipway::process
