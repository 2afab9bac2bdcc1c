#include "commands/steps/migrations/gather.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "commands/migrations/section.hpp"
#include "commands/release/authors.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/people.hpp"
#include "integrations/base/described.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

using migrations::migration;
using migrations::moment;

bool has_label(const std::vector<std::string>& labels, const std::string& wanted) {
    return std::ranges::find(labels, wanted) != labels.end();
}

migrations::reading_rules rules_of(const release::project_settings& project) {
    migrations::reading_rules rules;
    rules.languages = project.migrations.languages;
    rules.untagged = project.migrations.untagged;
    rules.before_label = project.migrations.before_label;
    rules.after_label = project.migrations.after_label;
    return rules;
}

/// "4, #6 and #7" behind "Closes #", as GitLab reads it.
void read_numbers(std::string_view rest, std::vector<std::int64_t>& into) {
    while (rest.starts_with('#')) {
        std::int64_t iid = 0;
        const auto [end, problem] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), iid);
        if (problem != std::errc{}) return;
        into.push_back(iid);
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        for (const std::string_view between : {", and ", " and ", ", ", ","})
            if (rest.starts_with(between)) {
                rest.remove_prefix(between.size());
                break;
            }
    }
}

/// Issues of its own project that a merge request says it closes.
std::vector<std::int64_t> closed_by(const gitlab::merge_request& request) {
    std::vector<std::int64_t> found;
    const std::string_view text = request.description.raw();
    for (const std::string_view word : {"Closes ", "closes ", "Fixes ", "fixes ", "Resolves ", "resolves "})
        for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
            read_numbers(text.substr(at + word.size()), found);
    return found;
}

bool closes(const gitlab::merge_request& request, std::int64_t iid) {
    const auto all = closed_by(request);
    return std::ranges::find(all, iid) != all.end();
}

/// The merge request that carries an issue's change: one that closes it, else the one labelled as a migration, else the
/// only one that mentions it. Several that merely mention it are no answer. `all` has the closing ones first.
const gitlab::merge_request* carrier_of(const std::vector<gitlab::merge_request>& all, std::int64_t iid,
                                        std::int64_t project, const std::string& label) {
    std::vector<const gitlab::merge_request*> own;
    for (const auto& each : all)
        if (each.project_id == project && each.state != gitlab::merge_request_state::closed) own.push_back(&each);
    for (const auto* each : own)
        if (closes(*each, iid)) return each;
    for (const auto* each : own)
        if (has_label(each->labels, label)) return each;
    return own.size() == 1 ? own.front() : nullptr;
}

void set_carrier(migrations::source& into, const gitlab::merge_request& from) {
    into.merge_request = "!" + std::to_string(from.iid);
    into.merge_request_author = from.author.username;
    into.head = from.head;
}

migrations::source source_of(const gitlab::issue& issue, const std::vector<gitlab::note>& newest_first) {
    migrations::source made;
    made.id = "#" + std::to_string(issue.iid);
    made.title = issue.title.raw();
    made.url = issue.web_url;
    made.author = issue.author.username;
    made.labels = issue.labels;
    made.texts.push_back({0, issue.author.username, issue.description.raw(), false});
    auto notes = newest_first;
    std::ranges::sort(notes, {}, &gitlab::note::id);
    for (const auto& each : notes) made.texts.push_back({each.id, each.author.username, each.body.raw(), each.system});
    return made;
}

migrations::source source_of(const gitlab::merge_request& from) {
    migrations::source made;
    made.id = "!" + std::to_string(from.iid);
    made.title = from.title.raw();
    made.url = from.web_url;
    made.author = from.author.username;
    made.labels = from.labels;
    made.texts.push_back({0, from.author.username, from.description.raw(), false});
    set_carrier(made, from);
    return made;
}

