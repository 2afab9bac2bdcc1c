// Scripted histories beside what GitLab knows of them, read as a release reads them: each ends in its classes, whatever
// the clocks say.
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <catch2/catch.hpp>
#include <functional>

#include "commands/steps/common.hpp"
#include "commands/steps/merge/reconcile_rows.hpp"
#include "commands/steps/merge/whereabouts.hpp"
#include "integrations/git/transport.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/net/http.hpp"
#include "integrations/process/process.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/scripted_history.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway::steps {
namespace {

using fakes::scripted_history;
using words = std::vector<std::string>;

constexpr std::int64_t ours = 5;
constexpr std::int64_t later = 6;

/// A merge request as GitLab would tell it.
struct told {
    std::int64_t iid = 0;
    std::string head;
    std::string merge_commit;
    std::string squash_commit;
    std::int64_t milestone = ours;
    std::string state = "merged";
    std::string target = "main";
    std::string title = "Title";
    std::string description;
    words commits;  ///< what its own list of commits says
    std::int64_t project = 42;
};

/// A GitLab of one project, `shop/app`, which answers what a reading asks, and counts.
class small_gitlab final : public net::http_client {
public:
    task<result<net::response>> send(net::request asked) override {
        const std::string root = "http://127.0.0.1/api/v4/projects/";
        const auto path = asked.url.substr(root.size());
        seen.push_back(path);
        net::response said;
        said.status = 200;
        said.headers.add("Content-Type", "application/json");
        const auto body = answer(path);
        if (body.is_null()) said.status = 404;
        said.body = json::serialize(body);
        co_return said;
    }
    void tell(told one) { all.push_back(std::move(one)); }

    std::vector<told> all;
    std::map<std::string, std::vector<std::int64_t>> lists_commit;  ///< what is asked about one commit
    std::map<std::string, std::int64_t> projects;                   ///< other paths
    std::vector<std::int64_t> issues;
    words seen;

private:
    static json::value show(const told& one) {
        const auto text = [](const std::string& from) { return from.empty() ? json::value{} : json::value(from); };
        return {{"iid", one.iid},
                {"project_id", one.project},
                {"title", one.title},
                {"description", one.description},
                {"state", one.state},
                {"target_branch", one.target},
                {"sha", text(one.head)},
                {"merge_commit_sha", text(one.merge_commit)},
                {"squash_commit_sha", text(one.squash_commit)},
                {"merged_at", "2026-11-0" + std::to_string(1 + one.iid % 9) + "T10:00:00Z"},
                {"author", {{"username", "ben"}}},
                {"web_url", "https://git.example/shop/app/-/merge_requests/" + std::to_string(one.iid)},
                {"milestone", one.milestone == 0 ? json::value{}
                                                 : json::value{{"id", one.milestone},
                                                               {"title", one.milestone == ours ? "1.4.0" : "1.5.0"}}}};
    }
    json::value list(const std::function<bool(const told&)>& wanted, std::int64_t project = 42) const {
        json::array made;
        for (const auto& each : all)
            if (each.project == project && wanted(each)) made.push_back(show(each));
        return made;
    }
    json::value answer(const std::string& path) const {
        const auto has = [&path](const std::string& part) { return path.find(part) != std::string::npos; };
        const auto is = [&path](const std::string& end) { return path.substr(0, path.find('?')).ends_with(end); };
        if (has("repository/commits/")) {
            const auto from = path.find("commits/") + 8;
            const auto found = lists_commit.find(path.substr(from, 40));
            return list([&](const told& each) {
                return found != lists_commit.end() && std::ranges::count(found->second, each.iid) != 0;
            });
        }
        if (is("/commits")) {
            const auto iid = std::stoll(path.substr(path.find("merge_requests/") + 15));
            json::array made;
            for (const auto& each : all)
                for (const auto& id : each.commits)
                    if (each.iid == iid) made.push_back(json::object{{"id", id}});
            return made;
        }
        if (is("42/merge_requests") && has("state=merged"))
            return list([](const told& each) { return each.state == "merged" && each.target == "main"; });
        if (is("42/merge_requests") && has("milestone="))
            return list([](const told& each) { return each.milestone == ours; });
        if (is("42/merge_requests")) return list([&](const told& each) { return has("=" + std::to_string(each.iid)); });
        if (has("42/merge_requests/"))
            for (const auto& each : all)
                if (is("/" + std::to_string(each.iid))) return show(each);
        if (is("42/issues")) {
            json::array made;
            for (const auto iid : issues)
                made.push_back({{"iid", iid}, {"title", "Issue"}, {"milestone", {{"id", ours}}}});
            return made;
        }
        if (is("42/milestones")) return json::array{};
        if (is("43/merge_requests")) return list([](const told&) { return true; }, 43);
        const auto other = projects.find(path.substr(0, path.find('?')));
        if (other != projects.end())
            return {{"id", other->second},
                    {"path_with_namespace", other->second == 42 ? "shop/app" : "shop/money"},
                    {"web_url", "https://git.example/shop/money"}};
        return nullptr;
    }
};

/// One release of `shop/app`: 1.3.0 is tagged on main; what is built afterwards is its range.
struct shop {
    explicit shop(fakes::disturbance how = {}) : git{folder.file("origin.git"), how} {
        git.tag("1.2.0", git.commit("main", "second", "old.c", {}, "before\n"));
        old = git.commit("main", "Old change (!3)", "old.c", {}, "old\n");
        base = git.commit("main", "third", "b.c");
        git.tag("1.3.0", base);
        git.branch("stable", base);
        project.gitlab.project = "shop/app";
        project.repository.trunk = "main";
        project.version.file = "version";
    }
    ~shop() {
        shelf.reset();
        pool.join();
    }
    shop(const shop&) = delete;
    shop& operator=(const shop&) = delete;

