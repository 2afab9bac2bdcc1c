#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "commands/migrations/section.hpp"
#include "tests/unit/commands/steps/milestone_room.hpp"

namespace slipway::steps::test {

std::string text_of(const std::string& file) {
    std::ifstream in{SLIPWAY_SOURCE_DIR "/" + file};
    REQUIRE(in);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

namespace {

constexpr auto collect = "migrations_collect";
constexpr auto confirm = "migrations_confirm";

bool has_choice(const release::item_state& item, const std::string& id) {
    return std::ranges::find(item.choices, id, &release::choice::id) != item.choices.end();
}

bool says(const release::item_state& item, const std::string& words) {
    return std::ranges::any_of(item.details,
                               [&](const std::string& each) { return each.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("the SQL of the labelled issues goes into the milestone, and every other byte of it stays",
          "[steps][migrations]") {
    milestone_room room;
    const auto old = room.description();
    const auto done = room.perform(collect);
    REQUIRE(done);
    CHECK(done->text == "3 migrations (2 before the build, 1 after) in the milestone's description");
    const auto& now = room.description();
    CHECK(now.starts_with(old));
    const auto before = now.find("### Before the build");
    const auto column = now.find("ALTER TABLE hangars ADD COLUMN last_berth");
    const auto currency = now.find("ALTER TABLE ledger ADD COLUMN currency");
    const auto after = now.find("### After the build", before);
    const auto drop = now.find("ALTER TABLE ships DROP COLUMN visits");
    CHECK(before < column);
    CHECK(column < currency);
    CHECK(currency < after);
    CHECK(after < drop);
    CHECK(now.find("-- #9 Ledger entries say in which currency they are | note ") != std::string::npos);
    CHECK(now.find("| merge request !11 by chi.nakamura") != std::string::npos);
    // What Ben quoted is nobody's SQL.
    CHECK(now.find("ADD COLUMN currency", currency + 30) == std::string::npos);

    const auto& facts = done->facts;
    REQUIRE(array_at(facts, "migrations").size() == 3);
    CHECK(text_at(facts, "migrations.0.author") == "ben.carter");
    CHECK(text_at(facts, "migrations.0.merge_request") == "!8");
    CHECK(text_at(facts, "migrations.1.when") == "after");
    CHECK(text_at(facts, "migrations.2.author") == "chi.nakamura");
    CHECK(text_at(facts, "migrations_hash").size() == 64);
}

TEST_CASE("R5.4 a second run changes nothing, and a lost answer is looked up", "[steps][migrations]") {
    milestone_room room;
    CHECK(room.probe(collect)->what == answer::not_done);
    room.to_gitlab.after = [](const std::string& call) -> std::optional<failure> {
        if (call.starts_with("PUT")) return failure{errc::lost, "the line broke"};
        return std::nullopt;
    };
    const auto lost = room.perform(collect);
    REQUIRE_FALSE(lost);
    CHECK(lost.error() == errc::lost);
    room.to_gitlab.after = {};
    const auto text = room.description();
    const auto probed = room.probe(collect);
    CHECK(probed->what == answer::done);
    CHECK(array_at(probed->facts, "migrations").size() == 3);
    room.to_gitlab.seen.clear();
    CHECK(room.perform(collect));
    CHECK(room.to_gitlab.writes() == 0);
    CHECK(room.description() == text);
}

TEST_CASE("a description that somebody edits meanwhile is read again, and no word of theirs is lost",
          "[steps][migrations]") {
    milestone_room room;
    int reads = 0;
    room.to_gitlab.before = [&](const std::string& call) {
        if (!call.starts_with("GET /projects/42/milestones/")) return;
        if (++reads == 2) room.description() += "\nAna: deploy on Tuesday.\r\n";
    };
    REQUIRE(room.perform(collect));
    CHECK(room.description().find("\nAna: deploy on Tuesday.\r\n") != std::string::npos);
    CHECK(room.description().find("ADD COLUMN last_berth") != std::string::npos);

    // Somebody who never stops typing wins.
    milestone_room busy;
    busy.to_gitlab.before = [&](const std::string& call) {
        if (call.starts_with("GET /projects/42/milestones/")) busy.description() += "x";
    };
    const auto given_up = busy.perform(collect);
    REQUIRE_FALSE(given_up);
    CHECK(given_up.error() == errc::moved);
    CHECK(given_up.error().sentence().find("nothing of theirs was overwritten") != std::string::npos);
    CHECK(busy.to_gitlab.writes() == 0);
}

TEST_CASE("text that cannot be read for certain stops the collection and names issue and line", "[steps][migrations]") {
    milestone_room room;
    room.issue(6).description = "Load this:\n\n```sql\nDROP TABLE a;\n\nThanks, Leo";
    const auto said = room.perform(collect);
    REQUIRE_FALSE(said);
    CHECK(said.error() == errc::refused);
    CHECK(said.error().sentence().find("#6 (description by leo.moreau), line 3") != std::string::npos);
    CHECK(room.to_gitlab.writes() == 0);
}

TEST_CASE("a milestone without migrations is left alone, and nobody is asked", "[steps][migrations]") {
    milestone_room room;
    room.remove_issues_labelled("migration");
    std::erase_if(room.records().merge_requests, [](const auto& each) { return each.iid == 8; });
    const auto old = room.description();
    CHECK(room.perform(collect)->text == "the milestone has no migrations");
    CHECK(room.description() == old);
    const auto seen = room.look(confirm);
    CHECK(seen->complete);
    CHECK(seen->items.empty());
}

TEST_CASE("R2.6 each migration is asked of whoever wrote its merge request, and only they may answer",
          "[steps][migrations]") {
    milestone_room room;
    const auto seen = room.look(confirm);
    REQUIRE(seen);
    REQUIRE(seen->items.size() == 3);
    CHECK_FALSE(seen->complete);
    CHECK(room.item("#2").asks == std::vector<release::person_id>{{"T1", "U0BEN"}});
    CHECK(room.item("#9").asks == std::vector<release::person_id>{{"T1", "U0CHI"}});
    CHECK(room.item("#6").asks == std::vector<release::person_id>{{"T1", "U0LEO"}});
    for (const auto& each : seen->items) {
        INFO(each.id);
        CHECK(each.bound);
        CHECK(each.blocking);
        CHECK(each.body.find("ALTER TABLE") != std::string::npos);
        REQUIRE(each.choices.size() == 2);
        CHECK(each.choices[0].label == "Correct and tested on UAT");
        CHECK(each.choices[1].label == "Problem");
        CHECK(each.choices[1].needs_reason);
        for (const auto& choice : each.choices) CHECK(choice.people == each.asks);
    }
}

TEST_CASE("R2.7 whom the project does not know is answered for by a release manager, and that is said",
          "[steps][migrations]") {
    milestone_room room;
    std::erase_if(room.project_.people, [](const auto& each) { return each.gitlab == "ben.carter"; });
    REQUIRE(room.look(confirm));
    CHECK(room.item("#2").asks == std::vector<release::person_id>{{"T1", "U0ANA"}, {"T1", "U0LEO"}});
    CHECK(says(room.item("#2"), "written by ben.carter, who is linked with nobody in Slack"));
    CHECK(room.item("#9").asks == std::vector<release::person_id>{{"T1", "U0CHI"}});
}

TEST_CASE("R2.6 an edit or a new commit withdraws exactly that tick", "[steps][migrations]") {
    milestone_room room;
    room.look(confirm);
    for (const auto* id : {"#2", "#6", "#9"}) REQUIRE(room.choose(confirm, id, "confirm"));
    room.look(confirm);
    for (const auto& each : room.step.items) CHECK(each.status == release::item_status::done);

    room.issue(6).description += "\n```sql\nDROP TABLE visits;\n```\n";
    room.look(confirm);
    CHECK(room.item("#6").status == release::item_status::open);
    CHECK(room.item("#2").status == release::item_status::done);
    CHECK(room.item("#9").status == release::item_status::done);

    const auto known = room.item("#9").fingerprint;
    auto& branch = room.company.gitlab.projects.front()->git;
    const auto head = branch.branch("price-currency");
    REQUIRE(head);
    const auto tree = branch.tree_with(*head, {{"README.md", "another commit", false}}).value();
    const sandbox::signature chi{"Chi", "chi@harbour.test", room.time.now()};
    const auto pushed = branch.create_commit(tree, {*head}, chi, chi, "More\n").value();
    REQUIRE(branch.set_ref("refs/heads/price-currency", pushed));
    room.look(confirm);
    CHECK(room.item("#9").fingerprint != known);
    CHECK(room.item("#9").status == release::item_status::open);
    CHECK(room.item("#2").status == release::item_status::done);
}

TEST_CASE("R2.6 an answer to a text that is no longer there is refused", "[steps][migrations]") {
    milestone_room room;
    room.look(confirm);
    room.issue(2).description = "```sql\nDROP TABLE hangars;\n```";
    const auto late = room.choose(confirm, "#2", "confirm");
    REQUIRE_FALSE(late);
    CHECK(late.error() == errc::moved);
}

TEST_CASE("a problem keeps the step open and is brought to the release managers", "[steps][migrations]") {
    milestone_room room;
    room.look(confirm);
    const auto said = room.choose(confirm, "#2", "problem", "locks the table for an hour");
    REQUIRE(said);
    CHECK_FALSE(said->ok);
    CHECK(said->text == "problem: locks the table for an hour");
    for (int again = 0; again < 2; ++again) {
        const auto seen = room.look(confirm);
        CHECK_FALSE(seen->complete);
        CHECK(room.item("#2").asks ==
              std::vector<release::person_id>{{"T1", "U0BEN"}, {"T1", "U0ANA"}, {"T1", "U0LEO"}});
        CHECK(room.item("#9").asks.size() == 1);
    }
    // Another text is another question.
    room.issue(2).description = "```sql\nSELECT 1;\n```";
    room.look(confirm);
    CHECK(room.item("#2").asks.size() == 1);
}

TEST_CASE("an issue that is labelled as a migration and has no SQL has to be explained", "[steps][migrations]") {
    milestone_room room;
    room.issue(2).description = "The column is there already.";
    room.look(confirm);
    CHECK(says(room.item("#2"), "there is no SQL block in it"));
    CHECK_FALSE(has_choice(room.item("#2"), "confirm"));
    REQUIRE(has_choice(room.item("#2"), "nothing-to-load"));
    CHECK(room.choose(confirm, "#2", "nothing-to-load", "went out with 1.3.0")->text ==
          "nothing to load: went out with 1.3.0");
}

TEST_CASE("once all are confirmed the milestone holds what was confirmed, also when it was edited in between",
          "[steps][migrations]") {
    milestone_room room;
    REQUIRE(room.perform(collect));
    room.issue(6).description = "```sql\nALTER TABLE ships DROP COLUMN visits, DROP COLUMN clicks;\n```";
    room.look(confirm);
    for (const auto* id : {"#2", "#6", "#9"}) REQUIRE(room.choose(confirm, id, "confirm"));
    CHECK(room.description().find("clicks") == std::string::npos);
    const auto done = room.perform(confirm);
    REQUIRE(done);
    CHECK(done->text == "3 migrations (2 before the build, 1 after), each confirmed by whoever wrote it");
    CHECK(room.description().find("DROP COLUMN clicks") != std::string::npos);
    CHECK(text_at(done->facts, "migrations.1.sql").find("clicks") != std::string::npos);

    room.issue(6).description = "```sql\nSELECT 1;\n```";
    const auto moved = room.perform(confirm);
    REQUIRE_FALSE(moved);
    CHECK(moved.error() == errc::moved);
}

}  // namespace slipway::steps::test
