// Every version tag against the one before it.
#include <catch2/catch.hpp>

#include "commands/reconcile/ranges.hpp"
#include "tests/fakes/scripted_history.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway::reconcile {
namespace {

using words = std::vector<std::string>;

/// "1.0..1.1 !12 !13": the range and what landed in it, newest first.
words ranges_of(fakes::scripted_history& git) {
    const auto repository = git::archive::open(git.finish());
    REQUIRE(repository.has_value());
    words all;
    const auto done = all_tags(*repository, {"shop/app", {}, {}, {}}, [&](const reconciled_range& range) {
        auto line = range.from + ".." + range.to;
        for (const auto& each : range.summary.landed) line += " !" + std::to_string(each.request.iid);
        for (const auto& each : range.lost) line += " -" + each.subject().raw();
        all.push_back(line);
    });
    if (!done) FAIL(done.error().sentence());
    return all;
}

}  // namespace

TEST_CASE("tags are compared in the order of their versions, the first with the beginning", "[reconcile][tags]") {
    const fakes::temporary_folder folder;
    fakes::scripted_history git{folder.file("repository.git")};
    git.tag("v1.9.0", git.commit("main", "First (!1)"));
    git.tag("1.10.0-rc1", git.commit("main", "Candidate (!2)"));
    git.tag("1.10.0-rc2", git.commit("main", "Second candidate (!3)"));
    git.tag("v1.10.0", git.commit("main", "Release (!4)"));
    CHECK(ranges_of(git) ==
          words{"..v1.9.0 !1", "v1.9.0..1.10.0-rc1 !2", "1.10.0-rc1..1.10.0-rc2 !3", "1.10.0-rc2..v1.10.0 !4"});
}

TEST_CASE("tags that are no versions are left out", "[reconcile][tags]") {
    const fakes::temporary_folder folder;
    fakes::scripted_history git{folder.file("repository.git")};
    git.tag("1.0.0", git.commit("main", "First (!1)"));
    git.tag("before-the-move", git.commit("main", "Second (!2)"));
    git.tag("latest", git.tip("main"));
    git.tag("1.1.0", git.commit("main", "Third (!3)"));
    CHECK(ranges_of(git) == words{"..1.0.0 !1", "1.0.0..1.1.0 !3 !2"});
}

TEST_CASE("a maintenance release continues its own line, not the newest version", "[reconcile][tags]") {
    const fakes::temporary_folder folder;
    fakes::scripted_history git{folder.file("repository.git")};
    git.tag("1.0.0", git.commit("main", "First (!1)"));
    git.branch("1-0-stable", git.tip("main"));
    git.tag("1.1.0", git.commit("main", "Next (!2)"));
    git.tag("1.0.1", git.commit("1-0-stable", "Fix (!3)"));
    CHECK(ranges_of(git) == words{"..1.0.0 !1", "1.0.0..1.0.1 !3", "1.0.0..1.1.0 !2"});
}

TEST_CASE("a version that contains no other loses what the one before it had", "[reconcile][tags]") {
    const fakes::temporary_folder folder;
    fakes::scripted_history git{folder.file("repository.git")};
    git.tag("1.0.0", git.commit("old", "Before the import (!1)"));
    git.tag("2.0.0", git.commit("main", "Imported (!2)"));
    CHECK(ranges_of(git) == words{"..1.0.0 !1", "1.0.0..2.0.0 !2 -Before the import (!1)"});
}

}  // namespace slipway::reconcile