    /// A branch of `commits` commits; its head.
    std::string side(const std::string& name, int commits = 1) {
        git.branch(name, git.tip("main"));
        for (int each = 0; each < commits; ++each)
            git.commit(name, "work " + std::to_string(each) + " of " + name, name + ".c");
        return git.tip(name);
    }
    context here() {
        if (!clone) {
            head = candidate.empty() ? git.tip("main") : candidate;
            git.finish();
            clone = std::make_unique<local_clone>(pool, *transport, "file://" + folder.file("origin.git"),
                                                  folder.file("clone.git"));
            const auto got = fakes::run_on(loop, clone->fetch());
            if (!got) FAIL(got.error().sentence());
        }
        auto state = std::make_shared<release::release_state>();
        state->version = "1.4.0";
        state->facts = {{"gitlab_project", 42},       {"milestone_id", ours},    {"milestone_project", 42},
                        {"milestone_title", "1.4.0"}, {"candidate", head},       {"trunk_head", head},
                        {"previous_commit", base},    {"previous_tag", "1.3.0"}, {"stable_head", base}};
        context made;
        made.state = std::move(state);
        made.project = std::make_shared<const release::project_settings>(project);
        made.rule.id = "reconcile";
        made.with.time = &time;
        made.with.gitlab = api.get();
        made.with.transport = transport.get();
        made.with.clone = clone.get();
        made.with.dependencies = shelf.get();
        return made;
    }
    landed_set read() {
        auto range = release_range(here()).value();
        range.scope = landed_scope::milestone;
        auto found = fakes::run_on(loop, read_landed(here(), range));
        if (!found) FAIL(found.error().sentence());
        return std::move(*found);
    }
    static std::unique_ptr<gitlab::api> client(net::http_client& to, timers& time) {
        gitlab::settings with;
        with.url = "http://127.0.0.1";
        with.token = "token";
        return gitlab::create_api(to, time, [] { return 0.5; }, with).value();
    }

