// One step, once: probe before perform, and what each answer or accident means.
#include "commands/conductor/step_runner.hpp"

#include <catch2/catch.hpp>

#include "tests/fakes/fake_step.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::fakes;
using conductor::verdict;
using release::side_effect;
using release::step_status;
using steps::answer;

namespace {

struct bench {
    verdict act(side_effect effect, conductor::begin_check may = nullptr) {
        steps::act intent;
        intent.key = "key";
        return fakes::run(runner.act(kind, here(), intent, effect, std::move(may)));
    }
    conductor::look_ending look() { return fakes::run(runner.look(kind, here())); }
    steps::context here() {
        story told;
        steps::context made;
        made.state = std::make_shared<const release::release_state>(told.state);
        made.rule = *told.state.plan.find("push");
        made.rule.timeout = timeout;
        made.step = told.at("push");
        return made;
    }

    world outside;
    jumping_timers clock;
    std::unique_ptr<timers> limits = create_system_timers();
    release::kind_facts facts = small_kinds().at("act");
    fake_kind kind{outside, facts};
    milliseconds timeout{600'000};
    conductor::step_runner runner{
        clock, *limits, [] { return 0.5; }, {3, 2, {milliseconds{500}, milliseconds{10'000}}}};
};

}  // namespace

TEST_CASE("R5.1 a probe comes before every perform", "[conductor]") {
    bench one;
    const auto made = one.act(side_effect::irreversible);
    CHECK(made.status == step_status::done);
    CHECK(made.text == "push did it");
    CHECK(one.outside.log == std::vector<std::string>{"probe push", "perform push"});
}

TEST_CASE("R5.4 each answer of a probe has its meaning, by what the step leaves behind", "[conductor]") {
    struct row {
        answer said;
        side_effect effect;
        step_status expected;
        int performed;
    };
    const auto none = side_effect::reversible;
    const auto final = side_effect::irreversible;
    for (const auto& each :
         {row{answer::done, none, step_status::done, 0}, row{answer::done, final, step_status::done, 0},
          row{answer::not_done, none, step_status::done, 1}, row{answer::not_done, final, step_status::done, 1},
          row{answer::different, none, step_status::failed, 0},
          row{answer::different, final, step_status::unknown_outcome, 0},
          row{answer::cannot_tell, none, step_status::errored, 0},
          row{answer::cannot_tell, final, step_status::unknown_outcome, 0}}) {
        bench one;
        one.outside.answers["push"] = {each.said, each.said};
        const auto made = one.act(each.effect);
        INFO(static_cast<int>(each.said) << " " << static_cast<int>(each.effect));
        CHECK(made.status == each.expected);
        CHECK(one.outside.count("perform push") == each.performed);
        CHECK_FALSE(made.text.empty());
    }
}

TEST_CASE("a probe that cannot tell is asked again before it counts", "[conductor]") {
    bench one;
    one.outside.answers["push"] = {answer::cannot_tell, answer::done};
    CHECK(one.act(side_effect::irreversible).status == step_status::done);
    CHECK(one.outside.count("perform push") == 0);
    CHECK(one.clock.slept.size() == 1);
}

TEST_CASE("R5.1 effect done, reply lost: the probe finds it and nothing is repeated", "[conductor]") {
    for (const auto effect : {side_effect::reversible, side_effect::irreversible}) {
        bench one;
        one.outside.faults["push"] = {world::fault::reply_lost};
        CHECK(one.act(effect).status == step_status::done);
        CHECK(one.outside.count("perform push") == 1);
    }
}

TEST_CASE("R5.2 an error that was a success after all is found by the probe, so nobody does it again", "[conductor]") {
    bench one;
    one.outside.faults["push"] = {world::fault::refused_but_done};
    CHECK(one.act(side_effect::irreversible).status == step_status::done);
    CHECK(one.outside.count("perform push") == 1);
    bench no;
    no.outside.faults["push"] = {world::fault::refused};
    const auto made = no.act(side_effect::irreversible);
    CHECK(made.status == step_status::failed);
    CHECK(made.text == "the other side refused");
}

TEST_CASE("a lost answer that the probe cannot explain is an unknown outcome, or an error when it can be undone",
          "[conductor]") {
    bench one;
    one.outside.faults["push"] = {world::fault::lost_before};
    one.outside.answers["push"] = {answer::not_done, answer::cannot_tell, answer::cannot_tell};
    const auto made = one.act(side_effect::irreversible);
    CHECK(made.status == step_status::unknown_outcome);
    CHECK(says(made.text, "the answer was lost; afterwards: that is what the other side says"));

    bench other;
    other.outside.faults["push"] = {world::fault::lost_before};
    other.outside.answers["push"] = {answer::not_done, answer::cannot_tell, answer::cannot_tell};
    CHECK(other.act(side_effect::reversible).status == step_status::errored);

    bench known;
    known.outside.faults["push"] = {world::fault::lost_before};
    CHECK(known.act(side_effect::irreversible).status == step_status::errored);
    CHECK(known.outside.count("perform push") == 1);
}

TEST_CASE("R5.11 what surely did not happen is tried again, with growing waits and an end", "[conductor]") {
    bench one;
    one.outside.faults["push"] = {world::fault::unreachable, world::fault::unreachable};
    CHECK(one.act(side_effect::irreversible).status == step_status::done);
    CHECK(one.outside.count("perform push") == 3);
    CHECK(one.clock.slept == std::vector<milliseconds>{milliseconds{250}, milliseconds{500}});

    bench away;
    away.outside.faults["push"] = std::deque<world::fault>(5, world::fault::unreachable);
    const auto made = away.act(side_effect::irreversible);
    CHECK(made.status == step_status::errored);
    CHECK(made.text == "the other side could not be reached");
    CHECK(away.outside.count("perform push") == 3);
}

TEST_CASE("R5.10 what may not begin any more is not begun, also not at the second try", "[conductor]") {
    bench one;
    one.outside.faults["push"] = {world::fault::unreachable};
    int asked = 0;
    const auto made = one.act(side_effect::irreversible, [&asked]() -> task<result<>> {
        if (++asked == 1) co_return result<>{};
        co_return failure{errc::moved, "somebody else has it"};
    });
    CHECK(made.status == step_status::errored);
    CHECK(made.text == "somebody else has it");
    CHECK(one.outside.count("perform push") == 1);
    CHECK(asked == 2);
}

TEST_CASE("R1.7 a no is failed, not knowing is errored", "[conductor]") {
    bench no;
    no.outside.faults["push"] = {world::fault::says_no};
    CHECK(no.act(side_effect::reversible).status == step_status::failed);
    bench refused;
    refused.outside.faults["push"] = {world::fault::refused};
    CHECK(refused.act(side_effect::reversible).status == step_status::failed);
    bench look;
    look.outside.faults["push"] = {world::fault::refused};
    CHECK(look.look().refused.status == step_status::failed);
    bench away;
    away.outside.faults["push"] = std::deque<world::fault>(5, world::fault::unreachable);
    CHECK(away.look().refused.status == step_status::errored);
    CHECK(away.outside.count("look push") == 3);
}

TEST_CASE("a bug in a kind becomes an outcome at once, long before the step's timeout", "[conductor]") {
    bench one;
    one.outside.faults["push"] = {world::fault::bug};
    const auto made = one.act(side_effect::reversible);
    CHECK(made.status == step_status::errored);
    CHECK(says(made.text, "index out of range"));
    CHECK(says(made.text, "/release retry push"));

    bench final;
    final.outside.faults["push"] = {world::fault::bug};
    CHECK(final.act(side_effect::irreversible).status == step_status::unknown_outcome);

    bench look;
    look.outside.faults["push"] = {world::fault::bug};
    const auto seen = look.look();
    CHECK_FALSE(seen.seen);
    CHECK(seen.refused.status == step_status::errored);
    CHECK(says(seen.refused.text, "index out of range"));
}

TEST_CASE("a step that hangs is ended by its timeout, and then the probe decides", "[conductor]") {
    bench one;
    one.timeout = milliseconds{20};
    one.outside.faults["push"] = {world::fault::hang_after_effect};
    CHECK(one.act(side_effect::irreversible).status == step_status::done);
    CHECK(one.outside.count("perform push") == 1);

    bench nothing;
    nothing.timeout = milliseconds{20};
    nothing.outside.faults["push"] = {world::fault::hang};
    const auto made = nothing.act(side_effect::irreversible);
    CHECK(made.status == step_status::errored);
    CHECK(says(made.text, "gave no answer within"));

    bench blind;
    blind.facts.has_probe = false;
    fake_kind kind{blind.outside, blind.facts};
    blind.timeout = milliseconds{20};
    blind.outside.faults["push"] = {world::fault::hang};
    const auto unknown = fakes::run(blind.runner.act(kind, blind.here(), {}, side_effect::irreversible));
    CHECK(unknown.status == step_status::unknown_outcome);
}
