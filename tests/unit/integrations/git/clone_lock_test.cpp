// One owner for a clone, and what a killed git leaves in it.
#include "integrations/git/clone_lock.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/fakes/show_result.hpp"
#include "tests/unit/integrations/git/support.hpp"

namespace slipway::git {
namespace {

namespace fs = std::filesystem;

const auto any_age = fs::file_time_type::max();

void leave(const std::string& file) {
    std::ofstream{file} << "";
    REQUIRE(fs::exists(file));
}

}  // namespace

TEST_CASE("two owners of one clone: the second is refused with the number of the first", "[git][clone_lock]") {
    test::temporary_folder folder;
    const auto clone = folder.path("home/repository.git");
    {
        const auto first = clone_lock::take(clone);
        REQUIRE(first);
        const auto second = clone_lock::take(clone);
        REQUIRE(second.has_error());
        CHECK(second.error() == errc::refused);
        CHECK_THAT(second.error().sentence(), Catch::Contains(std::to_string(::getpid())) && Catch::Contains(clone));
    }
    CHECK(clone_lock::take(clone));
}

TEST_CASE("R5.1 an owner that was killed holds nothing", "[git][clone_lock]") {
    test::temporary_folder folder;
    const auto clone = folder.path("repository.git");
    int told[2];
    REQUIRE(::pipe(told) == 0);
    const auto child = ::fork();
    if (child == 0) {
        const auto held = clone_lock::take(clone);
        const char word = held ? 'y' : 'n';
        (void)!::write(told[1], &word, 1);
        ::pause();
        ::_exit(0);
    }
    char word = 0;
    REQUIRE(::read(told[0], &word, 1) == 1);
    REQUIRE(word == 'y');
    CHECK(clone_lock::take(clone).has_error());  // negative control: it was held
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK(clone_lock::take(clone));
    ::close(told[0]);
    ::close(told[1]);
}

TEST_CASE("locks that a killed git left are removed, and git works again", "[git][clone_lock]") {
    test::temporary_folder folder;
    test::history made{folder.path("repository.git"), /*bare=*/true};
    test::history work{folder.path("work")};
    const auto first = work.commit("One", {{"a.txt", "1\n"}});
    made.git({"fetch", "-q", folder.path("work"), "+refs/heads/*:refs/heads/*"});
    fs::create_directories(made.directory() + "/refs/slipway/x");
    leave(made.directory() + "/refs/slipway/x/draft.lock");
    leave(made.directory() + "/packed-refs.lock");
    leave(made.directory() + "/objects/info/commit-graph.lock");
    CHECK(made.try_git({"update-ref", "refs/slipway/x/draft", first}).code != 0);  // negative control

    const auto removed = remove_stale_locks(made.directory(), any_age);
    REQUIRE(removed);
    CHECK(*removed ==
          std::vector<std::string>{"objects/info/commit-graph.lock", "packed-refs.lock", "refs/slipway/x/draft.lock"});
    CHECK(made.try_git({"update-ref", "refs/slipway/x/draft", first}).code == 0);
    CHECK(remove_stale_locks(made.directory(), any_age).value().empty());
}

TEST_CASE("a young lock stays, and so does every lock while a git program works there", "[git][clone_lock]") {
    test::temporary_folder folder;
    test::history made{folder.path("repository.git"), /*bare=*/true};
    const auto lock = made.directory() + "/packed-refs.lock";
    leave(lock);
    CHECK(remove_stale_locks(made.directory(), fs::last_write_time(lock)).value().empty());

    // A git that waits for its input, as one that outlived its bot would.
    int input[2];
    REQUIRE(::pipe2(input, O_CLOEXEC) == 0);
    const auto child = ::fork();
    if (child == 0) {
        ::dup2(input[0], 0);
        (void)!::chdir(made.directory().c_str());
        ::execlp("git", "git", "cat-file", "--batch", nullptr);
        ::_exit(127);
    }
    const auto is_git = [&] {
        std::ifstream in{"/proc/" + std::to_string(child) + "/comm"};
        std::string name;
        return std::getline(in, name) && name == "git";
    };
    for (int look = 0; look < 20'000 && !is_git(); ++look) ::usleep(500);
    const auto refused = remove_stale_locks(made.directory(), any_age);
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::unavailable);
    CHECK(fs::exists(lock));
    ::close(input[0]);
    ::close(input[1]);
    ::waitpid(child, nullptr, 0);
    CHECK(remove_stale_locks(made.directory(), any_age).value() == std::vector<std::string>{"packed-refs.lock"});
}

}  // namespace slipway::git
