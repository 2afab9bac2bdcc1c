// Project files and checklists from a protected branch: only a commit on it changes who decides and what a release is.
#include "bot/policy.hpp"

#include <boost/asio/thread_pool.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "bot/project_checklists.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/process/process.hpp"
#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/unit/integrations/git/support.hpp"

using namespace slipway;
using namespace slipway::bot;
using git::test::history;

namespace {

std::string shop_file(const std::string& manager) {
    return "name: shop\nchannel: C1\ngitlab: {project: a/shop}\nrepository: {url: /srv/shop.git}\n"
           "version: {file: app.properties}\nchecklist: ../checklists/shop.yaml\nroles:\n  release-manager: [" +
           manager + "]\n";
}

std::string list_file(const std::string& title) {
    return "name: shop\nstages:\n  - id: prepare\n    title: Prepare\n    steps:\n      - {id: tell, kind: notify, "
           "title: " +
           title + ", text: Hello}\n";
}

/// A bot whose projects stand on the branch main of ops/releases.
struct branch_room {
    explicit branch_room(const std::string& more = "") {
        std::filesystem::create_directories(folder.file("ops"));
        std::filesystem::create_directories(folder.file("state"));
        std::ofstream{folder.file("slipway.yaml")} << "state_directory: state\npolicy: {repository: \"" +
                                                          folder.file("ops/releases") + "\", path: projects" + more +
                                                          "}\n";
        origin = std::make_unique<history>(folder.file("ops/releases"));
        first = origin->commit("Who decides", {{"projects/shop.yaml", shop_file("U0ANA")},
                                               {"checklists/shop.yaml", list_file("Announce")},
                                               {"checklists/default.yaml", list_file("Default")}});
        origin->git({"branch", "-M", "main"});
    }
    ~branch_room() { pool.join(); }
    branch_room(const branch_room&) = delete;
    branch_room& operator=(const branch_room&) = delete;

    settings configured(std::shared_ptr<const policy_tree> branch = nullptr) const {
        auto read = load_settings(
            folder.file("slipway.yaml"), [](const std::string&) { return std::nullopt; }, std::move(branch));
        for (const auto& each : read.problems) UNSCOPED_INFO(each.text());
        REQUIRE(read.problems.empty());
        return read.value;
    }
    result<policy_tree> read(gitlab::api* gitlab = nullptr) {
        return fakes::run_on(loop, read_policy(configured(), *transport, pool, gitlab));
    }
    settings now(gitlab::api* gitlab = nullptr) {
        auto branch = read(gitlab);
        if (!branch) FAIL(branch.error().sentence());
        return configured(std::make_shared<const policy_tree>(std::move(*branch)));
    }
    static std::string manager_of(const settings& from) {
        const auto* shop = from.project("shop");
        return shop == nullptr ? "" : shop->roles.at("release-manager").front();
    }
    static std::string first_title(const settings& from) {
        const auto list =
            read_project_checklist(*from.project("shop"), from.checklist, "release", from.policy_files.get());
        return list ? list->steps.front().title : list.error().sentence();
    }

