#include "integrations/git/answers.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "integrations/git/names.hpp"

namespace slipway::git::detail {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back(line);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return lines;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// git's own complaint: its "fatal:" and "error:" lines, else the last line.
std::string git_words(std::string_view error_text) {
    std::string words;
    std::string_view last;
    for (const auto line : lines_of(error_text)) {
        if (!trimmed(line).empty()) last = trimmed(line);
        if (!line.starts_with("fatal: ") && !line.starts_with("error: ")) continue;
        if (!words.empty()) words += "; ";
        words += line.substr(7);
    }
    return words.empty() ? std::string{last} : words;
}

struct symptom {
    std::string_view text;
    errc kind;
    std::string_view way_out;
};

/// In order: the first that occurs decides. Texts of git 2.39 with LC_ALL=C, curl and OpenSSH.
constexpr std::array symptoms{
    symptom{"Authentication failed", errc::unauthorised, "check the token and its write_repository right"},
    symptom{"terminal prompts disabled", errc::unauthorised, "the remote asks for a login: set the token"},
    symptom{"HTTP Basic: Access denied", errc::unauthorised, "check the token and its write_repository right"},
    symptom{"returned error: 401", errc::unauthorised, "check the token and its write_repository right"},
    symptom{"Permission denied (", errc::unauthorised, "the remote does not know the bot's ssh key"},
    symptom{"returned error: 403", errc::refused, "the token's user may not do this there"},
    symptom{"returned error: 404", errc::not_found, "check the URL; it is missing or not visible to the bot"},
    symptom{"returned error: 30", errc::invalid,
            "the remote moved: put its present URL (ending in .git) into the settings"},
    symptom{"returned error: 5", errc::unavailable, "the remote has trouble; try again later"},
    symptom{"Could not resolve host", errc::unavailable, "check the host name and the network"},
    symptom{"Failed to connect", errc::unavailable, "check that the remote is up"},
    symptom{"Couldn't connect", errc::unavailable, "check that the remote is up"},
    symptom{"Connection refused", errc::unavailable, "check that the remote is up"},
    symptom{"Connection timed out", errc::unavailable, "check the network"},
    symptom{"Host key verification failed", errc::unavailable,
            "add the remote's host key to known_hosts after checking it"},
    symptom{"SSL certificate problem", errc::unavailable, "the remote's certificate is not trusted: set the CA file"},
    symptom{"server certificate verification failed", errc::unavailable,
            "the remote's certificate is not trusted: set the CA file"},
    symptom{"does not appear to be a git repository", errc::not_found, "check the URL"},
    symptom{"repository not found", errc::not_found, "it is missing or not visible to the bot"},
    symptom{"could not be found", errc::not_found, "it is missing or not visible to the bot"},
    symptom{"does not exist", errc::not_found, "check the path"},
    symptom{"receiving end does not support --atomic", errc::refused,
            "this remote cannot push branches and tag together, so nothing was pushed"},
    symptom{"would clobber existing tag", errc::moved, "a tag moved on the remote while we fetched; try again"},
    symptom{"No space left on device", errc::refused, "free some disk space"},
};

const symptom* find_symptom(std::string_view text) {
    const auto found =
        std::ranges::find_if(symptoms, [text](const symptom& each) { return text.find(each.text) != text.npos; });
    return found == symptoms.end() ? nullptr : &*found;
}

errc kind_of_refusal(const std::string& reason, const push_ref& wanted) {
    const auto says = [&reason](std::string_view text) { return reason.find(text) != std::string::npos; };
    const bool elsewhere = says("stale info") || says("fetch first") || says("non-fast-forward") ||
                           says("already exists") || says("cannot lock ref") || says("failed to update ref") ||
                           says("needs force");
    if (elsewhere) return wanted.expected.empty() ? errc::exists : errc::moved;
    if (says("remote failed to report") || says("[remote failure]")) return errc::lost;
    return errc::refused;
}

/// Refused only because another reference of the same push was.
bool is_consequence(const std::string& reason) {
    return reason.find("atomic") != std::string::npos;
}

failure refusal(const push_ref& wanted, const std::string& reason, const std::string& remote_text) {
    const errc kind = kind_of_refusal(reason, wanted);
    std::string sentence = "The push was not accepted, nothing was moved: " + wanted.name;
    if (kind == errc::exists)
        sentence += " exists on the remote already and points elsewhere";
    else if (kind == errc::moved)
        sentence += " is not at " + wanted.expected + " on the remote any more: somebody pushed; fetch and look again";
    else if (kind == errc::lost)
        sentence = "The remote did not say what became of " + wanted.name + ": look there before pushing again";
    else
        sentence += " was refused";
    sentence += " " + reason;
    if (!remote_text.empty()) sentence += ". The remote said: " + remote_text;
    return {kind, std::move(sentence)};
}

push_report::state to_state(char flag) {
    if (flag == '=') return push_report::state::up_to_date;
    if (flag == '*') return push_report::state::created;
    return push_report::state::updated;
}

}  // namespace

