// telemetry_watch: looks at the errors after the deploy at fixed times, and at once when a new one appears; shows what
// it found after each look; at the end it passes, or people decide.
#include <fmt/format.h>
#include <algorithm>

#include "commands/errors/actions.hpp"
#include "commands/errors/record.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/watching/group_acts.hpp"
#include "commands/steps/watching/measure.hpp"
#include "commands/steps/watching/picture.hpp"
#include "commands/steps/watching/triage_parts.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_records = 50;  ///< groups in the facts; more are only counted
constexpr milliseconds glance{500};       ///< how soon a new error is noticed
constexpr std::size_t quick_alarms = 10;  ///< new groups between two looks that are told at once; later ones wait
constexpr milliseconds slow_alarm{30'000};
constexpr std::size_t most_traced = 3;  ///< groups whose suspects are looked up in one look

/// What earlier looks left in facts.error_watch.
struct memory {
    watch_plan plan;
    json::array told;           ///< one record a scheduled look
    std::size_t unplanned = 0;  ///< looks because of a new error, since the last scheduled one
    instant last{};
    json::array groups;  ///< facts.error_groups
    bool pictured = false;
    bool ended = false;  ///< the last planned look has been told
};

memory recall(const context& here) {
    memory kept;
    kept.plan = plan_of(here);
    kept.groups = array_at(here.state->facts, "error_groups");
    const auto* saved = here.state->facts.if_contains("error_watch");
    if (saved == nullptr) return kept;
    kept.told = array_at(*saved, "looks");
    kept.unplanned = static_cast<std::size_t>(number_at(*saved, "unplanned"));
    kept.last = from_iso(text_at(*saved, "last.at")).value_or(instant{});
    kept.pictured = flag_at(*saved, "pictured");
    kept.ended = flag_at(*saved, "ended");
    return kept;
}

bool is_shown(const memory& kept, std::string_view hash) {
    return std::ranges::any_of(kept.groups, [&](const json::value& each) { return text_at(each, "hash") == hash; });
}

/// Until a look is due, a new group of errors appears, or people muted or resolved one.
task<result<error_marks>> wait_for_news(context here, memory kept) {
    auto& time = *here.with.time;
    const auto first = co_await read_marks(here);
    if (!first) co_return first.error();
    auto marks = *first;
    const auto pause = kept.unplanned < quick_alarms ? glance : slow_alarm;
    while (kept.plan.due(time.now()) <= kept.told.size() && kept.told.size() < kept.plan.looks.size()) {
        const auto fresh = new_groups(here, kept.plan, marks);
        const bool news = std::ranges::any_of(fresh, [&](const auto& hash) { return !is_shown(kept, hash); });
        if (news && time.now() >= std::max(kept.last + pause, kept.plan.settled)) break;
        const auto left = kept.plan.looks[kept.told.size()] - time.now();
        co_await time.sleep(std::clamp(milliseconds{left}, milliseconds{1}, glance));
        const auto now = co_await read_marks(here);
        if (!now) co_return now.error();
        const bool said = *now != marks;
        marks = *now;
        if (said) break;
    }
    co_return marks;
}

release::item_state item_of(const context& here, const json::value& record, const watch_plan& plan) {
    const auto hash = text_at(record, "hash");
    release::item_state item;
    item.id = errors::item_of(hash);
    item.title = untrusted{text_at(record, "title")};
    item.details = {text_at(record, "what"), text_at(record, "why")};
    item.fingerprint = hash;  // counts move every minute; what is decided about is the group
    item.blocking = false;
    namespace member = errors::group_member;
    for (const auto* name : {member::hash, member::what, member::before, member::after, member::at_least, member::why})
        if (const auto* value = at_path(record, name)) item.data[name] = *value;
    json::array servers;
    const telemetry::window since{plan.deployed, here.with.time->now() + std::chrono::minutes{1}};
    for (const auto& each : here.with.errors->active_groups({place_of(here), {}, hash, {}}, since))
        for (const auto& [server, count] : each.servers)
            if (!server.empty() && servers.size() < 10) servers.emplace_back(server);
    item.data[member::servers] = std::move(servers);
    item.choices = group_choices(here.state->version);
    return item;
}

/// Statistics belong to the planned looks, which share the budget of false alarms; between them only what is new or
/// back counts, and what was louder at the last look stays.
json::array kept_records(const memory& kept, const errors::verdict& now) {
    json::array all;
    for (auto& each : errors::needing_records(now, most_records))
        if (text_at(each, "what") != "louder") all.push_back(std::move(each));
    for (const auto& each : kept.groups) {
        const auto hash = text_at(each, "hash");
        const bool still = std::ranges::any_of(now.groups, [&](const errors::group_verdict& group) {
            return group.group == hash && group.what != errors::change::muted;
        });
        if (text_at(each, "what") == "louder" && still && all.size() < most_records) all.push_back(each);
    }
    return all;
}

class watch final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("telemetry_watch", release::step_class::watch, /*looks=*/true);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        const auto last = project.watch.looks.empty() ? milliseconds{0} : project.watch.looks.back();
        return "compare the errors before and after the deploy, for " + to_words(last) +
               "; pass, or ask when they got worse";
    }

    task<result<look_outcome>> look(context here) override {
        if (here.with.errors == nullptr) co_return not_configured("The error ingest", "ingest.public_key");
        auto kept = recall(here);
        const auto marks = co_await wait_for_news(here, kept);
        if (!marks) co_return marks.error();
        const auto now = here.with.time->now();
        const auto due = kept.plan.due(now);
        const auto trouble = std::make_shared<std::string>();
        const auto fixes = co_await fixes_of(here, kept.plan, *marks, trouble);

        // A bot that was away catches up: every planned look is made for its own minutes, however late.
        errors::verdict judged;
        json::array groups;
        const bool planned = due > kept.told.size();
        for (auto number = kept.told.size(); number < due; ++number) {
            judged = errors::judge(measure(here, kept.plan, kept.plan.looks[number], *marks, fixes));
            auto row = errors::record_of(judged);
            row["number"] = number + 1;
            row["at"] = to_iso(kept.plan.looks[number]);
            kept.told.emplace_back(std::move(row));
        }
        const bool over = due >= kept.plan.looks.size();
        if (!planned)
            judged = errors::judge(measure(here, kept.plan, over ? kept.plan.looks.back() : now, *marks, fixes));
        groups = planned || over ? errors::needing_records(judged, most_records) : kept_records(kept, judged);
        if (!planned && !over && !groups.empty() && judged.overall != errors::health::worse)
            judged.overall = errors::health::worse;
        kept.unplanned = planned ? 0 : kept.unplanned + 1;
        auto seen = told(here, std::move(kept), judged, std::move(groups), now, *trouble);
        co_await name_suspects(here, seen);
        co_return seen;
    }

    task<result<outcome>> perform(context here, act intent) override {
        if (!intent.item.empty()) {
            auto done = co_await act_on_group(here, intent);
            co_return done;
        }
        outcome done;
        const auto what = here.step.look ? here.step.look->summary : std::string{"nothing was measured"};
        if (here.step.look) done.data = here.step.look->data;
        done.ok = here.step.gate && here.step.gate->status == release::gate_status::approved;
        done.text = done.ok ? "accepted by people: " + what
                            : what + ". Look at the site yourself, then `/release retry " + here.rule.id +
                                  "` or skip the step with a reason.";
        co_return done;
    }

