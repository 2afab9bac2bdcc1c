// `slipway reconcile` for people who mistype: exit codes and sentences.
#include "bot/reconcile.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/fakes/scripted_history.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway::bot {
namespace {

struct answered {
    int code = 0;
    std::string out;
    std::string problems;
};

answered ask(const reconcile_question& question) {
    std::ostringstream out, problems;
    const int code = reconcile(question, out, problems);
    return {code, out.str(), problems.str()};
}

reconcile_question range_of(const std::string& repository, const std::string& from, const std::string& to) {
    reconcile_question made;
    made.repository = repository;
    made.from = from;
    made.to = to;
    return made;
}

/// Two releases on main, and one beside them.
std::string small_repository(const fakes::temporary_folder& folder) {
    fakes::scripted_history git{folder.file("repository.git")};
    git.tag("1.0.0", git.commit("main", "First (!1)"));
    git.branch("hotfix", git.tip("main"));
    git.tag("1.1.0", git.commit("main", "Second (!2)"));
    git.tag("1.0.1", git.commit("hotfix", "Hotfix (!3)"));
    return git.finish();
}

}  // namespace

TEST_CASE("reconcile refuses with code 2 and a sentence that names the way out", "[bot][reconcile]") {
    const fakes::temporary_folder folder;
    const auto repository = small_repository(folder);
    struct example {
        std::string from, to;
        std::vector<std::string> says;
    };
    const std::vector<example> examples{
        {"9.9.9", "main", {"There is no commit \"9.9.9\""}},
        {"1.0.0", "no/such", {"There is no commit \"no/such\""}},
        {"1.0.0", "", {"--from", "--to", "--all-tags"}},
        {"", "main", {"--from", "--to", "--all-tags"}},
        {"1.1.0", "main", {"The range is empty", "the same commit", "older --from"}},
        {"1.1.0", "1.0.0", {"The range is empty", "1.0.0 is older than 1.1.0", "Swap --from and --to"}},
    };
    for (const auto& each : examples) {
        INFO(each.from << ".." << each.to);
        const auto got = ask(range_of(repository, each.from, each.to));
        CHECK(got.code == 2);
        CHECK(got.out.empty());
        for (const auto& part : each.says) CHECK_THAT(got.problems, Catch::Contains(part));
    }
}

TEST_CASE("reconcile says which folder holds no repository", "[bot][reconcile]") {
    const fakes::temporary_folder folder;
    for (const auto& path : {folder.file(""), folder.file("nowhere")}) {
        const auto got = ask(range_of(path, "1.0.0", "main"));
        CHECK(got.code == 2);
        CHECK(got.out.empty());
        CHECK_THAT(got.problems, Catch::Contains(path));
    }
}

TEST_CASE("reconcile --all-tags wants version tags and no range of its own", "[bot][reconcile]") {
    const fakes::temporary_folder folder;
    fakes::scripted_history git{folder.file("repository.git")};
    git.tag("latest", git.commit("main", "First"));
    reconcile_question question;
    question.repository = git.finish();
    question.all_tags = true;
    const auto none = ask(question);
    CHECK(none.code == 2);
    CHECK_THAT(none.problems, Catch::Contains("No tag") && Catch::Contains("--from and --to"));
    question.from = "latest";
    CHECK(ask(question).code == 2);
}

TEST_CASE("a base that is no ancestor gets an answer and a warning", "[bot][reconcile]") {
    const fakes::temporary_folder folder;
    auto question = range_of(small_repository(folder), "1.0.1", "1.1.0");
    question.json = true;
    const auto got = ask(question);
    CHECK(got.code == 0);
    CHECK_THAT(got.out, Catch::Contains("\"iid\":2") && Catch::Contains("Hotfix (!3)"));
    CHECK_THAT(got.problems, Catch::Contains("1.0.1 is not an ancestor of 1.1.0: 1 of its commits"));
}

}  // namespace slipway::bot
