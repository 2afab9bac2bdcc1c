#include <catch2/catch.hpp>
#include <fstream>

#include "commands/steps/dependencies/mentions.hpp"
#include "tests/unit/commands/steps/milestone_room.hpp"

namespace slipway::steps::test {
namespace {

constexpr auto kind = "dependencies";
const std::string library = "cig/money-format";

sandbox::repository& git_of(milestone_room& room, std::size_t which = 1) {
    return room.company.gitlab.projects.at(which)->git;
}

std::string commit_to(milestone_room& room, const std::string& branch, const std::string& file, const std::string& text,
                      const std::string& email = "chi@harbour.test") {
    auto& git = git_of(room);
    const auto head = git.branch(branch).value();
    const auto tree = git.tree_with(head, {{file, text, false}}).value();
    const sandbox::signature who{"Somebody", email, room.time.now()};
    const auto made = git.create_commit(tree, {head}, who, who, "Change " + file + "\n").value();
    REQUIRE(git.set_ref("refs/heads/" + branch, made));
    return made;
}

std::string all_details(const release::item_state& item) {
    std::string text;
    for (const auto& each : item.details) text += each + "\n";
    return text;
}

bool offers(const release::item_state& item, const std::string& choice) {
    return std::ranges::find(item.choices, choice, &release::choice::id) != item.choices.end();
}

}  // namespace

TEST_CASE("a text names projects of the group by path, reference or address", "[steps][dependencies]") {
    const auto found = mentions_in(
        "Needs cig/money-format!12 and cig/libs/maths, see [it](https://git.example/cig/a/-/merge_requests/7).\n"
        "Not other/cig/x, not https://evil.example/cig/b, not cig/, nor cigar/box; cig/money-format!12 again, cig/c#3.",
        "cig", "https://git.example");
    CHECK(found == std::vector<mention>{{"cig/money-format", 12}, {"cig/libs/maths", 0}, {"cig/a", 7}, {"cig/c", 0}});
    CHECK(mentions_in("https://git.example/cig/a.git.", "cig", "https://git.example") ==
          std::vector<mention>{{"cig/a", 0}});
}

TEST_CASE("a linked project is offered, merged into its stable branch and read back", "[steps][dependencies]") {
    milestone_room room;
    const auto old = git_of(room).branch("stable").value();
    const auto seen = room.look(kind);
    REQUIRE(seen);
    REQUIRE(seen->items.size() == 1);
    CHECK_FALSE(seen->complete);
    CHECK(seen->found.summary == "1 of 1 linked project not in stable yet");
    const auto item = room.item(library);
    CHECK(all_details(item).starts_with("for #3\n'master' → `stable`: 3 commits\n"));
    CHECK(item.choices.front().label == "Merge into stable");
    CHECK(item.choices.front().effect == release::side_effect::irreversible);
    CHECK(git_of(room).branch("stable").value() == old);

    const auto done = room.choose(kind, library, "merge");
    REQUIRE(done);
    const auto now = git_of(room).branch("stable").value();
    CHECK(text_at(done->data, "merge") == now);
    const auto commit = git_of(room).commit(now).value();
    CHECK(commit.parents == std::vector<std::string>{old, git_of(room).branch("master").value()});
    CHECK(git_of(room).read(now, "VERSION").value() == "2.1\n");
    CHECK(git_of(room).read(now, "CHANNEL").value() == "stable\n");

    const auto after = room.look(kind);
    CHECK(after->complete);
    CHECK(text_at(after->facts, "dependencies.0.commit") == now);
    // Trunk moves on all day; what was merged for this release stays merged.
    commit_to(room, "master", "NEXT", "3.0\n");
    CHECK(room.look(kind)->complete);
}

TEST_CASE("R5.2 a repository that got its merge before the answer was lost is found, one that did not is finished",
          "[steps][dependencies]") {
    milestone_room room;
    room.look(kind);
    CHECK(room.probe(kind, library, "merge")->what == answer::not_done);
    REQUIRE(room.run(room.kind(kind).perform(room.at(kind), milestone_room::intent(library, "merge"))));
    const auto merged = git_of(room).branch("stable").value();
    const auto probed = room.probe(kind, library, "merge");
    CHECK(probed->what == answer::done);
    CHECK(text_at(probed->data, "merge") == merged);
    // Also when somebody has built on it since.
    commit_to(room, "stable", "CHANNEL", "hot\n");
    CHECK(room.probe(kind, library, "merge")->what == answer::done);
}

TEST_CASE("somebody who moves the stable branch meanwhile is named, and nothing is pushed", "[steps][dependencies]") {
    milestone_room room;
    room.look(kind);
    const auto moved = commit_to(room, "stable", "CHANNEL", "hot fix\n", "leo@harbour.test");
    CHECK(room.probe(kind, library, "merge")->what == answer::not_done);
    const auto refused = room.choose(kind, library, "merge");
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::moved);
    CHECK(refused.error().sentence().find("committed by @U0LEO") != std::string::npos);
    CHECK(git_of(room).branch("stable").value() == moved);
    // The next look is about what is there now.
    const auto before = room.item(library).fingerprint;
    room.look(kind);
    CHECK(room.item(library).fingerprint != before);
    CHECK(room.choose(kind, library, "merge"));
}

TEST_CASE("a conflict names the files and who can resolve it, and offers no merge", "[steps][dependencies]") {
    milestone_room room;
    commit_to(room, "stable", "VERSION", "2.0.1\n", "leo@harbour.test");
    room.look(kind);
    const auto& item = room.item(library);
    CHECK_FALSE(offers(item, "merge"));
    CHECK(all_details(item).find("conflicts with `stable` in VERSION; @U0CHI changed it last") != std::string::npos);
    const auto out = room.choose(kind, library, "leave-out", "comes with 1.4.1");
    REQUIRE(out);
    CHECK(room.look(kind)->complete);
    CHECK(flag_at(array_at(room.state_.facts, "dependencies").at(0), "left_out"));
}

