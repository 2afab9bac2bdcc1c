// The subtle cases of reconciling, each as a scripted history with the classes it must end in, and what must not
// matter.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <numeric>
#include <random>

#include "commands/reconcile/ranges.hpp"
#include "tests/fakes/scripted_history.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/unit/commands/reconcile/partition.hpp"

namespace slipway::reconcile {
namespace {

using fakes::scripted_history;
using words = std::vector<std::string>;

std::string trailer(int iid, const std::string& title = "Title") {
    return "Merge branch 'x" + std::to_string(iid) + "' into 'main'\n\n" + title + "\n\nSee merge request shop/app!" +
           std::to_string(iid);
}

/// A merge request of `commits` commits, merged with a merge commit; the merge's id.
std::string request(scripted_history& git, int iid, const std::string& title = "Title", int commits = 2) {
    const auto side = "side" + std::to_string(iid);
    git.branch(side, git.tip("main"));
    for (int each = 0; each < commits; ++each) git.commit(side, "work " + std::to_string(each) + " on " + title);
    return git.merge("main", side, trailer(iid, title));
}

struct history_case {
    std::string name;
    std::function<void(scripted_history&)> build;  ///< on main, after the tag 1.0.0; ends at main
    words landed;                                  ///< "12 merge trailer", "13 squash subject <12" = through !12
    words dead;
    words orphans;  ///< titles
    words housekeeping;
    words lost;
};

std::string describe(const changelog::landed_request& each) {
    const auto& one = each.request;
    auto text = std::to_string(one.iid) + " " + std::string{to_string(one.way)} + " " + std::string{word_of(one.how)};
    if (one.project != "shop/app") text += " of " + one.project;
    if (one.through && one.outer != 0) text += " <" + std::to_string(one.outer);
    return text + (one.partly_reverted ? " partly" : "");
}

template <class All, class Name>
words sorted(const All& all, Name name) {
    words made;
    for (const auto& each : all) made.push_back(name(each));
    std::ranges::sort(made);
    return made;
}

words in_order(words all) {
    std::ranges::sort(all);
    return all;
}

std::vector<history_case> cases() {
    return {
        {"a merge with a squashed commit",
         [](auto& git) { request(git, 12, "Login", 1); },
         {"12 merge trailer"},
         {},
         {},
         {},
         {}},
        {"a fast-forward of commits marked Part-of",
         [](auto& git) {
             for (const char* each : {"one", "two", "three"})
                 git.commit("main",
                            std::string{each} + "\n\nPart-of: <https://git.example/shop/app/-/merge_requests/12>");
         },
         {"12 fast-forward part-of"},
         {},
         {},
         {},
         {}},
        {"a fast-forward with squash and no reference is nobody's without GitLab",
         [](auto& git) { git.commit("main", "Login page"); },
         {},
         {},
         {"Login page"},
         {},
         {}},
        {"squash titles name merge requests, and numbers with # do not",
         [](auto& git) {
             git.commit("main", "Login (!12)");
             git.commit("main", "Cart (#13)");
         },
         {"12 squash subject"},
         {},
         {"Cart (#13)"},
         {},
         {}},
        {"trailers with CRLF, a final dot, no newline, a URL",
         [](auto& git) {
             git.commit("main", "A\r\n\r\nSee merge request shop/app!12\r\nApproved-by: Bob <b@c>\r\n");
             git.commit("main", "B\n\nSee merge request !13.");
             git.commit("main", "C\n\nSee merge request https://git.example/shop/app/-/merge_requests/14");
         },
         {"12 squash trailer", "13 squash trailer", "14 squash trailer"},
         {},
         {},
         {},
         {}},
        {"what is quoted or indented says nothing",
         [](auto& git) {
             git.commit("main",
                        "Fix\n\n> See merge request shop/app!12\n    See merge request shop/app!13\n"
                        "as in See merge request shop/app!14");
         },
         {},
         {},
         {"Fix"},
         {},
         {}},
        {"a merge request inside another lands through it",
         [](auto& git) {
             git.branch("epic", git.tip("main"));
             git.commit("epic", "start");
             git.branch("child", git.tip("epic"));
             git.commit("child", "part");
             git.merge("epic", "child", trailer(13, "Part"));
             git.commit("epic", "Other part (!14)");
             git.merge("main", "epic", trailer(12, "Epic"));
         },
         {"12 merge trailer", "13 merge trailer <12", "14 squash subject <12"},
         {},
         {},
         {},
         {}},
        {"merging main into a branch brings nothing of its own",
         [](auto& git) {
             git.branch("slow", git.tip("main"));
             git.commit("slow", "slow work");
             request(git, 12);
             git.merge("slow", "main", "Merge branch 'main' into 'slow'");
             git.merge("main", "slow", trailer(13, "Slow"));
         },
         {"12 merge trailer", "13 merge trailer"},
         {},
         {},
         {},
         {}},
        {"a merge by hand without a trailer",
         [](auto& git) {
             git.branch("hand", git.tip("main"));
             git.commit("hand", "by hand");
             git.merge("main", "hand", "Merge branch 'hand'");
         },
         {},
         {},
         {"Merge branch 'hand'"},
         {},
         {}},
        {"an octopus names each side",
         [](auto& git) {
             for (const char* each : {"a", "b"}) git.branch(each, git.tip("main"));
             git.commit("a", "Left (!12)");
             git.commit("b", "Right (!13)");
             git.commit("main", "Merge branches 'a' and 'b'", "", {git.tip("main"), git.tip("a"), git.tip("b")});
         },
         {"12 squash subject", "13 squash subject"},
         {},
         {},
         {},
         {}},
        {"a picked merge keeps its trailer on one parent",
         [](auto& git) {
             git.commit("main", trailer(12, "Login") + "\n\n(cherry picked from commit " + std::string(40, 'a') +
                                    ")\n\nabcdef01 work\n# Conflicts:\n#\tcode.c\n");
         },
         {"12 cherry-pick trailer"},
         {},
         {},
         {},
         {}},
        {"chained picks go back to the request of the origin, on another branch",
         [](auto& git) {
             git.branch("trunk", git.tip("main"));
             git.branch("fix", git.tip("trunk"));
             const auto origin = git.commit("fix", "the fix");
             git.merge("trunk", "fix", trailer(12, "Fix"));
             git.commit("main", "the fix\n\n(cherry picked from commit " + origin + ")\n(cherry-picked from commit " +
                                    std::string(40, 'b') + ")");
         },
         {"12 cherry-pick cherry-pick"},
         {},
         {},
         {},
         {}},
        {"a backport by its own request shows both",
         [](auto& git) {
             git.commit("main", "Fix\n\nSee merge request shop/app!12\n\n(cherry picked from commit " +
                                    std::string(40, 'a') + ")\n\nSee merge request shop/app!50");
         },
         {"50 squash trailer", "12 cherry-pick trailer <50"},
         {},
         {},
         {},
         {}},
        {"the same request merged and picked is there once",
         [](auto& git) {
             const auto merge = request(git, 12);
             git.commit("main", trailer(12) + "\n\n(cherry picked from commit " + merge + ")");
         },
         {"12 merge trailer"},
         {},
         {},
         {},
         {}},
        {"merged, reverted by the button, fixed by a second request of the same title",
         [](auto& git) {
             request(git, 12, "Login");
             git.branch("undo", git.tip("main"));
             git.commit("undo", "Revert \"Merge branch 'x12' into 'main'\"\n\nThis reverts merge request !12");
             git.merge("main", "undo", trailer(13, "Revert \"Login\""));
             request(git, 14, "Login");
         },
         {"13 merge trailer", "14 merge trailer"},
         {"12 merge trailer"},
         {},
         {},
         {}},
        {"a revert of a merge by hand takes the whole branch out",
         [](auto& git) {
             const auto merge = request(git, 12, "Login");
             git.commit("main", "Revert \"Merge\"\n\nThis reverts commit " + merge + ", reversing\nchanges made to " +
                                    std::string(40, 'c') + ".");
         },
         {},
         {"12 merge trailer"},
         {"Revert \"Merge\""},
         {},
         {}},
        {"revert of the revert of the revert goes by parity",
         [](auto& git) {
             auto last = request(git, 12, "Login");
             for (const char* each : {"Revert \"a\"", "Reapply \"a\"", "Revert \"Reapply \"a\"\""})
                 last = git.commit("main", std::string{each} + "\n\nThis reverts commit " + last + ".");
             auto other = request(git, 13, "Cart");
             for (const char* each : {"Revert \"b\"", "Revert \"Revert \"b\"\""})
                 other = git.commit("main", std::string{each} + "\n\nThis reverts commit " + other + ".");
         },
         {"13 merge trailer"},
         {"12 merge trailer"},
         {"Reapply \"a\"", "Revert \"Reapply \"a\"\"", "Revert \"Revert \"b\"\"", "Revert \"a\"", "Revert \"b\""},
         {},
         {}},
        {"one commit of a branch taken back is a partial revert",
         [](auto& git) {
             git.branch("side", git.tip("main"));
             const auto first = git.commit("side", "first");
             git.commit("side", "second");
             git.merge("main", "side", trailer(12));
             git.commit("main", "Revert \"first\"\n\nThis reverts commit " + first.substr(0, 12) + ".");
         },
         {"12 merge trailer partly"},
         {},
         {"Revert \"first\""},
         {},
         {}},
        {"a revert by subject needs exactly one of that name",
         [](auto& git) {
             git.commit("main", "Cart (!12)");
             git.commit("main", "Revert \"Cart\" (!13)");
             git.commit("main", "Twice (!14)");
             git.commit("main", "Twice (!15)");
             git.commit("main", "Oops", "x.c");
             git.commit("main", "Revert \"Twice\"");
         },
         {"14 squash subject", "15 squash subject", "13 squash subject"},
         {"12 squash subject"},
         {"Oops", "Revert \"Twice\""},
         {},
         {}},
        {"an inner request reverted alone leaves the outer one",
         [](auto& git) {
             git.branch("epic", git.tip("main"));
             git.commit("epic", "start");
             git.branch("child", git.tip("epic"));
             git.commit("child", "part");
             const auto inner = git.merge("epic", "child", trailer(13, "Part"));
             git.merge("main", "epic", trailer(12, "Epic"));
             git.commit("main",
                        "Revert \"Part\" (!15)\n\nThis reverts commit " + inner + ", reversing\nchanges made to x.");
         },
         {"12 merge trailer partly", "15 squash subject"},
         {"13 merge trailer <12"},
         {},
         {},
         {}},
        {"second thoughts inside a branch revert nothing outside it",
         [](auto& git) {
             const auto merge = request(git, 12);
             git.branch("side", git.tip("main"));
             const auto undo = git.commit("side", "Revert \"x\"\n\nThis reverts commit " + merge + ".");
             git.commit("side", "Revert \"Revert \"x\"\"\n\nThis reverts commit " + undo + ".");
             git.commit("side", "real work");
             git.merge("main", "side", trailer(13));
         },
         {"12 merge trailer", "13 merge trailer"},
         {},
         {},
         {},
         {}},
        {"a re-merge after the revert is empty and brings nothing back",
         [](auto& git) {
             const auto before = git.tip("main");
             git.branch("side", before);
             git.commit("side", "work", "code.c", {}, "new");
             const auto merge = git.commit("main", trailer(12), "code.c", {before, git.tip("side")}, "new");
             git.commit("main", "Undo (!13)\n\nThis reverts commit " + merge + ".", "code.c", {}, "old");
             git.merge("main", "side", trailer(14));
         },
         {"13 squash subject"},
         {"12 merge trailer", "14 merge trailer"},
         {},
         {},
         {}},
        {"old and new names of the default branch",
         [](auto& git) {
             git.branch("side", git.tip("main"));
             git.commit("side", "w");
             git.merge("main", "side", "Merge branch 'side' into 'master'\n\nOld\n\nSee merge request shop/app!12");
             request(git, 13);
         },
         {"12 merge trailer", "13 merge trailer"},
         {},
         {},
         {},
         {}},
        {"the release's own commits by words and paths",
         [](auto& git) {
             git.commit("main", "Build and increment version to 1.0.1", "CHANGELOG.md");
             git.commit("main", "Build and increment version to 1.0.2", "src/payment.c");
             request(git, 12);
         },
         {"12 merge trailer"},
         {},
         {"Build and increment version to 1.0.2"},
         {"Build and increment version to 1.0.1"},
         {}},
        {"merging trunk into stable carries every landing by itself",
         [](auto& git) {
             git.branch("trunk", git.tip("main"));
             git.branch("side", git.tip("trunk"));
             git.commit("side", "w");
             git.merge("trunk", "side", trailer(12));
             git.commit("trunk", "Squashed (!13)");
             git.commit("trunk", "pushed directly");
             git.merge("main", "trunk", "Merge branch 'trunk' into 'main'");
         },
         {"12 merge trailer", "13 squash subject"},
         {},
         {"pushed directly"},
         {"Merge branch 'trunk' into 'main'"},
         {}},
        {"another project's request keeps its project",
         [](auto& git) {
             request(git, 12);
             git.commit("main", "Sync\n\nSee merge request shop/security/app!88");
         },
         {"12 merge trailer", "88 squash trailer of shop/security/app"},
         {},
         {},
         {},
         {}},
        {"a base that is no ancestor loses its commits",
         [](auto& git) {
             git.branch("hotfix", git.tip("main"));
             const auto fix = git.commit("hotfix", "hotfix", "h.c");
             git.tag("1.0.0", fix);
             request(git, 12);
         },
         {"12 merge trailer"},
         {},
         {},
         {},
         {"hotfix"}},
    };
}

/// What a range came to, and whether all of it has a place.
struct answer {
    reconciled_range found;
    git::history range;
    words faults;
};

answer ask(const git::archive& repository, const std::string& to) {
    auto found = one_range(repository, "1.0.0", to, {"shop/app", {}, {}, {}});
    if (!found) FAIL(found.error().sentence());
    auto range = repository.read({*repository.resolve(to)}, {*repository.resolve("1.0.0")});
    REQUIRE(range.has_value());
    auto faults = partition{*range, found->summary}.faults();
    return {std::move(*found), std::move(*range), std::move(faults)};
}

std::string title_of(const changelog::landed_change& each) {
    return each.subject.raw();
}

git::archive opened(scripted_history& git) {
    auto repository = git::archive::open(git.finish());
    REQUIRE(repository.has_value());
    return std::move(*repository);
}

const std::string carrier = "Merge branch 'main' into 'stable'";

void check_classes(const history_case& one, const answer& got, bool carried) {
    auto housekeeping = one.housekeeping;
    if (carried) housekeeping.push_back(carrier);
    const auto& summary = got.found.summary;
    CHECK(sorted(summary.landed, describe) == in_order(one.landed));
    CHECK(sorted(summary.dead, describe) == in_order(one.dead));
    CHECK(sorted(summary.orphans, title_of) == in_order(one.orphans));
    CHECK(sorted(summary.housekeeping, title_of) == in_order(housekeeping));
    CHECK(sorted(got.found.lost, [](const git::commit& each) { return each.subject().raw(); }) == in_order(one.lost));
    CHECK(got.faults == words{});
}

/// Built on main, and once more as everything that one merge brings into stable.
void check(const history_case& one, const fakes::disturbance& how) {
    const fakes::temporary_folder folder;
    scripted_history git{folder.file("repository.git"), how};
    const auto first = git.commit("main", "first");
    git.tag("1.0.0", first);
    one.build(git);
    git.branch("stable", first);
    git.merge("stable", "main", carrier);
    const auto repository = opened(git);
    check_classes(one, ask(repository, "main"), /*carried=*/false);
    check_classes(one, ask(repository, "stable"), /*carried=*/true);
}

/// The last case moves the tag, so it can only come first.
void build_in_order(scripted_history& git, const std::vector<history_case>& all,
                    const std::vector<std::size_t>& order) {
    git.tag("1.0.0", git.commit("main", "first"));
    for (const auto each : order) all[each].build(git);
}

}  // namespace

TEST_CASE("every subtle case of a history ends in its classes, whatever the clock, the packs and other branches",
          "[reconcile][cases]") {
    for (const auto& each : cases()) {
        DYNAMIC_SECTION(each.name) {
            check(each, {});
            check(each, {.backward_clock = true});
            check(each, {.repacked = true, .unrelated_branches = true});
        }
    }
}

TEST_CASE("every commit of a range is in exactly one place, all cases in one history", "[reconcile][cases]") {
    const auto all = cases();
    std::vector<std::size_t> order{all.size() - 1};
    for (std::size_t each = 0; each + 1 < all.size(); ++each) order.push_back(each);
    const fakes::temporary_folder folder;
    scripted_history git{folder.file("repository.git")};
    build_in_order(git, all, order);
    const auto got = ask(opened(git), "main");
    CHECK(got.faults == words{});
    CHECK(got.range.size() > 100);
}

TEST_CASE("every commit of a range is in exactly one place, however the cases follow each other",
          "[reconcile][cases]") {
    const auto all = cases();
    for (unsigned seed = 1; seed <= 20; ++seed) {
        std::mt19937 dice{seed};
        std::vector<std::size_t> order(all.size() - 1);
        std::iota(order.begin(), order.end(), 0);
        std::ranges::shuffle(order, dice);
        order.resize(2 + dice() % 8);
        if (dice() % 4 == 0) order.insert(order.begin(), all.size() - 1);
        const fakes::temporary_folder folder;
        scripted_history git{folder.file("repository.git")};
        build_in_order(git, all, order);
        git.branch("next", git.tip("main"));
        git.commit("main", "Meanwhile (!70)");
        git.merge("next", "main", "Merge branch 'main' into 'next'");
        git.commit("next", "Later (!71)");
        git.merge("main", "next", "Merge branch 'next' into 'main'");
        const auto got = ask(opened(git), "main");
        INFO("seed " << seed);
        CHECK(got.faults == words{});
    }
}

TEST_CASE("a landed set that loses or repeats anything is noticed", "[reconcile][cases]") {
    const auto all = cases();
    for (const auto& one : all) {
        DYNAMIC_SECTION(one.name) {
            const fakes::temporary_folder folder;
            scripted_history git{folder.file("repository.git")};
            git.tag("1.0.0", git.commit("main", "first"));
            one.build(git);
            const auto got = ask(opened(git), "main");
            const auto faults_of = [&](const changelog::range_summary& changed) {
                return partition{got.range, changed}.faults();
            };
            const auto& whole = got.found.summary;
            for (auto some : {&changelog::range_summary::orphans, &changelog::range_summary::housekeeping}) {
                for (std::size_t each = 0; each < (whole.*some).size(); ++each) {
                    auto less = whole;
                    (less.*some).erase((less.*some).begin() + static_cast<std::ptrdiff_t>(each));
                    auto twice = whole;
                    (twice.*some).push_back((whole.*some)[each]);
                    CHECK_FALSE(faults_of(twice).empty());
                    // What is nested in a merge by hand still names it.
                    const auto names_it = [&](const changelog::landed_request& request) {
                        return request.landing == (whole.*some)[each].commit;
                    };
                    if (std::ranges::none_of(whole.landed, names_it)) CHECK_FALSE(faults_of(less).empty());
                }
            }
            for (std::size_t each = 0; each < whole.landed.size(); ++each) {
                auto both = whole;
                both.dead.push_back(whole.landed[each]);
                CHECK_FALSE(faults_of(both).empty());
                const auto& landing = whole.landed[each].landing;
                const auto shares = [&](const changelog::landed_request& other) { return other.landing == landing; };
                const auto is_it = [&](const changelog::landed_change& other) { return other.commit == landing; };
                if (std::ranges::count_if(whole.landed, shares) > 1 || std::ranges::any_of(whole.dead, shares) ||
                    std::ranges::any_of(whole.orphans, is_it))
                    continue;
                auto less = whole;
                less.landed.erase(less.landed.begin() + static_cast<std::ptrdiff_t>(each));
                CHECK_FALSE(faults_of(less).empty());
            }
        }
    }
}

}  // namespace slipway::reconcile