    fakes::temporary_folder folder;
    scripted_history git;
    std::string old, base, head;
    std::string candidate;  ///< "" = the tip of main
    release::project_settings project;
    fakes::jumping_timers time;
    small_gitlab server;
    asio::io_context loop;
    asio::thread_pool pool{1};
    std::unique_ptr<process::runner> runner = process::create_runner(loop.get_executor());
    std::unique_ptr<git::transport> transport = slipway::git::create_transport(*runner, {});
    std::unique_ptr<gitlab::api> api = client(server, time);
    std::unique_ptr<local_clone> clone;
    std::unique_ptr<clone_shelf> shelf;  ///< null = a project without dependencies
};

/// "!12 missing in git, blocks"; commits by their title.
words rows_of(const landed_set& found) {
    words all;
    for (const auto& each : reconcile_rows(found, ours, "shop/app", "main").rows) {
        const bool is_commit = each.iid == 0 && each.id.find_first_of("!#") == std::string::npos;
        const auto suffix = each.id.find('-');
        all.push_back((is_commit ? "“" + each.title.raw() + "”" : each.id.substr(0, suffix)) + " " +
                      std::string{to_words(each.what)} + (each.blocking ? ", blocks" : ""));
    }
    std::ranges::sort(all);
    return all;
}

struct history_case {
    std::string name;
    std::function<void(shop&)> build;
    words rows;
    std::size_t agreed = 0;
};

std::string trailer(int iid) {
    return "Merge branch 'x' into 'main'\n\nTitle\n\nSee merge request shop/app!" + std::to_string(iid);
}

std::vector<history_case> cases() {
    return {
        {"1 squash and merge commit: two ids of GitLab's, and no word in the messages",
         [](shop& at) {
             at.git.branch("s", at.git.tip("main"));
             const auto squashed = at.git.commit("s", "Login", "s.c");
             const auto merge = at.git.merge("main", "s", "Merge s");
             at.server.tell(
                 {.iid = 12, .head = std::string(40, '1'), .merge_commit = merge, .squash_commit = squashed});
         },
         {},
         1},
        {"2 stacked fast-forwards: each request says which commits are its own",
         [](shop& at) {
             const auto a = at.git.commit("main", "a", "a.c");
             const auto b = at.git.commit("main", "b", "b.c");
             const auto c = at.git.commit("main", "c", "c.c");
             at.server.tell({.iid = 12, .head = b, .commits = {a, b}});
             at.server.tell({.iid = 13, .head = c, .commits = {a, b, c}});
         },
         {},
         2},
        {"3 fast-forward with squash: only GitLab's answer about the commit tells",
         [](shop& at) {
             const auto commit = at.git.commit("main", "Login page", "l.c");
             at.server.tell({.iid = 12});
             at.server.lists_commit[commit] = {12};
         },
         {},
         1},
        {"4 semi-linear: the rebased branch under its merge commit",
         [](shop& at) {
             const auto head = at.side("r", 2);
             at.server.tell({.iid = 12, .head = head, .merge_commit = at.git.merge("main", "r", "Merge r")});
         },
         {},
         1},
        {"5 a child that was merged into its parent's branch lands with it",
         [](shop& at) {
             at.side("parent");
             at.git.branch("child", at.git.tip("parent"));
             const auto child = at.git.commit("child", "part", "child.c");
             const auto inner = at.git.merge("parent", "child", "Merge child");
             const auto head = at.git.tip("parent");
             at.server.tell({.iid = 12, .head = head, .merge_commit = at.git.merge("main", "parent", "Merge parent")});
             at.server.tell({.iid = 13, .head = child, .merge_commit = inner, .target = "parent"});
         },
         {},
         2},
        {"6 merged by hand and pushed: its head is in the branch",
         [](shop& at) {
             const auto head = at.side("hand");
             at.git.merge("main", "hand", "Merge branch 'hand'");
             at.server.tell({.iid = 12, .head = head});
         },
         {},
         1},
        {"7 an octopus is each side's",
         [](shop& at) {
             const auto one = at.side("one");
             const auto two = at.side("two");
             at.git.commit("main", "Merge branches", "", {at.git.tip("main"), one, two});
             at.server.tell({.iid = 12, .head = one});
             at.server.tell({.iid = 13, .head = two});
         },
         {},
         2},
        {"9 the same request merged and picked is there once, with its twin",
         [](shop& at) {
             at.side("x");
             const auto merge = at.git.merge("main", "x", trailer(12));
             at.git.commit("main", trailer(12) + "\n\n(cherry picked from commit " + merge + ")", "x.c");
             at.server.tell({.iid = 12, .merge_commit = merge});
         },
         {"!12 backport twin"},
         1},
        {"9 a pick of what an earlier release shipped",
         [](shop& at) {
             at.git.commit("main", "Old change\n\n(cherry picked from commit " + at.old + ")", "old.c", {}, "again\n");
             at.server.tell({.iid = 3, .milestone = later});
         },
         {"!3 backport twin", "!3 other milestone, blocks"},
         0},
        {"11 merged after the candidate was taken",
         [](shop& at) {
             at.candidate = at.git.tip("main");
             at.server.tell({.iid = 12, .head = at.git.commit("main", "Late", "late.c")});
         },
         {"!12 missing in git, blocks"},
         0},
        {"12 what an earlier release has already",
         [](shop& at) { at.server.tell({.iid = 3, .squash_commit = at.old}); },
         {"!3 already shipped"},
         0},
        {"13 merged, reverted, and fixed by a second request of the same name",
         [](shop& at) {
             at.side("x");
             const auto first = at.git.merge("main", "x", trailer(12));
             at.git.commit("main", "Revert \"Title\" (!13)\n\nThis reverts commit " + first + ".", "x.c");
             at.side("y");
             at.git.merge("main", "y", trailer(14));
             for (const std::int64_t iid : {12, 13, 14}) at.server.tell({.iid = iid});
         },
         {"!12 reverted, blocks"},
         2},
        {"14 the button's revert names the request, not a commit",
         [](shop& at) {
             const auto squash = at.git.commit("main", "Login", "old.c", {}, "login\n");
             at.git.commit("main", "Revert \"Login\"\n\nThis reverts merge request !12", "old.c", {}, "old\n");
             at.server.tell({.iid = 12, .squash_commit = squash});
         },
         {"!12 reverted, blocks"},
         0},
        {"15 merged again after its revert: nothing came back",
         [](shop& at) {
             const auto before = at.git.tip("main");
             at.git.branch("x", before);
             at.git.commit("x", "work", "old.c", {}, "new\n");
             const auto merge = at.git.commit("main", trailer(12), "old.c", {before, at.git.tip("x")}, "new\n");
             at.git.commit("main", "Undo (!13)\n\nThis reverts commit " + merge + ".", "old.c", {}, "old\n");
             at.git.merge("main", "x", trailer(14));
             for (const std::int64_t iid : {12, 13, 14}) at.server.tell({.iid = iid});
         },
         {"!12 reverted, blocks", "!14 reverted, blocks"},
         1},
        {"17 a fork that is gone: its head is nowhere, its merge is enough",
         [](shop& at) {
             at.side("fork");
             const auto merge = at.git.merge("main", "fork", "Merge fork");
             at.server.tell({.iid = 12, .head = std::string(40, '9'), .merge_commit = merge});
             at.server.tell({.iid = 13, .head = std::string(40, '8')});
         },
         {"!13 missing in git, blocks"},
         1},
        {"22 translations by a robot are housekeeping where it stays in its folder",
         [](shop& at) {
             at.project.housekeeping = {{"", "Robot", {"locale/"}}};
             at.git.author = "Robot";
             at.git.commit("main", "Update translations", "locale/de.po");
             at.git.commit("main", "Update code", "src/code.c");
             at.git.author = "Ada";
         },
         {"“Update code” orphan commit, blocks"},
         0},
        {"23 an issue without code is told and blocks nobody; one that a request closes is not",
         [](shop& at) {
             at.git.commit("main", "Login (!12)\n\nFor #8", "l.c");
             at.server.tell({.iid = 12, .description = "Closes #7"});
             at.server.issues = {7, 8, 9};
         },
         {"#9 no code"},
         1},
        {"24 of two requests with the same change the merged one is it",
         [](shop& at) {
             at.git.branch("hot", at.base);
             const auto fix = at.git.commit("hot", "the fix", "fix.c", {}, "fixed\n");
             at.git.commit("main", "by hand", "fix.c", {}, "fixed\n");
             at.server.tell({.iid = 11, .head = std::string(40, '7'), .state = "closed"});
             at.server.tell({.iid = 12, .head = fix, .target = "hot"});
         },
         {"!11 closed unmerged"},
         1},
        {"a revert of what shipped three releases back blocks, and names the request",
         [](shop& at) {
             at.git.commit("main", "Revert \"Old\"\n\nThis reverts commit " + at.old + ".", "old.c", {}, "before\n");
             at.server.tell({.iid = 3, .milestone = later});
         },
         {"“Revert \"Old\"” orphan commit, blocks", "“Revert \"Old\"” removes what shipped, blocks"},
         0},
        {"a revert that does more than taking back leaves both visible",
         [](shop& at) {
             const auto one = at.git.commit("main", "Login (!12)", "l.c", {}, "login\n");
             at.git.commit("main", "Undo (!13)\n\nThis reverts commit " + one + ".", "l.c", {}, "something else\n");
             at.server.tell({.iid = 12});
             at.server.tell({.iid = 13});
         },
         {"!12 partly reverted", "“Undo (!13)” partly reverted"},
         2},
        {"an exact revert is one, also when its file moved on",
         [](shop& at) {
             at.git.commit("main", "first", "l.c", {}, "one\n");
             const auto two = at.git.commit("main", "Login (!12)", "l.c", {}, "one\nlogin\n");
             at.git.commit("main", "more (!14)", "l.c", {}, "zero\none\nlogin\n");
             at.git.commit("main", "Undo (!13)\n\nThis reverts commit " + two + ".", "l.c", {}, "zero\none\n");
             for (const std::int64_t iid : {12, 13, 14}) at.server.tell({.iid = iid});
         },
         {"!12 reverted, blocks", "“first” orphan commit, blocks"},
         2},
        {"a renamed project's old path is ours, a mirror's is not",
         [](shop& at) {
             at.git.commit("main", "One\n\nSee merge request old/app!12", "1.c");
             at.git.commit("main", "Two\n\nSee merge request mirror/app!13", "2.c");
             at.server.projects = {{"old%2Fapp", 42}, {"mirror%2Fapp", 77}};
             at.server.tell({.iid = 12});
         },
         {"mirror/app!13 foreign project, blocks"},
         1},
        {"several requests that fit equally well are asked about",
         [](shop& at) {
             const auto commit = at.git.commit("main", "Which", "w.c");
             at.server.tell({.iid = 12});
             at.server.tell({.iid = 13});
             at.server.lists_commit[commit] = {12, 13};
         },
         {"!12 missing in git, blocks", "!13 missing in git, blocks", "“Which” not proven, blocks"},
         0},
        {"open, closed, another target, another milestone, none, pushed directly",
         [](shop& at) {
             at.git.commit("main", "In another (!15)", "1.c");
             at.git.commit("main", "In none (!16)", "2.c");
             at.git.commit("main", "Pushed", "3.c");
             at.git.branch("other", at.base);
             at.server.tell({.iid = 12, .state = "opened"});
             at.server.tell({.iid = 13, .state = "closed"});
             at.server.tell({.iid = 14, .head = at.git.commit("other", "elsewhere", "4.c"), .target = "other"});
             at.server.tell({.iid = 15, .milestone = later});
             at.server.tell({.iid = 16, .milestone = 0});
         },
         {"!12 not merged, blocks", "!13 closed unmerged", "!14 wrong target, blocks", "!15 other milestone, blocks",
          "!16 not in a milestone, blocks", "“Pushed” orphan commit, blocks"},
         0},
    };
}

}  // namespace