private:
    /// Who most likely knows the newest groups, said with the alarm: people should not wait for the issue. A few a
    /// look, so that the alarm itself does not wait for git; what cannot be found out now is left for the issue.
    static task<> name_suspects(context here, look_outcome& seen) {
        if (here.with.clone == nullptr) co_return;
        std::size_t asked = 0;
        for (auto& item : seen.items) {
            const auto* known = here.step.item(item.id);
            if (known != nullptr && known->data.contains(errors::owner_member::suspects)) continue;
            if (++asked > most_traced) break;
            const auto repository = co_await here.with.clone->ready();
            if (!repository) co_return;
            errors::group_verdict judged;
            judged.group = text_at(item.data, errors::group_member::hash);
            const auto report = co_await report_of(here, *repository, judged);
            if (!report) {
                here.log("who caused " + item.id + " could not be found out yet: " + report.error().sentence());
                continue;
            }
            item.data[errors::owner_member::suspects] = suspects_json(report->blame);
        }
    }

    static look_outcome told(const context& here, memory kept, const errors::verdict& judged, json::array groups,
                             instant now, const std::string& trouble) {
        const auto looks = kept.plan.looks.size(), done = kept.told.size();
        look_outcome seen;
        seen.found.more = done < looks;
        seen.found.adds = true;
        seen.complete = done >= looks && judged.overall == errors::health::healthy;
        const auto verdict = std::string{errors::to_string(judged.overall)} + ": " + judged.why;
        seen.found.summary = seen.found.more
                                 ? fmt::format("look {} of {}: {}", std::max<std::size_t>(done, 1), looks, verdict)
                                 : verdict;
        if (judged.next == errors::advice::roll_back) seen.found.summary += "; a rollback is proposed";
        std::string shown{errors::to_string(judged.overall)};
        for (const auto& each : groups) {
            shown += text_at(each, "hash");
            seen.found.lines.push_back(text_at(each, "what") + ": " + text_at(each, "title") + " (" +
                                       text_at(each, "why") + ")");
        }
        if (!trouble.empty()) seen.found.lines.push_back("Whether closed errors came back is not known: " + trouble);
        if (seen.found.lines.size() > 30) seen.found.lines.resize(30);
        seen.found.fingerprint = fingerprint({shown});
        const auto most = static_cast<std::size_t>(std::max(0, here.project->watch.most_issues));
        for (const auto& each : groups)
            if (seen.items.size() < most) seen.items.push_back(item_of(here, each, kept.plan));

        const bool alarm = !groups.empty() && !kept.pictured;
        if (alarm || (!seen.found.more && !kept.ended && (kept.pictured || judged.after > 0)))
            seen.files = picture_of(here, kept.plan, now, judged, seen.found.more ? "alarm" : "end");
        auto last = errors::record_of(judged);
        last["at"] = to_iso(seen.found.more ? now : kept.plan.looks.back());
        auto state = to_json(kept.plan);
        state["looks"] = std::move(kept.told);
        state["planned"] = looks;
        state["unplanned"] = kept.unplanned;
        state["pictured"] = kept.pictured || alarm;
        state["ended"] = !seen.found.more;
        state["last"] = last;
        seen.data = std::move(last);
        seen.data["groups"] = groups;
        seen.found.data = seen.data;
        seen.facts["error_watch"] = std::move(state);
        seen.facts["error_groups"] = std::move(groups);
        seen.facts["watched_until"] = to_iso(seen.found.more ? now : kept.plan.looks.back());
        return seen;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_telemetry_watch() {
    return std::make_unique<watch>();
}

}  // namespace slipway::steps
