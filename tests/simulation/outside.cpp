#include "tests/simulation/outside.hpp"

#include "integrations/base/json.hpp"
#include "integrations/store/store.hpp"

namespace slipway::simulation {
namespace {

using release::side_effect;
using release::step_class;
using steps::answer;

const std::vector<std::string> hosts{"app1", "app2", "app3", "app4"};

release::kind_facts facts(const char* name, step_class what, bool looks, bool probes, side_effect least) {
    return {name, what, looks, probes, least, {}, {}};
}

/// What every kind of this world shares: calls that take time and can go wrong, in the process that makes them.
class worldly : public steps::step_kind {
public:
    worldly(worlds& outside, dice& chance, life& mine, release::kind_facts facts)
        : outside_{outside}, chance_{chance}, mine_{mine}, facts_{std::move(facts)} {}
    release::kind_facts facts() const override { return facts_; }
    std::string plan(const release::step_rule& rule, const release::project_settings&,
                     const std::string& version) const override {
        return rule.id + " of " + version;
    }

protected:
    outside_world& world_of(const steps::context& here) { return outside_.at(here.state->project); }
    /// A call that changes something. `effect` says how it ended; it is run again when the request arrives twice.
    template <class Effect>
    task<result<>> change(outside_world& world, std::string whom, Effect effect) {
        // What the database said last may take so long to arrive.
        constexpr milliseconds slowest{60'000};
        if (mine_.luck.away_since(mine_.clock.now() - virtual_clock::start) > slowest)
            world.begun_blind.push_back(whom);
        const auto what = mine_.luck.draw();
        co_await mine_.under_way(what);
        const auto wrong = answer_of(what, whom, /*is_read=*/false, errc::refused);
        if (!takes_effect(what)) co_return wrong.value();
        result<> done = effect();
        if (what == fate::twice) static_cast<void>(effect());
        co_await mine_.on_the_way_back(what);
        if (wrong && done) co_return *wrong;
        co_return done;
    }
    task<result<>> ask(std::string whom) {
        const auto what = mine_.luck.draw();
        co_await mine_.under_way(what);
        const auto wrong = answer_of(what, whom, /*is_read=*/true, errc::unavailable);
        co_await mine_.on_the_way_back(what);
        if (wrong) co_return *wrong;
        co_return result<>{};
    }
    static steps::outcome said(std::string text) {
        steps::outcome made;
        made.text = std::move(text);
        return made;
    }

    worlds& outside_;
    dice& chance_;
    life& mine_;
    release::kind_facts facts_;
};

class announce final : public worldly {
public:
    using worldly::worldly;
    task<result<steps::outcome>> perform(steps::context here, steps::act) override {
        for (;;) {
            const auto row = co_await here.with.store->outbox_row_of(here.state->id + "/" + here.rule.id);
            if (!row) co_return row.error();
            if (*row && (*row)->achieved > 0) co_return said("posted");
            co_await here.with.time->sleep(milliseconds{250});
        }
    }
};

class merges final : public worldly {
public:
    using worldly::worldly;
    task<result<steps::look_outcome>> look(steps::context here) override {
        const auto there = co_await ask("GitLab");
        if (!there) co_return there.error();
        steps::look_outcome seen;
        seen.complete = true;
        for (const auto& [id, each] : world_of(here).requests) {
            release::item_state item;
            item.id = id;
            item.title = untrusted{"Change " + id};
            item.fingerprint = each.head;
            item.data["head"] = each.head;
            item.status = each.merged ? release::item_status::done : release::item_status::open;
            if (!each.merged)
                item.choices = {{"merge", "Merge", "primary", false, {"developer"}, true, side_effect::irreversible}};
            seen.complete = seen.complete && each.merged;
            seen.items.push_back(std::move(item));
        }
        seen.found.summary = seen.complete ? "all merged" : "some are open";
        seen.found.fingerprint = seen.found.summary;
        co_return seen;
    }
    task<result<steps::probe_outcome>> probe(steps::context here, steps::act intent) override {
        const auto there = co_await ask("GitLab");
        if (!there) co_return there.error();
        const bool merged = world_of(here).requests.at(intent.item).merged;
        co_return steps::probe_outcome{merged ? answer::done : answer::not_done, intent.item, {}, {}};
    }
    task<result<steps::outcome>> perform(steps::context here, steps::act intent) override {
        auto& world = world_of(here);
        const auto merge = [&world, intent]() -> result<> {
            auto& request = world.requests.at(intent.item);
            if (request.merged) return failure{errc::refused, "it is merged already"};
            request.merged = true;
            ++request.merges;
            return {};
        };
        const auto done = co_await change(world, "GitLab", merge);
        if (!done) co_return done.error();
        co_return said("merged");
    }
};

class check final : public worldly {
public:
    using worldly::worldly;
    task<result<steps::outcome>> perform(steps::context here, steps::act) override {
        const auto there = co_await ask("the runner");
        if (!there) co_return there.error();
        co_await here.with.time->sleep(mine_.luck.slowness());
        co_return said("green");
    }
};

class commit final : public worldly {
public:
    using worldly::worldly;
    task<result<steps::probe_outcome>> probe(steps::context here, steps::act intent) override {
        auto& world = world_of(here);
        const auto made = world.commits.find(intent.key);
        if (made == world.commits.end()) co_return steps::probe_outcome{answer::not_done, "", {}, {}};
        co_return steps::probe_outcome{answer::done, "it is there", {}, json::object{{"candidate", made->second}}};
    }
    task<result<steps::outcome>> perform(steps::context here, steps::act intent) override {
        auto& world = world_of(here);
        const auto id = "commit of " + here.state->version;
        const auto make = [&world, intent, id]() -> result<> {
            world.commits[intent.key] = id;
            return {};
        };
        const auto done = co_await change(world, "the repository", make);
        if (!done) co_return done.error();
        auto made = said("committed");
        made.facts["candidate"] = id;
        co_return made;
    }
};

class push final : public worldly {
public:
    using worldly::worldly;
    task<result<steps::probe_outcome>> probe(steps::context here, steps::act) override {
        const auto there = co_await ask("the remote");
        if (!there) co_return there.error();
        const auto wanted = here.state->fact("candidate");
        auto& world = world_of(here);
        const auto at = [&](const std::string& ref) {
            const auto found = world.refs.find(ref);
            return found != world.refs.end() ? found->second : std::string{};
        };
        const auto tag = at("tag " + here.state->version);
        const int there_already = (at("trunk") == wanted) + (at("stable") == wanted) + (tag == wanted);
        if (there_already == 3) co_return steps::probe_outcome{answer::done, "all three refs are there", {}, {}};
        if (there_already == 0 && tag.empty()) co_return steps::probe_outcome{answer::not_done, "", {}, {}};
        co_return steps::probe_outcome{answer::different, "only some of the refs are there", {}, {}};
    }
    task<result<steps::outcome>> perform(steps::context here, steps::act) override {
        const auto wanted = here.state->fact("candidate");
        auto& world = world_of(here);
        const auto send = [this, &world, wanted, version = here.state->version] {
            return world.push(wanted, "tag " + version, "t0", "s0", chance_);
        };
        const auto done = co_await change(world, "the remote", send);
        if (!done) co_return done.error();
        co_return said("pushed");
    }
};

class deploy final : public worldly {
public:
    using worldly::worldly;
    task<result<steps::look_outcome>> look(steps::context) override {
        const auto there = co_await ask("Salt");
        if (!there) co_return there.error();
        steps::look_outcome seen;
        seen.found.summary = "4 hosts would change";
        seen.found.fingerprint = "dry run";
        co_return seen;
    }
    task<result<steps::probe_outcome>> probe(steps::context here, steps::act intent) override {
        const auto there = co_await ask("Salt");
        if (!there) co_return there.error();
        const bool ran = world_of(here).salt_runs.contains(intent.key);
        co_return steps::probe_outcome{ran ? answer::done : answer::not_done, "", {}, {}};
    }
    task<result<steps::outcome>> perform(steps::context here, steps::act intent) override {
        auto& world = world_of(here);
        const auto run = [&world, key = intent.key, version = here.state->version]() -> result<> {
            if (!world.salt_runs.try_emplace(key, version).second)
                return failure{errc::exists, "that run is there already"};
            for (const auto& host : hosts) world.deployed[host].push_back(version);
            return {};
        };
        const auto done = co_await change(world, "Salt", run);
        if (!done) co_return done.error();
        co_return said("4 hosts");
    }
};

class restart final : public worldly {
public:
    using worldly::worldly;
    task<result<steps::probe_outcome>> probe(steps::context here, steps::act intent) override {
        const auto there = co_await ask("the servers");
        if (!there) co_return there.error();
        auto& world = world_of(here);
        for (const auto& host : hosts)
            if (world.started[host] <= intent.intended)
                co_return steps::probe_outcome{answer::not_done, host + " is older", {}, {}};
        co_return steps::probe_outcome{answer::done, "all are newer than the intent", {}, {}};
    }
    task<result<steps::outcome>> perform(steps::context here, steps::act) override {
        auto& world = world_of(here);
        const auto start = [this, &world]() -> result<> {
            for (const auto& host : hosts) world.started[host] = mine_.clock.now();
            return {};
        };
        const auto done = co_await change(world, "the servers", start);
        if (!done) co_return done.error();
        co_return said("restarted");
    }
};

class confirm final : public worldly {
public:
    using worldly::worldly;
};

release::step_rule rule(const char* id, const char* stage, const char* kind, side_effect effect, int gate_seats = 0) {
    release::step_rule made;
    made.id = id;
    made.stage = stage;
    made.kind = kind;
    made.title = std::string{"Do "} + id;
    made.effect = effect;
    made.timeout = milliseconds{3'600'000};
    if (gate_seats > 0) {
        release::gate_rule gate;
        gate.seats = {{"developer", 1}};
        if (gate_seats > 1) gate.seats["qa"] = 1;
        made.gate.push_back(std::move(gate));
    }
    return made;
}

}  // namespace

result<> outside_world::push(const std::string& commit, const std::string& tag, const std::string& trunk_was,
                             const std::string& stable_was, dice& chance) {
    const bool is_there = refs["trunk"] == commit && refs["stable"] == commit && refs.contains(tag);
    if (is_there) return {};  // everything is up to date
    const bool fits = refs["trunk"] == trunk_was && refs["stable"] == stable_was && !refs.contains(tag);
    if (!fits) return failure{errc::moved, "a ref is not where it was expected; nothing was pushed"};
    ++pushes;
    refs["trunk"] = commit;
    if (!pushes_atomically && chance.happens(300)) {
        half_pushes.push_back("trunk without stable and tag");
        return failure{errc::refused, "stable and tag were refused"};
    }
    refs["stable"] = commit;
    refs[tag] = commit;
    return {};
}

std::string outside_world::digest() const {
    std::string text;
    for (const auto& [id, each] : requests) text += id + (each.merged ? " merged\n" : " open\n");
    for (const auto& [name, at] : refs) text += name + " at " + at + "\n";
    for (const auto& [host, versions] : deployed)
        text += host + " runs " + (versions.empty() ? "nothing" : versions.back()) +
                (started.contains(host) ? ", restarted\n" : "\n");
    return text;
}

std::vector<std::string> outside_world::twice() const {
    std::vector<std::string> found = half_pushes;
    for (const auto& [id, each] : requests)
        if (each.merges > 1) found.push_back(id + " was merged " + std::to_string(each.merges) + " times");
    if (pushes > 1) found.push_back("pushed " + std::to_string(pushes) + " times");
    for (const auto& [host, versions] : deployed)
        if (versions.size() > 1) found.push_back(host + " was deployed " + std::to_string(versions.size()) + " times");
    return found;
}

release::kinds facts_of_kinds(version known) {
    release::kinds all;
    all["notify"] = facts("notify", step_class::notify, false, false, side_effect::none);
    all["merge_requests"] = facts("merge_requests", step_class::action, true, true, side_effect::irreversible);
    all["confirm"] = facts("confirm", step_class::confirm, false, false, side_effect::none);
    all["git_commit"] = facts("git_commit", step_class::action, false, true, side_effect::reversible);
    all["git_push"] = facts("git_push", step_class::action, false, true, side_effect::irreversible);
    all["salt_state"] = facts("salt_state", step_class::action, true, true, side_effect::irreversible);
    all["http_check"] = facts("http_check", step_class::check, false, false, side_effect::none);
    if (known == version::older) return all;
    all["run"] = facts("run", step_class::check, false, false, side_effect::none);
    all["restart"] = facts("restart", step_class::action, false, true, side_effect::reversible);
    return all;
}

std::map<std::string, std::unique_ptr<steps::step_kind>, std::less<>> kinds_over(worlds& outside, dice& chance,
                                                                                 life& mine, version known) {
    const auto table = facts_of_kinds(known);
    std::map<std::string, std::unique_ptr<steps::step_kind>, std::less<>> all;
    const auto add = [&]<class Kind>(const char* name, std::type_identity<Kind>) {
        if (table.contains(name)) all[name] = std::make_unique<Kind>(outside, chance, mine, table.at(name));
    };
    add("notify", std::type_identity<announce>{});
    add("merge_requests", std::type_identity<merges>{});
    add("run", std::type_identity<check>{});
    add("confirm", std::type_identity<confirm>{});
    add("git_commit", std::type_identity<commit>{});
    add("git_push", std::type_identity<push>{});
    add("salt_state", std::type_identity<deploy>{});
    add("restart", std::type_identity<restart>{});
    add("http_check", std::type_identity<check>{});
    return all;
}

release::checklist plan(version known) {
    const bool is_newer = known == version::newer;
    release::checklist made;
    made.name = "simulated";
    made.stages = {{"prepare", "Prepare"}, {"deploy", "Deploy"}};
    const auto add = [&made](release::step_rule step, std::vector<std::string> needs) {
        step.needs = std::move(needs);
        made.steps.push_back(std::move(step));
    };
    add(rule("announce", "prepare", "notify", side_effect::none), {});
    add(rule("merge-requests", "prepare", "merge_requests", side_effect::irreversible), {"announce"});
    if (is_newer) add(rule("tests", "prepare", "run", side_effect::none), {"announce"});
    add(rule("read", "prepare", "confirm", side_effect::none, 1), {"merge-requests"});
    add(rule("commit", "prepare", "git_commit", side_effect::reversible), {is_newer ? "tests" : "announce", "read"});
    add(rule("push", "prepare", "git_push", side_effect::irreversible, 2), {"commit"});
    add(rule("build", "deploy", "salt_state", side_effect::irreversible, 2), {"push"});
    if (is_newer) add(rule("restart", "deploy", "restart", side_effect::reversible), {"build"});
    add(rule("home", "deploy", "http_check", side_effect::none), {is_newer ? "restart" : "build"});
    made.steps.front().text = "Build starting";
    return made;
}

}  // namespace slipway::simulation
