// Two bots with a clone each: every step may run at the other one, and finds what the last one made.
#include <catch2/catch.hpp>

#include "tests/fakes/memory_store.hpp"
#include "tests/unit/commands/steps/candidate_room.hpp"

namespace slipway::steps {
namespace {

struct two_bots : test::candidate_room {
    two_bots() : memory{loop.get_executor(), books, [this] { return time.now(); }} {
        project.asset_paths = {"public/build/"};
        project.assets.argv = {"sh", "-c", "mkdir -p public/build && echo built > public/build/app.js"};
    }
    std::unique_ptr<local_clone> clone_at(const std::string& bot, bool agrees) {
        std::optional<ref_agreement> with_others;
        if (agrees) with_others = ref_agreement{&memory, &time, "shop"};
        return std::make_unique<local_clone>(pool, *transport, "file://" + folder.path("remote.git"),
                                             folder.path(bot + "/repository.git"), with_others);
    }
    void share(bool agrees) {
        clone = clone_at("one", agrees);
        other = clone_at("two", agrees);
    }
    void change_over() { std::swap(clone, other); }

    fakes::memory_books books;
    fakes::memory_store memory;
    std::unique_ptr<local_clone> other;
};

}  // namespace

TEST_CASE("R11.1 each step runs at another bot, and what the one before has made is there", "[steps][shared_refs]") {
    two_bots all;
    all.share(/*agrees=*/true);
    for (const std::string kind : {"git_pull", "tag_check", "changelog", "version_bump"}) {
        all.go({kind});
        all.change_over();
    }
    all.run_program_step("assets");
    all.change_over();
    for (const std::string kind : {"assets_diff", "git_commit", "git_merge", "stable_diff", "git_tag", "git_push"}) {
        all.go({kind});
        all.change_over();
    }
    CHECK(all.remote({"rev-parse", "1.4.0^{commit}"}) == all.state.fact("stable_commit"));
    CHECK(all.remote({"rev-parse", "master"}) == all.state.fact("commit"));
    CHECK(all.remote({"show", "master:public/build/app.js"}) == "built");
    CHECK(all.remote({"diff", "--name-only", "master", "stable"}) == "make.conf");
}

TEST_CASE("R11.1 negative control: clones that do not agree know nothing of each other", "[steps][shared_refs]") {
    two_bots all;
    all.share(/*agrees=*/false);
    all.go({"git_pull", "tag_check", "changelog"});
    all.change_over();
    CHECK_FALSE(all.perform("version_bump"));
}

TEST_CASE("R11.1 of two bots that move one reference at once one is told that it moved", "[steps][shared_refs]") {
    two_bots all;
    all.share(/*agrees=*/true);
    all.go({"git_pull"});
    const auto trunk = all.state.fact("trunk_head");
    const auto stable = all.state.fact("base");
    auto* mine = all.run(all.clone->ready()).value();
    auto* theirs = all.run(all.other->ready()).value();
    REQUIRE(all.run(mine->move_ref("refs/slipway/x/draft", trunk, "")));
    const auto late = all.run(theirs->move_ref("refs/slipway/x/draft", stable, ""));
    REQUIRE_FALSE(late);
    CHECK(late.error() == errc::exists);
    // And a restart with an empty disk has everything again.
    auto fresh = all.clone_at("three", /*agrees=*/true);
    auto* third = all.run(fresh->ready()).value();
    CHECK(all.run(third->resolve("refs/slipway/x/draft")).value() == trunk);
    REQUIRE(all.run(theirs->remove_ref("refs/slipway/x/draft", trunk)));
    static_cast<void>(all.run(fresh->ready()).value());
    CHECK_FALSE(all.run(third->resolve("refs/slipway/x/draft")));
}

}  // namespace slipway::steps
