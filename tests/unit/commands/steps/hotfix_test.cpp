// A hotfix from its picks to trunk, with real git and the sandbox's GitLab.
#include <catch2/catch.hpp>

#include "commands/release/authors.hpp"
#include "tests/unit/commands/steps/milestone_room.hpp"
#include "tests/unit/integrations/git/support.hpp"

using namespace slipway;
using namespace slipway::steps;
using namespace slipway::steps::test;

namespace {

class hotfix_room : public milestone_room {
public:
    explicit hotfix_room(const std::string& version = "1.3.1") {
        project_.repository.url = "file://" + company.folder + "/git/cig/rsi-website.git";
        clone_ = std::make_unique<local_clone>(pool, *transport, project_.repository.url, folder.file("clone.git"));
        state_.kind = "hotfix";
        state_.version = version;
        state_.id = "rsi-website-" + version + "-1";
        auto pinned = run(read_hotfix_pins(here("git_pull").with, here("git_pull").project, version));
        REQUIRE(pinned);
        state_.facts = *pinned;
    }
    context here(const std::string& kind, json::object with = {}) {
        auto made = at(kind);
        made.with.clone = clone_.get();
        made.rule.with = std::move(with);
        return made;
    }
    result<outcome> go(const std::string& name, json::object with = {}) {
        auto done = run(kind(name).perform(here(name, std::move(with)), intent("", "")));
        if (done && done->ok)
            for (const auto& each : done->facts) state_.facts[each.key()] = each.value();
        return done;
    }
    void must(const std::string& name, json::object with = {}) {
        const auto done = go(name, std::move(with));
        INFO(name << ": " << (done ? done->text + done->detail : done.error().sentence()));
        REQUIRE(done);
        REQUIRE(done->ok);
    }
    /// Merges open merge requests until `wanted` of them are in trunk; their numbers.
    json::array merge_some(std::size_t wanted) {
        json::array merged;
        auto* api = at("").with.gitlab;
        const auto home = run(api->project_by_path(project_.gitlab.project));
        for (auto& each : records().merge_requests) {
            if (merged.size() == wanted) break;
            const auto now = run(api->read_merge_request(home->id, each.iid));
            if (!now || now->state != gitlab::merge_request_state::opened) continue;
            if (run(api->merge(home->id, each.iid, now->head))) merged.emplace_back(each.iid);
        }
        REQUIRE(merged.size() == wanted);
        return merged;
    }
    std::string remote(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"git", "--git-dir", company.folder + "/git/cig/rsi-website.git"});
        auto ran = git::test::run_program(arguments, "/", {});
        INFO(ran.out);
        REQUIRE(ran.code == 0);
        while (!ran.out.empty() && ran.out.back() == '\n') ran.out.pop_back();
        return ran.out;
    }
    json::object onto_stable() { return {{"onto", "stable"}, {"message", "Build and increment version to {version}"}}; }
    json::object stable_alone() { return {{"branches", json::array{"stable"}}}; }
    void go_to_push() {
        must("git_pull");
        must("git_pick");
        must("tag_check");
        must("changelog");
        must("version_bump");
        must("git_commit", onto_stable());
        must("git_tag");
        must("git_push", stable_alone());
    }

private:
    std::unique_ptr<local_clone> clone_;
};

}  // namespace

TEST_CASE("R6.9 a hotfix holds the named merge requests and nothing else, and ends in trunk", "[steps][hotfix]") {
    hotfix_room room;
    const auto merged = room.merge_some(2);
    const auto stable = room.remote({"rev-parse", "stable"});
    const auto trunk = room.remote({"rev-parse", "master"});
    room.state_.facts["picks"] = json::array{merged[0]};  // the other one is in trunk too, and stays out
    room.go_to_push();
    CHECK(room.remote({"rev-parse", "master"}) == trunk);
    CHECK(room.remote({"rev-list", "--count", stable + "..stable"}) == "2");  // the pick and the release commit
    const auto log = room.remote({"log", "--format=%B", stable + "..stable"});
    CHECK(log.find("(cherry picked from commit ") != std::string::npos);
    CHECK(log.find("!" + std::to_string(merged[0].as_int64())) != std::string::npos);
    CHECK(log.find("!" + std::to_string(merged[1].as_int64())) == std::string::npos);
    CHECK(room.remote({"rev-parse", "1.3.1^{commit}"}) == room.remote({"rev-parse", "stable"}));
    CHECK(room.remote({"show", "stable:config/app.properties"}).find("1.3.1") != std::string::npos);

    // The next release would take it away again: trunk has to contain it.
    CHECK(room.run(room.kind("merge_back").probe(room.here("merge_back"), room.intent("", "")))->what ==
          answer::not_done);
    room.must("merge_back");
    CHECK(room.remote({"merge-base", "--is-ancestor", "stable", "master"}).empty());
    CHECK(room.remote({"rev-parse", "master^1"}) == trunk);
    CHECK(room.run(room.kind("merge_back").probe(room.here("merge_back"), room.intent("", "")))->what == answer::done);
}

TEST_CASE("a pick that is repeated after a restart makes the same commits", "[steps][hotfix]") {
    hotfix_room room;
    room.state_.facts["picks"] = room.merge_some(1);
    room.must("git_pull");
    room.must("git_pick");
    const auto once = room.state_.fact("candidate");
    room.must("git_pick");
    CHECK(room.state_.fact("candidate") == once);
}

