#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>

#include "deploy/sandbox/company/company.hpp"
#include "deploy/sandbox/salt/deployment.hpp"
#include "tests/unit/deploy/sandbox/company_folder.hpp"

using namespace slipway;
using namespace slipway::sandbox;
namespace fs = std::filesystem;

namespace {

/// Every file below `folder` with its bytes; symbolic links with their target.
std::map<std::string, std::string> contents(const fs::path& folder) {
    std::map<std::string, std::string> all;
    for (const auto& each : fs::recursive_directory_iterator{folder}) {
        const auto name = each.path().lexically_relative(folder).string();
        if (each.is_symlink()) {
            all[name] = "-> " + fs::read_symlink(each.path()).string();
        } else if (each.is_regular_file()) {
            all[name] = salt::read_file(each.path().string()).value_or("unreadable");
        }
    }
    return all;
}

}  // namespace

TEST_CASE("two sandboxes have the same commits, records and servers, byte for byte", "[sandbox][company]") {
    const temporary_folder one;
    const temporary_folder two;
    REQUIRE(build_test_company(one).folder == one.path);
    build_test_company(two);
    for (const auto* part : {"git", "hosts"}) {
        CHECK(contents(one.path + "/" + part) == contents(two.path + "/" + part));
    }
}

TEST_CASE("a sandbox that is built again starts from the same morning", "[sandbox][company]") {
    const temporary_folder folder;
    auto first = build_test_company(folder);
    const auto before = contents(folder.path);
    auto& git = first.gitlab.projects.front()->git;
    REQUIRE(git.set_ref("refs/heads/stray", *git.branch("master")).has_value());
    build_test_company(folder);
    CHECK(contents(folder.path) == before);
}

TEST_CASE("the product has three releases, and master differs from stable by what came since and make.conf",
          "[sandbox][company]") {
    const temporary_folder folder;
    const auto built = build_test_company(folder);
    const auto& git = built.gitlab.projects.front()->git;
    std::vector<std::string> names;
    for (const auto& tag : git.tags()) {
        names.push_back(tag.name);
        CHECK(tag.target != tag.commit);
    }
    CHECK(names == std::vector<std::string>{"1.1.0", "1.2.0", "1.3.0"});
    const auto tag = git.commit_of("refs/tags/1.3.0");
    CHECK(git.branch("stable") == tag);
    CHECK_THAT(git.read(*tag, "config/app.properties").value(), Catch::Contains("centrifuge.project.version=1.3.0\n"));
    CHECK_THAT(git.read(*tag, "make.conf").value(), Catch::Contains("environment=production"));
    CHECK_THAT(git.read(*git.branch("master"), "make.conf").value(), Catch::Contains("environment=development"));
    CHECK(git.read(*tag, "CHANGELOG.md").value().starts_with("# Changelog\n\n## 1.3.0 (2026-10-12)\n\n- "));

    const auto released = git.merge_base(*git.branch("master"), *tag);
    const auto differences = git.diff(*released, *tag);
    REQUIRE(differences.has_value());
    REQUIRE(differences->size() == 1);
    CHECK(differences->front().new_path == "make.conf");
}

TEST_CASE("merged merge requests left GitLab's merge commits, open ones are branches of their authors",
          "[sandbox][company]") {
    const temporary_folder folder;
    const auto built = build_test_company(folder);
    const auto& project = *built.gitlab.projects.front();
    int merged = 0;
    int open = 0;
    for (const auto& each : project.records.merge_requests) {
        INFO(each.iid << " " << each.title);
        const auto head = project.git.commit(each.sha);
        REQUIRE(head.has_value());
        if (each.state == "merged") {
            ++merged;
            const auto made = project.git.commit(each.merge_commit_sha);
            REQUIRE(made.has_value());
            CHECK(made->parents.size() == 2);
            CHECK_THAT(made->message, Catch::EndsWith("See merge request cig/rsi-website!" + std::to_string(each.iid)));
        } else {
            ++open;
            CHECK(project.git.branch(each.source_branch) == each.sha);
        }
    }
    CHECK(merged == 9);
    CHECK(open == 6);
}

TEST_CASE("every server starts the day with the last release", "[sandbox][company]") {
    const temporary_folder folder;
    build_test_company(folder);
    for (const auto* host :
         {"p-prod-web1", "p-prod-web2", "p-prod-web3", "p-prod-web4", "p-prod-web5", "p-prod-worker1"}) {
        INFO(host);
        REQUIRE(salt::deployed(folder.path, host));
        CHECK(salt::deployed(folder.path, host)->version == "1.3.0");
        CHECK(fs::exists(salt::served_folder(folder.path, host) + "/routes.conf"));
    }
    CHECK(salt::service(folder.path, "p-prod-worker1", "spectrum-worker").has_value());
}

TEST_CASE("a folder with somebody else's things is left alone", "[sandbox][company]") {
    const temporary_folder folder;
    const auto program = folder.path + "/bin/important";
    REQUIRE(salt::write_file(program, "mine").has_value());
    const auto refused = build_company(shipped_scenario(), folder.path, "");
    REQUIRE(refused.has_error());
    CHECK(refused.error().kind() == errc::invalid);
    CHECK_THAT(refused.error().sentence(), Catch::Contains(folder.path + "/bin was not made by a sandbox"));
    CHECK(salt::read_file(program) == "mine");
}

TEST_CASE("a history that does not fit names its file and line", "[sandbox][company]") {
    const temporary_folder folder;
    const temporary_folder product;
    auto scenario = shipped_scenario();
    fs::copy(scenario.product_folder, product.path, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    scenario.product_folder = product.path;
    const auto file = product.path + "/history.yaml";
    auto text = salt::read_file(file).value();
    const std::string old = "old: \"<title>\"";
    text.replace(text.find(old), old.size(), "old: \"<tytle>\"");
    const auto line =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find("<tytle>")), '\n') + 1;
    REQUIRE(salt::write_file(file, text).has_value());
    const auto refused = build_company(scenario, folder.path, "");
    REQUIRE(refused.has_error());
    CHECK(refused.error().sentence() ==
          file + ":" + std::to_string(line) + ": templates/layout.html does not hold the old text exactly once");
}
