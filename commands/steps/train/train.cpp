#include "commands/steps/train/train.hpp"

#include <algorithm>

#include "commands/release/authors.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/migrations/authorship.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/base/described.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/store/store.hpp"

namespace slipway::steps {
namespace {

constexpr const char* leave_behind = "leave-behind";
constexpr milliseconds between_arrivals{2'000};

result<train> train_of(const context& here) {
    const auto* kept = here.state->facts.if_contains(train_fact);
    if (kept == nullptr || !kept->is_object())
        return failure{errc::refused, "This release is in no train; `/release train` begins one."};
    return from_described<train>(*kept);
}

/// What the store says of the lanes, in their order.
struct lane_view {
    train_lane lane;
    bool arrived = false, left = false;
    std::string commit;
    std::vector<release::change_author> authors;  ///< of its migrations, as the whole train calls them: "wiki#2"
};

/// Who wrote the migrations of another lane; what they wrote is named by its project too.
std::vector<release::change_author> authors_in(const json::object& arrival, const train_lane& lane) {
    std::vector<release::change_author> all;
    for (const auto& each : array_at(arrival, "authors")) {
        all.push_back(from_described<release::change_author>(each));
        all.back().what.insert(0, lane.project);
    }
    return all;
}

task<result<std::vector<lane_view>>> look_at_lanes(context here, train of) {
    std::vector<lane_view> all;
    for (const auto& each : of.lanes) {
        const auto kept = co_await here.with.store->document_of(train_collection, each.release);
        if (!kept) co_return kept.error();
        lane_view seen{each, false, false, {}, {}};
        if (*kept) {
            seen.commit = text_at(**kept, "commit");
            seen.arrived = !seen.commit.empty();
            seen.left = !text_at(**kept, "left").empty();
            if (seen.arrived && !seen.left) seen.authors = authors_in(**kept, each);
        }
        if (each.release == here.state->id) {
            seen.arrived = true;
            seen.commit = here.state->fact("stable_commit");
            seen.authors.clear();  // its own are a fact of this release already
        }
        all.push_back(std::move(seen));
    }
    co_return all;
}

std::string name_of(const train_lane& lane) {
    return lane.project + " " + lane.version;
}

std::string fingerprint_of(const std::vector<lane_view>& lanes) {
    std::string all;
    for (const auto& each : lanes) {
        if (each.left) continue;
        all += each.lane.release + "\n" + each.commit + "\n";
        for (const auto& wrote : each.authors) all += wrote.what + " " + wrote.gitlab + " " + wrote.slack + "\n";
    }
    return sha256_hex(all).substr(0, 32);
}

task<result<>> write(context here, std::string id, json::object body) {
    store::batch changes;
    changes.documents.push_back({train_collection, std::move(id), std::move(body)});
    auto done = co_await here.with.store->commit(std::move(changes));
    co_return done;
}

/// train_gate, of the first lane: waits for the others, shows what each would deploy, asks once for all.
class train_gate final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("train_gate", release::step_class::check, /*looks=*/true, /*has_probe=*/false);
    }
    std::string plan(const release::step_rule&, const release::project_settings&, const std::string&) const override {
        return "wait until every lane of the train is there, ask once, then let all of them go";
    }
    task<result<look_outcome>> look(context here) override {
        const auto of = train_of(here);
        if (!of) co_return of.error();
        const auto lanes = co_await look_at_lanes(here, *of);
        if (!lanes) co_return lanes.error();
        look_outcome seen;
        std::string missing;
        json::array authors;  // those of a lane that is left behind are none of this decision's
        for (const auto& each : *lanes) {
            const auto state = each.left      ? std::string{"left behind"}
                               : each.arrived ? "is there, at " + short_id(each.commit)
                                              : std::string{"is not there yet"};
            seen.found.lines.push_back(name_of(each.lane) + " " + state);
            for (const auto& wrote : each.authors) authors.push_back(to_described(wrote));
            if (each.left) continue;
            seen.items.push_back(each.arrived ? is_there(each) : waits_for(each));
            if (!each.arrived) missing += (missing.empty() ? "" : ", ") + name_of(each.lane);
        }
        seen.facts[release::train_authors_fact] = std::move(authors);
        seen.found.fingerprint = fingerprint_of(*lanes);
        seen.found.summary = missing.empty() ? "all " + count(lanes->size(), "lane") + " of the train are there"
                                             : "the train waits for " + missing;
        co_return seen;
    }
    task<result<outcome>> perform(context here, act intent) override {
        const auto of = train_of(here);
        if (!of) co_return of.error();
        outcome done;
        if (!intent.item.empty()) {
            json::object left;
            left["left"] = intent.reason;
            const auto kept = co_await write(here, intent.item, std::move(left));
            if (!kept) co_return kept.error();
            done.text = "left behind: " + intent.reason;
            co_return done;
        }
        const auto lanes = co_await look_at_lanes(here, *of);
        if (!lanes) co_return lanes.error();
        if (here.step.look && fingerprint_of(*lanes) != here.step.look->fingerprint) {
            done.ok = false;
            done.text = "a lane would deploy something else than what was approved; `/release retry " + here.rule.id +
                        "` shows it and asks again";
            co_return done;
        }
        json::object commits;
        for (const auto& each : *lanes)
            if (!each.left) commits[each.lane.release] = each.commit;
        json::object departed;
        departed["commits"] = std::move(commits);
        const auto kept = co_await write(here, of->id, std::move(departed));
        if (!kept) co_return kept.error();
        done.text = "the train has departed with " + count(lanes->size(), "lane");
        co_return done;
    }

private:
    static release::item_state waits_for(const lane_view& each) {
        release::item_state item;
        item.id = each.lane.release;
        item.title = untrusted{name_of(each.lane)};
        item.details.push_back("has not arrived at the train");
        item.fingerprint = each.lane.release;
        release::choice leave;
        leave.id = leave_behind;
        leave.label = "Leave it behind";
        leave.needs_reason = true;
        item.choices.push_back(std::move(leave));
        return item;
    }
    /// Nothing is asked about it. That it is listed keeps the lanes looked at while people decide: what one of them
    /// would deploy by now, and who wrote it, is what they decide about.
    static release::item_state is_there(const lane_view& each) {
        release::item_state item;
        item.id = each.lane.release;
        item.title = untrusted{name_of(each.lane)};
        item.details.push_back("is there, at " + short_id(each.commit));
        item.fingerprint = each.lane.release + " " + each.commit;
        item.blocking = false;
        return item;
    }
};

/// train_arrival, of every other lane: says that it is there, and goes on when the first lane says so.
class train_arrival final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("train_arrival", release::step_class::action, false, true, release::side_effect::reversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings&, const std::string&) const override {
        return "wait for the train";
    }
    task<result<probe_outcome>> probe(context here, act) override {
        const auto of = train_of(here);
        if (!of) co_return of.error();
        const auto gone = co_await has_departed(here, *of);
        if (!gone) co_return gone.error();
        probe_outcome seen;
        seen.what = *gone ? answer::done : answer::not_done;
        seen.text = *gone ? "the train has departed" : "the train has not departed";
        co_return seen;
    }
    task<result<outcome>> perform(context here, act) override {
        const auto of = train_of(here);
        if (!of) co_return of.error();
        const auto commit = need_fact(here, "stable_commit", "merge-stable");
        if (!commit) co_return commit.error();
        // The gate of all lanes keeps them from its seats (R3.2).
        auto authors = co_await authors_now(here);
        if (!authors) co_return authors.error().within("reading who wrote the migrations of this lane");
        auto waiting = co_await say_there(here, *commit, *authors);
        if (!waiting || !waiting->ok) co_return waiting;
        for (auto looked = here.with.time->now();;) {
            const auto gone = co_await has_departed(here, *of);
            if (!gone) co_return gone.error();
            if (*gone) break;
            co_await here.with.time->sleep(between_arrivals);
            if (here.with.time->now() - looked < poll_of(here)) continue;
            looked = here.with.time->now();
            // Somebody may have written into its SQL since. GitLab's silence for once changes nothing.
            const auto again = co_await authors_now(here);
            if (!again || *again == *authors) continue;
            *authors = *again;
            waiting = co_await say_there(here, *commit, *authors);
            if (!waiting || !waiting->ok) co_return waiting;
        }
        outcome done;
        done.text = "the train has departed";
        co_return done;
    }

private:
    static milliseconds poll_of(const context& here) {
        return here.project ? here.project->drift_poll : milliseconds{60'000};
    }

    /// Not ok when the train goes without this lane.
    static task<result<outcome>> say_there(context here, std::string commit, json::array authors) {
        const auto before = co_await here.with.store->document_of(train_collection, here.state->id);
        if (!before) co_return before.error();
        outcome said;
        if (*before && !text_at(**before, "left").empty()) {
            said.ok = false;
            said.text = "the train went without this lane: " + text_at(**before, "left") +
                        ". `/release abort` it, and start it on its own";
            co_return said;
        }
        json::object arrived;
        arrived["commit"] = std::move(commit);
        arrived["authors"] = std::move(authors);
        const auto kept = co_await write(here, here.state->id, std::move(arrived));
        if (!kept) co_return kept.error();
        co_return said;
    }

    /// With exactly what this lane would deploy now.
    static task<result<bool>> has_departed(context here, train of) {
        const auto kept = co_await here.with.store->document_of(train_collection, of.id);
        if (!kept) co_return kept.error();
        if (!*kept) co_return false;
        const auto* commits = (*kept)->if_contains("commits");
        if (commits == nullptr || !commits->is_object()) co_return false;
        const auto* commit = commits->get_object().if_contains(here.state->id);  // its dots are no path
        const auto mine = here.state->fact("stable_commit");
        co_return !mine.empty() && commit != nullptr && commit->is_string() && commit->get_string() == mine;
    }
};

}  // namespace