TEST_CASE("R2.8 every subtle case of milestone and history ends in its classes, whatever the clocks say",
          "[steps][reconcile][cases]") {
    for (const auto& each : cases()) {
        DYNAMIC_SECTION(each.name) {
            for (const bool backward : {false, true}) {
                shop at{{.backward_clock = backward}};
                each.build(at);
                const auto found = at.read();
                CHECK(rows_of(found) == each.rows);
                CHECK(reconcile_rows(found, ours, "shop/app", "main").agreed == each.agreed);
            }
        }
    }
}

TEST_CASE("R2.8 16 a bumped submodule is one row with what landed in its own project, whatever the clocks say",
          "[steps][reconcile][cases]") {
    for (const bool backward : {false, true}) {
        shop at{{.backward_clock = backward}};
        std::filesystem::create_directories(at.folder.file("shelf/shop"));
        scripted_history library{at.folder.file("shelf/shop/money.git"), {.backward_clock = backward}};
        const auto first = library.commit("main", "root", "a.c");
        library.branch("cents", first);
        const auto head = library.commit("cents", "work", "c.c");
        const auto merged = library.merge("main", "cents", "Merge cents");  // no word of its request: GitLab knows
        const auto direct = library.commit("main", "Typing error", "a.c");
        library.finish();
        const auto put = [&](const std::string& branch, const std::string& id) {
            at.git.commit(branch, "Money", ".gitmodules", {}, "[submodule \"m\"]\npath = m\nurl = ../money.git\n");
            return at.git.commit(branch, "Money at " + id, "m", {}, scripted_history::submodule_at + id);
        };
        at.base = put("main", first);
        at.git.branch("bump", at.base);
        const auto bump = put("bump", direct);
        const auto landing = at.git.commit("main", trailer(12), "m", {at.git.tip("main"), bump},
                                           scripted_history::submodule_at + direct);
        at.server.tell({.iid = 12, .head = bump, .merge_commit = landing});
        at.server.tell({.iid = 7, .head = head, .merge_commit = merged, .title = "Round to cents", .project = 43});
        at.server.projects["shop%2Fmoney"] = 43;
        at.project.dependencies.group = "shop";
        at.project.dependencies.url = "file://" + at.folder.file("shelf/{path}.git");
        at.shelf = std::make_unique<clone_shelf>(at.pool, *at.transport, at.folder.file("clones"));
        auto seen = fakes::run_on(at.loop, all_kinds().at("reconcile")->look(at.here()));
        REQUIRE(seen);
        REQUIRE(seen->items.size() == 1);
        const auto& item = seen->items.front();
        CHECK(item.id == "m");
        CHECK_FALSE(item.blocking);
        CHECK(item.choices.empty());
        CHECK(item.details == words{"to be looked at: moves a submodule",
                                    "moves m (shop/money) from " + short_id(first) + " to " + short_id(direct) +
                                        ": 1 merge request, 1 commit without one, with " + short_id(landing),
                                    "shop/money!7, commit " + short_id(direct)});
        CHECK(seen->found.summary.starts_with("1 merge request in milestone and diff"));
    }
}

