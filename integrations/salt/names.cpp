// Names as Salt's own option parser reads them: checked here, once, for the command line and for salt-api.
#include "integrations/salt/names.hpp"

#include <algorithm>

namespace slipway::salt {
namespace {

bool has_only(std::string_view text, std::string_view more) noexcept {
    return std::ranges::all_of(text, [more](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               more.find(c) != std::string_view::npos;
    });
}

/// A word that salt's option parser cannot take for an option.
bool is_word(std::string_view text, std::string_view more) noexcept {
    return !text.empty() && text.front() != '-' && has_only(text, more);
}

}  // namespace

result<> check_hosts(const std::vector<std::string>& hosts) {
    if (hosts.empty())
        return failure{errc::invalid,
                       "Salt was asked to work on no host at all; ping the target first and use who answered"};
    for (const auto& each : hosts)
        if (!is_word(each, "._-:@+"))
            return failure{errc::invalid,
                           "\"" + each + "\" is no name of a Salt minion: letters, digits and ._-:@+ are"};
    return {};
}

result<> check_sls(const std::string& sls) {
    if (!is_word(sls, "._-,"))
        return failure{errc::invalid,
                       "\"" + sls + "\" is no name of a Salt state; it looks like \"shop.website.build\""};
    return {};
}

result<> check_call(const std::string& function, const std::vector<std::string>& arguments) {
    if (!is_word(function, "._") || function.find('.') == std::string::npos)
        return failure{errc::invalid, "\"" + function + "\" is no Salt function; it looks like \"service.restart\""};
    const auto option = std::ranges::find_if(arguments, [](const std::string& each) { return each.starts_with('-'); });
    if (option == arguments.end()) return {};
    return failure{errc::invalid, "the argument \"" + *option + "\" of " + function +
                                      " begins with a dash: salt would read it as its own option"};
}

result<> check_compound(const std::string& compound) {
    if (compound.empty() || compound.front() == '-')
        return failure{errc::invalid, "\"" + compound + "\" is no compound target of Salt"};
    return {};
}

result<> check_order(const job_order& what) {
    if (what.hosts.empty() == what.compound.empty()) return check_hosts({});
    const auto target = what.compound.empty() ? check_hosts(what.hosts) : check_compound(what.compound);
    if (!target) return target;
    if (question_of(what.function) == question::state)
        for (const auto& each : what.arguments)
            if (each.find('=') == std::string::npos)
                if (const auto ok = check_sls(each); !ok) return ok;
    return check_call(what.function, what.arguments);
}

bool is_jid(std::string_view text) noexcept {
    return text.size() >= 20 && text.size() <= 40 && has_only(text, "_") &&
           std::ranges::all_of(text.substr(0, 20), [](char c) { return c >= '0' && c <= '9'; });
}

std::string joined(const std::vector<std::string>& hosts) {
    std::string text;
    for (const auto& each : hosts) text += (text.empty() ? "" : ",") + each;
    return text;
}

question question_of(std::string_view function) {
    if (function == "test.ping") return question::ping;
    const bool is_state = function == "state.sls" || function == "state.apply" || function == "state.highstate";
    return is_state ? question::state : question::function;
}

}  // namespace slipway::salt
