// What an issue says. Everything that came in a report enters as code or fenced: it can say anything and do nothing.
#include <algorithm>
#include <cmath>

#include "commands/errors/markdown.hpp"
#include "commands/errors/triage.hpp"

namespace slipway::errors {
namespace {

constexpr std::size_t most_servers = 10;
constexpr std::size_t most_frames = 20;
constexpr std::size_t most_candidates = 5;

std::string code(const std::string& text, std::size_t most = 200) {
    return markdown_code(untrusted{text}, most);
}

std::string line(std::string_view name, const std::string& value) {
    return "- " + std::string{name} + ": " + value + "\n";
}

std::string list(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < most_servers; ++i) text += (i > 0 ? ", " : "") + code(names[i]);
    if (names.size() > most_servers) text += " and " + std::to_string(names.size() - most_servers) + " more";
    return text;
}

std::string facts(const group_report& about) {
    auto text = line("What", std::string{to_string(about.judged.what)} + ", " + about.judged.why);
    if (!about.culprit.empty()) text += line("Where", markdown_code(about.culprit, 300));
    if (!about.release.empty()) text += line("Release", code(about.release));
    if (!about.servers.empty()) text += line("Servers", list(about.servers));
    text += line("First seen", to_iso(about.first_seen)) + line("Last seen", to_iso(about.last_seen));
    text += line("Count", std::to_string(about.judged.before) + " before, " + std::to_string(about.judged.after) +
                              " after the deploy");
    if (!about.range_url.empty()) text += line("Changes of this release", about.range_url);
    return text;
}

/// "  15 src/Cart.php in total", crash first, as many as help.
void add_frames(const std::vector<telemetry::frame>& frames, std::string& text) {
    std::size_t shown = 0;
    for (auto each = frames.rbegin(); each != frames.rend() && shown < most_frames; ++each, ++shown) {
        text +=
            std::string{"  "} + (each->in_app ? "* " : "  ") + (each->filename.empty() ? each->module : each->filename);
        if (each->line > 0) text += ":" + std::to_string(each->line);
        if (!each->function.empty()) text += " in " + each->function;
        text += '\n';
        if (each->in_app && !each->context_line.empty()) text += "        " + each->context_line + "\n";
    }
    if (frames.size() > shown) text += "    … " + std::to_string(frames.size() - shown) + " more calls\n";
}

std::string stack_trace(const telemetry::event& of) {
    std::string text;
    for (const auto& each : of.exceptions) {
        text += (text.empty() ? "" : "which led to\n") + each.type + ": " + each.value + "\n";
        add_frames(each.frames, text);
    }
    if (of.exceptions.empty()) {
        text += of.message + "\n";
        add_frames(of.frames, text);
    }
    return markdown_block(untrusted{text});
}

std::string person(const developer& who) {
    return code(who.username.empty() ? who.name : who.username, 100);
}

std::string candidates(const group_report& about) {
    const auto& blame = about.blame;
    const bool as_git_says =
        blame.assignee && (about.given_to.empty() || about.given_to == blame.assignee->who.username);
    std::string given = "nobody assigned";
    if (as_git_says)
        given = "assigned to " + person(blame.assignee->who);
    else if (!about.given_to.empty())
        given = "assigned to " + code(about.given_to, 100);
    auto text = "**Who:** " + given + "; " +
                code(as_git_says || about.given_why.empty() ? blame.why : about.given_why, 300) + "\n\n";
    for (std::size_t i = 0; i < blame.ranked.size() && i < most_candidates; ++i) {
        const auto& each = blame.ranked[i];
        text += "- " + person(each.who) + ", " + std::to_string(std::lround(each.confidence * 100)) + " %";
        if (each.request != 0) text += ", merge request !" + std::to_string(each.request);
        text += '\n';
        for (const auto& reason : each.reasons) text += "  - " + code(reason, 300) + "\n";
    }
    return text + "\n";
}

std::string table_row(const group_report& about) {
    return "| " + std::string{to_string(about.judged.what)} + " | " + markdown_code(about.title, 120) + " | " +
           markdown_code(about.culprit, 120) + " | " + std::to_string(about.judged.before) + " | " +
           std::to_string(about.judged.after) + " | " +
           (about.blame.ranked.empty() ? std::string{"–"} : person(about.blame.ranked.front().who)) + " |\n";
}

std::string table(const std::vector<group_report>& all) {
    std::string text = "| what | error | where | before | after | most likely |\n|---|---|---|---|---|---|\n";
    for (const auto& each : all) text += table_row(each);
    return text;
}

}  // namespace

issue_text write_issue(const group_report& about) {
    issue_text written;
    written.title = title_text(about.title);
    written.labels = {"error"};
    auto& text = written.description;
    text = markdown_code(about.title, 300) + "\n\n" + facts(about) + "\n" + candidates(about);
    if (about.sample)
        text += "<details><summary>Stack trace (crash first, ours marked *)</summary>\n\n" +
                stack_trace(*about.sample) + "\n</details>\n";
    text += "\n" + marker(about.project, about.hash) + "\n" + seen_marker(about.release_id, about.hash) + "\n";
    return written;
}

std::string write_comment(const group_report& about) {
    return "Seen again after the deploy of " + code(about.release.empty() ? "an unnamed release" : about.release) +
           ".\n\n" + facts(about) + "\n" + candidates(about) + seen_marker(about.release_id, about.hash) + "\n";
}

issue_text write_umbrella(std::string_view project, std::string_view release, std::string_view release_id,
                          const std::vector<group_report>& rest) {
    issue_text written;
    written.title = std::to_string(rest.size()) + " more groups of errors after the deploy of " +
                    title_text(untrusted{std::string{release}}, 60);
    written.labels = {"error"};
    auto& text = written.description;
    text =
        "These errors came with the same deploy as those that have issues of their own; there were too many for one "
        "issue each. The worst come first.\n\n" +
        table(rest) + "\n" + marker(project, umbrella_hash(release)) + "\n" +
        seen_marker(release_id, umbrella_hash(release)) + "\n";
    for (const auto& each : rest) text += marker(project, each.hash) + "\n";
    return written;
}

std::string write_umbrella_comment(std::string_view release, std::string_view release_id,
                                   const std::vector<group_report>& rest) {
    return "Seen again after the deploy of " + code(std::string{release}) + ".\n\n" + table(rest) + "\n" +
           seen_marker(release_id, umbrella_hash(release)) + "\n";
}

}  // namespace slipway::errors