TEST_CASE("GitLab is asked one by one only about what nothing else explains, and nothing twice", "[steps][reconcile]") {
    shop at;
    for (int each = 0; each < 40; ++each) at.git.commit("main", "pushed " + std::to_string(each), "p.c");
    at.server.issues = {1};
    auto found = at.read();
    const auto asked = [&] {
        return std::ranges::count_if(at.server.seen, [](const auto& each) { return each.find("/commits/") < 99; });
    };
    CHECK(asked() == static_cast<std::ptrdiff_t>(most_questions));
    CHECK(found.unasked.size() == 40 - most_questions);
    // No difference of GitLab's own is ever looked at: it comes collapsed and empty above a size.
    for (const auto& each : at.server.seen)
        for (const auto* ending : {"/diffs", "/changes", "/compare", "/raw_diffs"})
            CHECK(each.find(ending) == std::string::npos);
    at.server.seen.clear();
    auto here = at.here();
    here.step.look.emplace();
    here.step.look->data["asked"] = found.asked;
    auto range = release_range(here).value();
    const auto again = fakes::run_on(at.loop, read_landed(here, range));
    REQUIRE(again);
    CHECK(again->unasked.size() == 40 - 2 * most_questions);
    CHECK(asked() == static_cast<std::ptrdiff_t>(most_questions));
}

