#include "tests/scenarios/outside.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

namespace slipway::scenarios {
namespace {

const std::string project = "/projects/cig%2Frsi-website";

void check_repository(company& all) {
    CHECK(all.git({"cat-file", "-t", "1.4.0"}) == "tag");
    CHECK(all.git({"rev-parse", "1.4.0^{commit}"}) == all.git({"rev-parse", "stable"}));
    CHECK(all.git({"merge-base", "stable", "master"}) == all.git({"rev-parse", "master"}));
    CHECK(all.git({"log", "-1", "--format=%s", "master"}) == "Build and increment version to 1.4.0");
    CHECK(all.git({"log", "--format=%s", "--grep=^Build and increment version to 1.4.0", "--fixed-strings", "master"})
              .find('\n') == std::string::npos);
    CHECK(all.git({"rev-list", "--parents", "-1", "stable"}).length() == 3 * 41 - 1);
    CHECK(all.git({"diff", "--name-only", "master", "stable"}) == "make.conf");
    CHECK(all.remote_file("stable", "config/app.properties").find("centrifuge.project.version=1.4.0") !=
          std::string::npos);
    for (const auto* ref : {"refs/heads/master", "refs/heads/stable", "refs/tags/1.4.0"}) {
        INFO(ref);
        CHECK(times_pushed(all, ref) == 1);
    }
}

/// What the milestone depends on is in its stable branch, once; its migrations stand in its description.
void check_prepared(company& all) {
    const auto library = all.file("sandbox/git/cig/money-format.git");
    CHECK(all.git({"--git-dir=" + library, "show", "stable:VERSION"}) == "2.1");
    CHECK(all.git({"--git-dir=" + library, "log", "--format=%s", "--grep=^Merge 'master' into 'stable'", "stable"}) ==
          "Merge 'master' into 'stable'");
    const auto milestone = all.gitlab(project + "/milestones/325");
    const auto text = text_at(milestone, "description");
    for (const auto* words : {"Ships can be compared", "## Salts", "### Before the build", "ADD COLUMN last_berth",
                              "ADD COLUMN currency", "### After the build", "DROP COLUMN visits"}) {
        INFO(words);
        CHECK(text.find(words) != std::string::npos);
    }
}

void check_changelog(company& all) {
    const auto before = all.remote_file("1.3.0", "CHANGELOG.md");
    const auto after = all.remote_file("stable", "CHANGELOG.md");
    const auto entry = after.find("1.4.0");
    REQUIRE(entry != std::string::npos);
    CHECK(after.find("Prices carry their currency") != std::string::npos);
    // From its first release on, the old text is there byte for byte.
    const auto old = before.substr(before.find("1.3.0") - 3);
    CHECK(after.ends_with(old));
    CHECK_FALSE(all.find_message("RSI website 1.4.0: changelog").empty());
    CHECK(all.find_message("RSI website 1.4.0: changelog").find("Prices carry their currency") != std::string::npos);
}

void check_servers(company& all) {
    const auto site = all.get("/site");
    for (const auto* host : {"p-prod-web1", "p-prod-web2", "p-prod-web3", "p-prod-web4", "p-prod-web5"})
        CHECK(text_at(object_at(site, "deployed"), host) == "1.4.0");
    CHECK(text_at(object_at(site, "deployed"), "q-qa-web1") != "1.4.0");
    const auto page = all.visit("/site/");
    CHECK(page.status == 200);
    CHECK(page.headers.find("X-Version").value_or("") == "1.4.0");
}

void check_gitlab(company& all) {
    const auto merged = all.gitlab(project + "/merge_requests?state=merged&milestone=1.4.0");
    CHECK(merged.as_array().size() == 8);  // with the one that landed without a milestone, added while reconciling
    CHECK(all.succeeded("PUT", "/merge_requests/15") == 1);
    for (const auto* iid : {"9", "10", "11", "12"}) {
        INFO("!" << iid);
        CHECK(all.succeeded("PUT", "/merge_requests/" + std::string{iid} + "/merge") <= 1);
    }
    CHECK(all.succeeded("PUT", "/merge") <= 4);
    int planted = 0;
    const auto issues = all.gitlab(project + "/issues?state=opened&per_page=100");
    for (const auto& each : issues.as_array()) {
        if (text_at(each, "title").find("UndefinedField") == std::string::npos) continue;
        ++planted;
        CHECK(text_at(each, "assignees.0.username") == "chi.nakamura");
        CHECK(text_at(each, "description").find("<!-- slipway:group=") != std::string::npos);
        CHECK(text_at(each, "description").find("ship.price has no field") != std::string::npos);
    }
    CHECK(planted == 1);
}

}  // namespace

int times_pushed(company& all, const std::string& ref) {
    // Merges through GitLab write the branch too; the sandbox writes them as itself and without "push".
    const auto lines = text_of(all.repository() + "/logs/" + ref);
    int times = 0;
    for (std::size_t at = 0; (at = lines.find("\tpush", at)) != std::string::npos; ++at) ++times;
    return times;
}

void check_released(company& all) {
    check_repository(all);
    check_prepared(all);
    check_changelog(all);
    check_servers(all);
    check_gitlab(all);
}

void check_messages(company& all) {
    for (const auto* reader : {ana, ben, chi, devi, quinn}) {
        const auto seen_by = all.get(std::string{"/state?as="} + reader);
        for (const auto& conversation : array_at(seen_by, "conversations")) {
            std::map<std::string, int> times;
            for (const auto& each : all.messages(text_at(conversation, "id"), reader)) {
                const auto id = text_at(each, "metadata.event_payload.id");
                if (!id.empty()) ++times[id];
            }
            for (const auto& [id, count] : times) {
                INFO(id << " in " << text_at(conversation, "id"));
                CHECK(count == 1);
            }
        }
    }
    // Cards that were overtaken ask for nothing any more (R3.6).
    for (const auto& each : all.buttons()) {
        INFO(each.message);
        CHECK_FALSE(each.action.starts_with("slipway.approve"));
    }
    // The one person whom anything calls is whoever most likely knows the planted error.
    const auto notified = all.get("/notifications");
    for (const auto& each : notified.as_array()) {
        INFO(json::serialize(each));
        CHECK(text_at(each, "kind") == "user");
        CHECK(text_at(each, "who") == chi);
        CHECK(text_at(each, "text").starts_with("UndefinedField"));
    }
}

int count_channel_messages(company& all) {
    int count = 0;
    for (const auto& each : all.messages()) {
        const auto thread = text_at(each, "thread_ts");
        const bool in_thread = !thread.empty() && thread != text_at(each, "ts");
        const bool shown = !in_thread || text_at(each, "subtype") == "thread_broadcast";
        if (shown && !flag_at(each, "is_ephemeral")) ++count;
    }
    return count;
}

}  // namespace slipway::scenarios