TEST_CASE("a merge request is merged by itself where the project says so", "[steps][dependencies]") {
    milestone_room room;
    room.project_.dependencies.usual.from = "merge_request";
    commit_to(room, "master", "LATER", "not for this release\n");
    room.look(kind);
    REQUIRE(offers(room.item(library), "merge"));
    CHECK(all_details(room.item(library)).find("!1 → `stable`") != std::string::npos);
    REQUIRE(room.choose(kind, library, "merge"));
    const auto now = git_of(room).branch("stable").value();
    CHECK(git_of(room).read(now, "VERSION").value() == "2.1\n");
    CHECK_FALSE(git_of(room).read(now, "LATER"));
}

TEST_CASE("what is there already, what nobody can see and what has no such branch is said", "[steps][dependencies]") {
    milestone_room room;
    room.issue(3).description = "Depends on cig/money-format and cig/secret. Not on cig/rsi-website!7 of course.";
    room.project_.dependencies.usual.stable = "production";
    const auto seen = room.look(kind);
    REQUIRE(seen);
    REQUIRE(seen->items.size() == 2);
    CHECK(all_details(room.item("cig/secret")).find("not visible to the bot") != std::string::npos);
    CHECK(all_details(room.item(library)).find("it has no branch `production`") != std::string::npos);
    CHECK_FALSE(offers(room.item(library), "merge"));

    milestone_room there;
    const auto master = git_of(there).branch("master").value();
    REQUIRE(git_of(there).set_ref("refs/heads/stable", master));
    const auto done = there.look(kind);
    CHECK(done->complete);
    CHECK(there.item(library).text.find("already contains 'master'") != std::string::npos);

    milestone_room none;
    none.remove_issues_labelled("dependency");
    const auto nothing = none.look(kind);
    CHECK(nothing->complete);
    CHECK(nothing->found.summary == "the milestone depends on no other project");
}

TEST_CASE("a refused push says what the remote said, and the branch stays", "[steps][dependencies]") {
    milestone_room room;
    const auto old = git_of(room).branch("stable").value();
    std::ofstream{git_of(room).folder() + "/refuse"} << "refs/heads/stable\n";
    room.look(kind);
    const auto refused = room.choose(kind, library, "merge");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().sentence().find("not allowed to push code to protected branches") != std::string::npos);
    CHECK(git_of(room).branch("stable").value() == old);
}

TEST_CASE("P20 a dependency whose stable branch moved after its merge is seen before the tag",
          "[steps][dependencies]") {
    milestone_room room;
    REQUIRE(room.look(kind));
    REQUIRE(room.choose(kind, library, "merge"));
    REQUIRE(room.look(kind));
    local_clone clone{room.pool, *room.transport, "file://" + room.company.folder + "/git/cig/rsi-website.git",
                      room.folder.file("clone.git")};
    const auto check = [&] {
        auto here = room.at("branch_check");
        here.with.clone = &clone;
        const auto open = room.run(clone.ready()).value();
        auto state = std::make_shared<release::release_state>(*here.state);
        for (const auto& [fact, branch] : {std::pair{"trunk", "master"}, std::pair{"stable", "stable"}}) {
            const auto head = room.run(open->resolve(std::string{"refs/heads/"} + branch)).value();
            state->facts[std::string{fact} + "_head"] = head;
            state->facts[fact == std::string{"trunk"} ? "commit" : "stable_commit"] = head;
        }
        here.state = state;
        return room.run(room.kind("branch_check").perform(here, milestone_room::intent("", ""))).value();
    };
    const auto fine = check();
    CHECK(fine.ok);
    CHECK_THAT(fine.detail, Catch::Contains("dependency cig/money-format: stable is at"));
    commit_to(room, "stable", "CHANNEL", "hot\n");
    const auto moved = check();
    CHECK_FALSE(moved.ok);
    CHECK_THAT(moved.text,
               Catch::Contains("cig/money-format has moved") && Catch::Contains("/release retry dependencies"));
}

TEST_CASE("R1.5 a milestone that is renamed, closed or gone is a drift until the push", "[steps][pins]") {
    milestone_room room;
    const auto seen = [&room] {
        services with;
        with.gitlab = room.at(kind).with.gitlab;
        const auto found = room.run(find_drift(std::make_shared<const release::release_state>(room.state_), with,
                                               std::make_shared<const release::project_settings>(room.project_)));
        REQUIRE(found);
        std::string all;
        for (const auto& each : *found) all += each.what + ": " + each.from + " → " + each.to + "\n";
        return all;
    };
    CHECK(seen().empty());
    auto& milestones = room.records().milestones;
    const auto ours = std::ranges::find(milestones, std::string{"1.4.0"}, &sandbox::gitlab::milestone::title);
    ours->title = "1.4.1";
    CHECK(seen() == "milestone: 1.4.0 → 1.4.1\n");
    ours->title = "1.4.0";
    ours->state = "closed";
    CHECK(seen() == "milestone: 1.4.0 → 1.4.0 (closed)\n");
    room.state_.facts["tag_pushed"] = "c0ffee";  // people may close it now
    CHECK(seen().empty());
    room.state_.facts["tag_pushed"] = nullptr;
    milestones.erase(ours);
    CHECK(seen() == "milestone: 1.4.0 → deleted\n");
}

}  // namespace slipway::steps::test