TEST_CASE("R2.8 an acceptance holds for the pulled commit: not for another, but also with the release's own on top",
          "[steps][reconcile]") {
    shop at;
    at.git.commit("main", "pushed", "p.c");
    auto& kind = *all_kinds().at("reconcile");
    auto here = at.here();
    const auto first = fakes::run_on(at.loop, kind.look(here));
    REQUIRE(first);
    REQUIRE(first->items.size() == 1);
    CHECK_FALSE(first->complete);
    here.step.items = first->items;
    here.step.items.front().status = release::item_status::done;
    here.step.items.front().chosen = "accept";
    auto state = std::make_shared<release::release_state>(*here.state);
    state->facts["candidate"] = std::string(40, 'c');  // what git_commit leaves
    here.state = state;
    const auto after = fakes::run_on(at.loop, kind.look(here));
    REQUIRE(after);
    CHECK(after->items.front().status == release::item_status::done);
    CHECK(after->complete);

    here.step.items.front().fingerprint = "of another commit";
    const auto moved = fakes::run_on(at.loop, kind.look(here));
    REQUIRE(moved);
    CHECK(moved->items.front().status == release::item_status::open);
    CHECK_FALSE(moved->complete);
}

TEST_CASE("the first release of a project is compared with the beginning", "[steps][reconcile]") {
    shop at;
    auto here = at.here();
    auto state = std::make_shared<release::release_state>(*here.state);
    state->facts["previous_commit"] = nullptr;
    here.state = state;
    CHECK_THAT(release_range(here).error().sentence(), Catch::Contains("expected-tag"));
    state->facts["first_release"] = true;
    here.state = state;
    REQUIRE(release_range(here));
    CHECK(release_range(here)->base.empty());
    const auto found = fakes::run_on(at.loop, read_landed(here, release_range(here).value()));
    REQUIRE(found);
    CHECK(found->steps.size() == 3);
}