failure explain(std::string_view what, std::string_view error_text, phase during) {
    const symptom* seen = find_symptom(error_text);
    // Without a known reason a push may have got through before the line broke.
    const errc unclear = during == phase::pushing ? errc::lost : errc::refused;
    std::string sentence{what};
    const auto words = git_words(error_text);
    sentence += ": " + (words.empty() ? "git ended without a word" : words);
    const auto said = remote_words(error_text);
    if (!said.empty()) sentence += ". The remote said: " + said;
    if (seen != nullptr) sentence.append(". Way out: ").append(seen->way_out);
    return {seen != nullptr ? seen->kind : unclear, std::move(sentence)};
}

std::string remote_words(std::string_view error_text) {
    std::string words;
    for (const auto line : lines_of(error_text)) {
        if (!line.starts_with("remote:")) continue;
        const auto text = trimmed(line.substr(7));
        if (text.empty()) continue;
        if (!words.empty()) words += '\n';
        words += text;
    }
    return words;
}

std::vector<remote_ref> parse_listing(std::string_view out) {
    std::map<std::string, remote_ref, std::less<>> refs;
    for (const auto line : lines_of(out)) {
        const auto tab = line.find('\t');
        if (tab == std::string_view::npos || !is_object_id(line.substr(0, tab))) continue;
        std::string id{line.substr(0, tab)};
        std::string name{line.substr(tab + 1)};
        const bool peeled = name.ends_with("^{}");
        if (peeled) name.resize(name.size() - 3);
        auto& ref = refs[name];
        ref.name = name;
        if (!peeled) ref.target = id;
        ref.commit = std::move(id);  // the peeled line follows its tag
    }
    std::vector<remote_ref> all;
    all.reserve(refs.size());
    for (auto& [name, ref] : refs) all.push_back(std::move(ref));
    return all;
}

std::vector<pushed_line> parse_push(std::string_view out) {
    std::vector<pushed_line> lines;
    for (const auto line : lines_of(out)) {
        // "<flag>\t<from>:<to>\t<summary>"
        if (line.size() < 3 || line[1] != '\t' || std::string_view{" +-*!="}.find(line[0]) == std::string_view::npos)
            continue;
        const auto second = line.find('\t', 2);
        if (second == std::string_view::npos) continue;
        const auto names = line.substr(2, second - 2);
        const auto colon = names.find(':');
        if (colon == std::string_view::npos) continue;
        lines.push_back({line[0], std::string{names.substr(colon + 1)}, std::string{trimmed(line.substr(second + 1))}});
    }
    return lines;
}

result<push_report> judge_push(const std::vector<push_ref>& wanted, int exit_code, std::string_view out,
                               std::string_view error_text) {
    const auto lines = parse_push(out);
    push_report report;
    report.remote_text = remote_words(error_text);
    const pushed_line* consequence = nullptr;
    for (const auto& line : lines) {
        const auto asked = std::ranges::find(wanted, line.ref, &push_ref::name);
        if (asked == wanted.end()) continue;
        if (line.flag != '!')
            report.refs[line.ref] = to_state(line.flag);
        else if (is_consequence(line.reason))
            consequence = &line;
        else
            return refusal(*asked, line.reason, report.remote_text);
    }
    if (consequence != nullptr) {
        const auto asked = std::ranges::find(wanted, consequence->ref, &push_ref::name);
        return refusal(*asked, consequence->reason, report.remote_text);
    }
    if (exit_code == 0 && report.refs.size() == wanted.size()) return report;
    return explain("The push failed", error_text, phase::pushing);
}

}  // namespace slipway::git::detail
