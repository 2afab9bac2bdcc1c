// What people read of a candidate, and what they have to sign for: real git, no GitLab.
#include <catch2/catch.hpp>

#include "tests/unit/commands/steps/candidate_room.hpp"

namespace slipway::steps::test {
namespace {

json::object rules() {
    return parse_json(R"({"rules": [
        {"id": "debug", "kind": "line", "severity": "blocking", "message": "Left over", "any": ["var_dump("]},
        {"id": "evil", "kind": "evil_merge", "severity": "blocking", "message": "More than the merge"},
        {"id": "config", "kind": "path", "severity": "warning", "message": "Configuration", "paths": ["config/**"]}]})")
        .value()
        .as_object();
}

/// A branch of its own, merged as GitLab merges it.
void land(candidate_room& all, const std::string& name, int iid, const std::map<std::string, std::string>& files) {
    all.work.git({"checkout", "-q", "-b", name});
    all.work.commit("Work of " + name, files);
    all.work.git({"checkout", "-q", "master"});
    all.work.merge(name, "Merge branch '" + name + "' into 'master'\n\nTitle of " + name +
                             "\n\nSee merge request web/shop!" + std::to_string(iid));
}
void publish(candidate_room& all) {
    all.work.git({"push", "-q", all.folder.path("remote.git"), "master"});
}

result<look_outcome> look(candidate_room& all, const std::string& kind, release::step_state step = {}) {
    auto here = all.at(kind);
    if (kind == "reading") here.rule.with = rules();
    here.step = std::move(step);
    return all.run(all_kinds().find(kind)->second->look(here));
}

std::string details(const release::item_state& item) {
    std::string text = item.id + "\n";
    for (const auto& each : item.details) text += each + "\n";
    return text;
}

}  // namespace

TEST_CASE("P10 the diff is a table by merge request, with both ends and every file in a file", "[steps][reading]") {
    candidate_room all;
    land(all, "cart", 15, {{"src/cart.txt", "1\n2\n3\n"}, {"src/a.txt", "2\n"}});
    publish(all);
    all.go({"git_pull", "tag_check", "changelog", "version_bump"});
    const auto done = all.perform("diff");
    REQUIRE(done);
    CHECK(text_at(done->data, "from") == all.state.fact("base"));
    CHECK(text_at(done->data, "to") == all.state.fact("draft"));
    CHECK(text_at(done->data, "table.0.name") == "!12");
    CHECK(text_at(done->data, "table.1.name") == "!15");
    CHECK(number_at(done->data, "table.1.files") == 2);
    CHECK(number_at(done->data, "table.1.added") == 4);
    CHECK(text_at(done->data, "table.2.name") == "the release itself");
    REQUIRE(done->files.size() == 1);
    CHECK_THAT(done->files.front().content, Catch::Contains("src/cart.txt  !15"));
}

TEST_CASE("P14 findings name file, line, merge request and author, an acceptance holds for this commit alone",
          "[steps][reading]") {
    candidate_room all;
    land(all, "cart", 15, {{"src/cart.txt", "one\nvar_dump($cart);\n"}, {"config/app.ini", "a=1\n"}});
    all.work.git({"checkout", "-q", "-b", "evil"});
    all.work.commit("Harmless", {{"src/evil.txt", "e\n"}});
    all.work.git({"checkout", "-q", "master"});
    all.work.git({"merge", "-q", "--no-ff", "--no-commit", "evil"});
    all.work.commit("Merge branch 'evil' into 'master'\n\nHarmless\n\nSee merge request web/shop!16",
                    {{"src/a.txt", "nobody saw this\n"}});
    publish(all);
    all.go({"git_pull", "tag_check", "changelog", "version_bump"});
    const auto seen = look(all, "reading");
    REQUIRE(seen);
    REQUIRE(seen->items.size() == 2);
    CHECK_THAT(details(seen->items[0]), Catch::Contains("debug@src/cart.txt:2") && Catch::Contains("!15 by ") &&
                                            Catch::Contains("var_dump($cart);"));
    CHECK_THAT(details(seen->items[1]), Catch::Contains("evil@src/a.txt") && Catch::Contains("!16"));
    REQUIRE(seen->found.lines.size() == 1);
    CHECK_THAT(seen->found.lines.front(), Catch::Contains("config/app.ini"));

    release::step_state step;
    step.items = seen->items;
    for (auto& each : step.items) each.status = release::item_status::done;
    all.go({"git_commit"});  // the release's own commit on top changes nothing of what was read
    const auto kept = look(all, "reading", step);
    REQUIRE(kept);
    for (const auto& each : kept->items) CHECK(each.status == release::item_status::done);
    CHECK(kept->found.fingerprint == seen->found.fingerprint);

    all.work.commit("More (!17)", {{"src/more.txt", "m\n"}});
    publish(all);
    all.go({"git_pull", "tag_check", "changelog", "version_bump"});
    const auto moved = look(all, "reading", step);
    REQUIRE(moved);
    for (const auto& each : moved->items) CHECK(each.status == release::item_status::open);
}

TEST_CASE("P24 between the tags only what no merge request showed has to be signed for", "[steps][reading]") {
    candidate_room all;
    land(all, "cart", 15, {{"src/cart.txt", "1\n2\n"}});
    publish(all);
    SECTION("everything was shown") {
        all.go_to_merge();
        const auto seen = look(all, "surprises");
        REQUIRE(seen);
        CHECK(seen->complete);
        CHECK_THAT(seen->found.summary, Catch::Contains("every line is in a merge request"));
    }
    SECTION("somebody pushed directly") {
        all.work.commit("Quick fix", {{"src/cart.txt", "1\nsecret\n2\n"}});
        publish(all);
        all.go_to_merge();
        const auto seen = look(all, "surprises");
        REQUIRE(seen);
        CHECK_FALSE(seen->complete);
        REQUIRE(seen->items.size() == 1);
        CHECK_THAT(details(seen->items.front()), Catch::Contains("src/cart.txt:2") &&
                                                     Catch::Contains("without a merge request") &&
                                                     Catch::Contains("secret"));
    }
    SECTION("the first release has nothing before it") {
        all.go_to_merge();
        all.state.facts["first_release"] = true;
        const auto seen = look(all, "surprises");
        REQUIRE(seen);
        CHECK(seen->complete);
        CHECK_THAT(seen->found.summary, Catch::Contains("first release"));
    }
}

}  // namespace slipway::steps::test
