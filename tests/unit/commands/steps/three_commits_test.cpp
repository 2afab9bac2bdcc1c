// What is approved, tagged and deployed is one commit.
#include <catch2/catch.hpp>

#include "commands/steps/machines/three_commits.hpp"

using namespace slipway;
using namespace slipway::steps;
using Catch::Contains;

namespace {

const std::string approved(40, 'a'), merged(40, 'b'), other(40, 'c');

three_commits agreeing() {
    return {approved, merged, true, merged, merged};
}

release::step_state with_gate(std::string id, release::gate_status status, std::string commit, int hour) {
    release::step_state step;
    step.id = std::move(id);
    step.gate.emplace();
    step.gate->status = status;
    step.gate->commit = std::move(commit);
    step.gate->closed_at = instant{} + std::chrono::hours{hour};
    return step;
}

}  // namespace

TEST_CASE("R8.10 servers get what was approved and tagged", "[steps]") {
    CHECK(disagreement(agreeing(), "1.4.0", "stable").empty());
    auto without_gate = agreeing();
    without_gate.approved.clear();
    without_gate.holds_approved = false;
    CHECK(disagreement(without_gate, "1.4.0", "stable").empty());
}

TEST_CASE("R8.10 nothing is deployed when tag, stable or the approved commit differ, and all of them are named",
          "[steps]") {
    auto seen = agreeing();
    SECTION("somebody pushed to stable after the tag") {
        seen.deployed = other;
    }
    SECTION("the tag was moved") {
        seen.tagged = other;
    }
    SECTION("the tag is gone") {
        seen.tagged.clear();
    }
    SECTION("what was merged is not what was approved") {
        seen.holds_approved = false;
    }
    const auto why = disagreement(seen, "1.4.0", "stable");
    CHECK_THAT(why, Contains("people approved aaaaaaaaaa"));
    CHECK_THAT(why, Contains("merged as bbbbbbbbbb"));
    CHECK_THAT(why, Contains("tag 1.4.0 is at " + (seen.tagged.empty() ? "nothing" : seen.tagged.substr(0, 10))));
    CHECK_THAT(why, Contains("stable at " + seen.deployed.substr(0, 10)));
    CHECK_THAT(why, Contains("Nothing was sent"));
}

TEST_CASE("R8.10 the newest approval before the run counts, not a rejected or later one", "[steps]") {
    release::release_state state;
    CHECK(approved_commit(state, "build").empty());
    state.steps = {with_gate("push", release::gate_status::approved, approved, 2),
                   with_gate("publish", release::gate_status::rejected, other, 3),
                   with_gate("build", release::gate_status::approved, other, 4)};
    CHECK(approved_commit(state, "build") == approved);
}