    fakes::temporary_folder folder;
    std::unique_ptr<history> origin;
    std::string first;
    asio::io_context loop;
    asio::thread_pool pool{1};
    std::unique_ptr<process::runner> processes = process::create_runner(loop.get_executor());
    std::unique_ptr<git::transport> transport = git::create_transport(*processes, {});
};

/// A GitLab that says how protected main is, or nothing.
struct branch_gitlab {
    branch_gitlab() { says(true); }
    void says(bool is_protected) {
        net::response answer;
        answer.status = 200;
        answer.headers.add("Content-Type", "application/json");
        answer.body =
            std::string{R"({"id":7,"path_with_namespace":"ops/releases","web_url":"https://gitlab.test/x",)"} +
            R"("name":"main","commit":{"id":"1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"},"can_push":false,)" +
            R"("protected":)" + (is_protected ? "true}" : "false}");
        http.otherwise = answer;
    }
    void is_away() {
        net::response answer;
        answer.status = 502;
        http.otherwise = answer;
    }
    fakes::fake_http http;
    fakes::jumping_timers clock;
    std::unique_ptr<gitlab::api> api = *gitlab::create_api(
        http, clock, [] { return 0.5; }, {.url = "https://gitlab.test", .token = "t", .most_attempts = 1});
};

}  // namespace

TEST_CASE("R8.11 roles and checklists are those of the branch's last commit, whose id is known", "[bot][policy]") {
    branch_room room;
    const auto from = room.now();
    CHECK(from.policy_files->commit == room.first);
    CHECK(from.policy_files->stale.empty());
    CHECK(branch_room::manager_of(from) == "U0ANA");
    CHECK(branch_room::first_title(from) == "Announce");
    CHECK(policy_words(from).find("commit " + room.first.substr(0, 10) + " of the branch main") == 0);
}

TEST_CASE("R8.11 an edit in the work tree, and a commit on another branch, change nothing", "[bot][policy]") {
    branch_room room;
    room.now();
    room.origin->write("projects/shop.yaml", shop_file("U0EVE"));
    room.origin->write("checklists/shop.yaml", list_file("Nothing to see"));
    CHECK(branch_room::manager_of(room.now()) == "U0ANA");
    CHECK(branch_room::first_title(room.now()) == "Announce");
    room.origin->git({"checkout", "-q", "-b", "mine"});
    room.origin->commit("I decide", {{"projects/shop.yaml", shop_file("U0EVE")}});
    const auto from = room.now();
    CHECK(from.policy_files->commit == room.first);
    CHECK(branch_room::manager_of(from) == "U0ANA");
    // Nor do files where the names of the branch's files point to.
    std::filesystem::create_directories(room.folder.file("state/policy/projects"));
    std::ofstream{room.folder.file("state/policy/projects/shop.yaml")} << shop_file("U0EVE");
    std::ofstream{room.folder.file("state/policy/projects/wiki.yaml")} << shop_file("U0EVE");
    CHECK(branch_room::manager_of(room.now()) == "U0ANA");
    CHECK(room.now().projects.size() == 1);
}

TEST_CASE("R8.11 a commit on the branch counts at the next reading; what was read stays as it was", "[bot][policy]") {
    branch_room room;
    const auto before = room.now();
    const auto second = room.origin->commit(
        "Leo decides", {{"projects/shop.yaml", shop_file("U0LEO")}, {"checklists/shop.yaml", list_file("Tell all")}});
    const auto after = room.now();
    CHECK(after.policy_files->commit == second);
    CHECK(branch_room::manager_of(after) == "U0LEO");
    CHECK(branch_room::first_title(after) == "Tell all");
    CHECK(branch_room::manager_of(before) == "U0ANA");
    CHECK(branch_room::first_title(before) == "Announce");
}

TEST_CASE("R8.11 a checklist outside the branch is not read, whatever lies there on this machine", "[bot][policy]") {
    branch_room room;
    std::ofstream{room.folder.file("mine.yaml")} << list_file("Mine");
    auto file = shop_file("U0ANA");
    file.replace(file.find("../checklists/shop.yaml"), 23, room.folder.file("mine.yaml"));
    room.origin->commit("Elsewhere", {{"projects/shop.yaml", file}});
    CHECK(branch_room::first_title(room.now()).find("cannot be read") != std::string::npos);
}

TEST_CASE("R8.11 when the branch cannot be fetched, the commit that was read last counts, and that is said",
          "[bot][policy]") {
    branch_room room;
    room.now();
    std::filesystem::rename(room.folder.file("ops/releases"), room.folder.file("ops/gone"));
    const auto stale = room.now();
    CHECK(stale.policy_files->commit == room.first);
    CHECK_FALSE(stale.policy_files->stale.empty());
    CHECK(branch_room::manager_of(stale) == "U0ANA");
    branch_room other;
    std::filesystem::rename(other.folder.file("ops/releases"), other.folder.file("ops/gone"));
    const auto never = other.read();
    REQUIRE_FALSE(never);
    auto from = other.configured();
    from.policy_problem = never.error().sentence();
    const auto missing = from.missing_for_run();
    CHECK(std::ranges::find(missing, from.policy_problem) != missing.end());  // `run` refuses to start
}

TEST_CASE("R8.11 a branch that GitLab does not protect is refused; when GitLab is silent the last commit counts",
          "[bot][policy]") {
    branch_room room{", project: ops/releases"};
    branch_gitlab gitlab;
    gitlab.says(false);
    const auto open = room.read(gitlab.api.get());
    REQUIRE_FALSE(open);
    CHECK(open.error() == errc::refused);
    CHECK(open.error().sentence().find("The branch main of ops/releases is not protected in GitLab") == 0);
    gitlab.says(true);
    CHECK(branch_room::manager_of(room.now(gitlab.api.get())) == "U0ANA");
    room.origin->commit("Leo decides", {{"projects/shop.yaml", shop_file("U0LEO")}});
    gitlab.is_away();
    const auto stale = room.now(gitlab.api.get());
    CHECK(stale.policy_files->commit == room.first);  // nobody said that the branch is still protected
    CHECK_FALSE(stale.policy_files->stale.empty());
    CHECK_FALSE(room.read(nullptr));
}

TEST_CASE("R8.11 the settings say one place for project files, and name it well", "[bot][policy]") {
    branch_room room;
    std::ofstream{room.folder.file("slipway.yaml")} << "state_directory: state\nprojects: [projects]\npolicy: "
                                                       "{repository: --upload-pack=x, branch: -x, path: ../x}\n";
    const auto read = load_settings(room.folder.file("slipway.yaml"), [](const std::string&) { return std::nullopt; });
    std::string all;
    for (const auto& each : read.problems) all += each.text() + "\n";
    CHECK_THAT(all, Catch::Contains("keep one of them") && Catch::Contains("`policy.repository` must be") &&
                        Catch::Contains("`policy.branch` must be") && Catch::Contains("`policy.path` must be"));
}