task<result<std::vector<gitlab::issue>>> labelled_issues(context here) {
    gitlab::issue_query query;
    query.labels = {here.project->gitlab.migration_label};
    query.milestone = untrusted{here.state->fact("milestone_title")};
    auto found = co_await here.with.gitlab->issues(number_at(here.state->facts, "gitlab_project"), std::move(query));
    if (!found) co_return found.error();
    // A group's milestone may have the same title; only ours counts.
    const auto milestone = number_at(here.state->facts, "milestone_id");
    std::erase_if(*found, [&](const gitlab::issue& each) { return each.milestone_id != milestone; });
    std::ranges::sort(*found, {}, &gitlab::issue::iid);
    co_return std::move(*found);
}

}  // namespace

task<result<std::vector<migration>>> gather_migrations(context here) {
    if (here.with.gitlab == nullptr) co_return not_configured("GitLab", "gitlab.project");
    const auto project = number_at(here.state->facts, "gitlab_project");
    const auto& label = here.project->gitlab.migration_label;
    const auto issues = co_await labelled_issues(here);
    if (!issues) co_return issues.error();
    std::vector<migrations::source> sources;
    std::set<std::string> spoken_for;
    for (const auto& issue : *issues) {
        const auto notes = co_await here.with.gitlab->issue_notes(project, issue.iid);
        if (!notes) co_return notes.error();
        const auto requests = co_await here.with.gitlab->merge_requests_of_issue(project, issue.iid);
        if (!requests) co_return requests.error();
        auto made = source_of(issue, *notes);
        if (const auto* carrier = carrier_of(*requests, issue.iid, project, label)) set_carrier(made, *carrier);
        for (const auto& each : *requests) spoken_for.insert("!" + std::to_string(each.iid));
        sources.push_back(std::move(made));
    }
    const auto requests = co_await here.with.gitlab->merge_requests_of(project, milestone_of(*here.state));
    if (!requests) co_return requests.error();
    for (const auto& each : *requests)
        if (has_label(each.labels, label) && each.state != gitlab::merge_request_state::closed &&
            !spoken_for.contains("!" + std::to_string(each.iid)))
            sources.push_back(source_of(each));
    co_return migrations::collect(sources, rules_of(*here.project));
}

task<result<std::vector<migration>>> migrations_carried_by(context here, std::vector<gitlab::merge_request> requests) {
    const auto& label = here.project->gitlab.migration_label;
    std::vector<migrations::source> sources;
    for (const auto& request : requests) {
        bool spoken_for = false;
        for (const auto iid : closed_by(request)) {
            const auto issue = co_await here.with.gitlab->read_issue(request.project_id, iid);
            if (!issue && issue.error() == errc::not_found) continue;  // anybody may write any number
            if (!issue) co_return issue.error();
            if (!has_label(issue->labels, label)) continue;
            const auto notes = co_await here.with.gitlab->issue_notes(request.project_id, iid);
            if (!notes) co_return notes.error();
            sources.push_back(source_of(*issue, *notes));
            set_carrier(sources.back(), request);
            spoken_for = true;
        }
        if (!spoken_for && has_label(request.labels, label)) sources.push_back(source_of(request));
    }
    co_return migrations::collect(sources, rules_of(*here.project));
}

task<result<std::vector<gitlab::merge_request>>> picked_requests(context here) {
    std::vector<std::int64_t> wanted;
    for (const auto& each : array_at(here.state->facts, "picks"))
        if (each.is_int64()) wanted.push_back(each.get_int64());
    auto found =
        co_await here.with.gitlab->merge_requests_by_iid(number_at(here.state->facts, "gitlab_project"), wanted);
    if (!found) co_return found.error();
    for (const auto iid : wanted)
        if (std::ranges::find(*found, iid, &gitlab::merge_request::iid) == found->end())
            co_return failure{errc::not_found, "There is no merge request !" + std::to_string(iid) +
                                                   " that the bot may see. `/release abort " + here.state->version +
                                                   " REASON` and name another."};
    co_return found;
}