TEST_CASE("why !12: landing, evidence, the outer request, the first tag, reverts and picks", "[steps][why]") {
    shop at;
    at.side("parent");
    at.git.branch("child", at.git.tip("parent"));
    at.git.commit("child", "part", "child.c");
    const auto inner = at.git.merge("parent", "child", trailer(13));
    at.git.merge("main", "parent", trailer(12));
    at.git.branch("1-3-stable", at.base);
    at.git.commit("1-3-stable", "part\n\n(cherry picked from commit " + inner + ")", "child.c");
    at.git.commit("main", "Revert \"Old\"\n\nThis reverts commit " + at.old + ".", "old.c", {}, "before\n");
    at.server.tell({.iid = 12});
    at.server.tell({.iid = 13, .merge_commit = inner, .target = "parent"});
    at.server.tell({.iid = 3, .squash_commit = at.old, .milestone = later});
    const auto ask = [&at](std::int64_t iid) {
        const auto found = fakes::run_on(at.loop, where_is(at.here(), iid));
        if (!found) FAIL(found.error().sentence());
        std::string all = found->in_release ? "in\n" : "not in\n";
        for (const auto& each : found->facts) all += each + "\n";
        return all;
    };
    CHECK_THAT(ask(13), Catch::StartsWith("in\n") && Catch::Contains("inside !12") &&
                            Catch::Contains("branch 1-3-stable has a pick of it") &&
                            Catch::Contains("no tag contains it yet"));
    CHECK_THAT(ask(3), Catch::StartsWith("not in\n") && Catch::Contains("this release takes it back with") &&
                           Catch::Contains("the first tag that contains it is 1.3.0"));
}

}  // namespace slipway::steps