result<release::checklist> plan_of_lane(release::checklist plan, const std::string& gate_step, bool is_first) {
    const auto found = std::ranges::find(plan.steps, gate_step, &release::step_rule::id);
    if (found == plan.steps.end() || found->gate.empty())
        return failure{errc::invalid, "The checklist `" + plan.name + "` has no step `" + gate_step +
                                          "` that asks people; a train needs one to be the gate of all."};
    release::step_rule gather;
    gather.id = "train";
    gather.stage = found->stage;
    gather.kind = is_first ? "train_gate" : "train_arrival";
    gather.title = is_first ? "The train departs" : "The train has departed";
    gather.needs = found->needs;
    gather.timeout = milliseconds{24LL * 3'600'000};
    gather.required = true;
    gather.origin = found->origin;
    if (!is_first) {
        gather.effect = release::side_effect::reversible;
        gather.probe = "built-in";
    } else {
        gather.gate = found->gate;
        gather.gate.front().question = "Deploy the whole train to production?";
    }
    found->gate.clear();
    found->needs = {gather.id};
    plan.steps.insert(found, std::move(gather));
    return plan;
}

std::unique_ptr<step_kind> create_train_gate() {
    return std::make_unique<train_gate>();
}
std::unique_ptr<step_kind> create_train_arrival() {
    return std::make_unique<train_arrival>();
}

}  // namespace slipway::steps