std::optional<failure> problems_of(const std::vector<migration>& all, const std::string& step) {
    std::string text;
    for (const auto& each : all)
        for (const auto& problem : each.problems) text += (text.empty() ? "" : "; ") + problem;
    if (text.empty()) return std::nullopt;
    return failure{errc::refused, text + ". Correct it there, then `/release retry " + step + "`."};
}

task<result<std::vector<release::change_author>>> authors_of(context here, std::vector<migration> all) {
    std::vector<release::change_author> found;
    std::map<std::string, std::string> known;  // user name in GitLab → id in Slack
    for (const auto& each : all) {
        std::set<std::string> wrote{each.author};
        for (const auto& piece : each.pieces) wrote.insert(piece.author);
        for (const auto& account : wrote) {
            if (account.empty()) continue;
            if (!known.contains(account)) {
                errors::developer asked;
                asked.username = account;
                const auto person = co_await person_behind(here, std::move(asked));
                if (!person) co_return person.error();
                known[account] = person->slack;
            }
            found.push_back({each.id, account, known[account]});
        }
    }
    co_return found;
}

json::array author_facts(const std::vector<release::change_author>& authors) {
    json::array list;
    for (const auto& each : authors) list.push_back(to_described(each));
    return list;
}

json::object migration_facts(const std::vector<migration>& all, const std::vector<release::change_author>& authors) {
    json::array list;
    for (const auto& each : all) {
        json::object made;
        made["id"] = each.id;
        made["title"] = each.title;
        made["url"] = each.url;
        made["author"] = each.author;
        made["merge_request"] = each.merge_request;
        made["head"] = each.head;
        made["when"] = each.when == moment::before ? "before" : "after";
        made["hash"] = each.hash;
        made["sql"] = migrations::sql_of(each);
        list.push_back(std::move(made));
    }
    json::object facts;
    facts["migrations"] = std::move(list);
    facts["migrations_hash"] = migrations::hash_of(all);
    facts[release::migration_authors_fact] = author_facts(authors);
    return facts;
}

task<result<bool>> section_is_there(context here, std::vector<migration> all) {
    const auto now = co_await here.with.gitlab->read_milestone(milestone_of(*here.state));
    if (!now) co_return now.error();
    const auto wanted = migrations::with_section(now->description.raw(), all);
    if (!wanted) co_return wanted.error();
    co_return *wanted == now->description.raw();
}

task<result<bool>> write_section(context here, std::vector<migration> all) {
    constexpr int most_rounds = 5;
    const auto which = milestone_of(*here.state);
    bool wrote = false;
    for (int round = 0; round < most_rounds; ++round) {
        const auto known = co_await here.with.gitlab->read_milestone(which);
        if (!known && wrote)
            co_return failure{errc::lost,
                              "The migrations were written into the milestone, but reading it back failed: " +
                                  known.error().sentence()};
        if (!known) co_return known.error();
        const auto wanted = migrations::with_section(known->description.raw(), all);
        if (!wanted) co_return wanted.error();
        if (*wanted == known->description.raw()) co_return wrote;
        // Refused as `moved` when somebody edited it since; read back in the next round.
        const auto written = co_await here.with.gitlab->set_milestone_description(*known, *wanted);
        if (!written && !(written.error() == errc::moved)) co_return written.error();
        wrote = wrote || written.has_value();
    }
    co_return failure{errc::moved, "Somebody edits the description of " + here.state->fact("milestone_url") +
                                       " at the same moment, " + std::to_string(most_rounds) +
                                       " times in a row; nothing of theirs was overwritten. `/release retry " +
                                       here.rule.id + "` when they are done."};
}

std::string count_migrations(const std::vector<migration>& all) {
    if (all.empty()) return "no migrations";
    const auto before = static_cast<std::size_t>(
        std::ranges::count_if(all, [](const migration& each) { return each.when == moment::before; }));
    return count(all.size(), "migration") + " (" + std::to_string(before) + " before the build, " +
           std::to_string(all.size() - before) + " after)";
}

}  // namespace slipway::steps