TEST_CASE("R3.2 whoever wrote a migration that a hotfix picks is known to its gate", "[steps][hotfix]") {
    hotfix_room room;
    const auto merged = room.merge_some(2);
    auto& records = room.records().merge_requests;
    const auto request = [&](std::size_t which) -> sandbox::gitlab::merge_request& {
        return *std::ranges::find(records, merged[which].as_int64(), &sandbox::gitlab::merge_request::iid);
    };
    for (const std::size_t which : {0U, 1U}) {
        request(which).labels.clear();
        request(which).description = "Closes #1, which is no migration; #2 is mentioned alone";
    }
    room.state_.facts["picks"] = json::array{merged[0]};
    room.must("git_pull");
    room.must("git_pick");
    CHECK(room.state_.facts.at(release::migration_authors_fact).as_array().empty());

    request(0).description = "Closes #1, #99999 and #2";  // Ben's SQL; the second is nobody's
    room.must("git_pick");
    const auto of_issue = json::serialize(room.state_.facts.at(release::migration_authors_fact));
    CHECK(of_issue.find(R"({"what":"#2","gitlab":"ben.carter","slack":"U0BEN"})") != std::string::npos);

    request(0).description = "";
    request(0).labels.emplace_back("migration");
    room.must("git_pick");
    const auto of_request = json::serialize(room.state_.facts.at(release::migration_authors_fact));
    CHECK(of_request.find("\"what\":\"!" + std::to_string(request(0).iid) + "\"") != std::string::npos);
}

TEST_CASE("R3.2 R1.5 who writes into the SQL of a hotfix after it was picked is a drift that its gate hears of",
          "[steps][hotfix]") {
    hotfix_room room;
    const auto merged = room.merge_some(1);
    auto& records = room.records().merge_requests;
    const auto request = std::ranges::find(records, merged[0].as_int64(), &sandbox::gitlab::merge_request::iid);
    request->labels.clear();
    request->description = "Closes #2";
    room.state_.facts["picks"] = merged;
    room.must("git_pull");
    room.must("git_pick");
    const auto seen = [&room] {
        services with;
        with.gitlab = room.at("").with.gitlab;
        return room
            .run(find_drift(std::make_shared<const release::release_state>(room.state_), with,
                            std::make_shared<const release::project_settings>(room.project_)))
            .value();
    };
    CHECK(seen().empty());
    room.records().notes.push_back(
        {990, "Issue", 2, "```sql\nDROP TABLE visits;\n```", "chi.nakamura", false, room.time.now()});
    const auto moved = seen();
    REQUIRE(moved.size() == 1);
    CHECK(moved.front().what == release::authors_moved);
    CHECK(moved.front().to == "ben.carter (@U0BEN) #2, chi.nakamura (@U0CHI) #2");
    for (const auto& each : moved.front().facts) room.state_.facts[each.key()] = each.value();
    CHECK(seen().empty());
    room.state_.facts["deployed_at"] = "2026-11-24T09:30:00Z";
    room.state_.facts[release::migration_authors_fact] = json::array{};
    CHECK(seen().empty());  // it is over
}

TEST_CASE("what cannot be picked is refused with the way out", "[steps][hotfix]") {
    hotfix_room room;
    room.must("git_pull");
    room.state_.facts["picks"] = json::array{99'999};
    const auto unknown = room.go("git_pick");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().sentence().find("!99999") != std::string::npos);
    std::int64_t open = 0;
    for (const auto& each : room.records().merge_requests) {
        auto* api = room.at("").with.gitlab;
        const auto now = room.run(api->read_merge_request(number_at(room.state_.facts, "gitlab_project"), each.iid));
        if (now && now->state == gitlab::merge_request_state::opened) open = each.iid;
    }
    REQUIRE(open != 0);
    room.state_.facts["picks"] = json::array{open};
    const auto unmerged = room.go("git_pick");
    REQUIRE_FALSE(unmerged);
    CHECK(unmerged.error().sentence().find("is not merged") != std::string::npos);
}

TEST_CASE("a conflict in the way back into trunk names the files and leaves trunk alone", "[steps][hotfix]") {
    hotfix_room room;
    room.state_.facts["picks"] = room.merge_some(1);
    room.go_to_push();
    // Somebody sets another version on trunk meanwhile, in the very line.
    git::test::history work{room.folder.file("work")};
    const auto url = room.company.folder + "/git/cig/rsi-website.git";
    work.git({"pull", "-q", url, "master"});
    auto text = work.git({"show", "HEAD:config/app.properties"});
    const auto at = text.find("1.3.0");
    REQUIRE(at != std::string::npos);
    text.replace(at, 5, "9.9.9");
    work.commit("Another version", {{"config/app.properties", text + "\n"}});
    work.git({"push", "-q", url, "HEAD:master"});
    const auto trunk = room.remote({"rev-parse", "master"});
    const auto done = room.go("merge_back");
    REQUIRE(done);
    CHECK_FALSE(done->ok);
    CHECK(done->text.find("config/app.properties") != std::string::npos);
    CHECK(room.remote({"rev-parse", "master"}) == trunk);
}
