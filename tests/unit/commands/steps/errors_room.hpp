// A release whose code has history, errors that came in, and GitLab to write issues into.
#pragma once

#include "commands/errors/actions.hpp"
#include "commands/errors/triage.hpp"
#include "commands/steps/people.hpp"
#include "integrations/store/store.hpp"
#include "integrations/telemetry/ledger.hpp"
#include "tests/unit/commands/steps/milestone_room.hpp"
#include "tests/unit/integrations/git/support.hpp"

namespace slipway::steps::test {

class errors_room : public milestone_room {
public:
    errors_room() {
        state_.team = "T1";
        state_.requester = {"T1", "U0ANA"};
        state_.started = time.now();
        state_.facts["deployed_at"] = to_iso(time.now());
    }
    ~errors_room() { run(memory->close()); }

    // ── history ──────────────────────────────────────────────────────────────────────────────────────────────────

    std::string commit(const std::string& author, const std::string& message,
                       const std::map<std::string, std::string>& files) {
        for (const auto& [path, content] : files) repo.write(path, content);
        repo.git({"add", "-A"});
        repo.git({"commit", "-q", "--allow-empty", "--author", author, "-m", message});
        return repo.id("HEAD");
    }
    /// The range of this release: after `base`, up to what is there now.
    void released(const std::string& base) {
        state_.facts["previous_commit"] = base;
        state_.facts["stable_commit"] = repo.id("HEAD");
        clone = std::make_unique<local_clone>(pool, *transport, "file://" + repo_folder.path("repo"),
                                              folder.file("clone-" + std::to_string(++clones) + ".git"));
    }
    /// Another release of the same code.
    void next_release(const std::string& version) {
        state_.version = version;
        state_.id = "core-" + version + "-1";
        step = {};
    }

    // ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────

    static telemetry::frame call(const std::string& file, int line, const std::string& function = "render") {
        telemetry::frame made;
        made.filename = file;
        made.line = line;
        made.function = function;
        return made;
    }
    static telemetry::exception_value thrown(const std::string& type, const std::string& value,
                                             std::vector<telemetry::frame> frames) {
        telemetry::exception_value made;
        made.type = type;
        made.value = value;
        made.frames = std::move(frames);
        return made;
    }
    /// Counts it, and lists it as the watch does. Its hash.
    std::string happened(std::vector<telemetry::exception_value> chain, int times = 5) {
        telemetry::event event;
        event.at = time.now();
        event.release = "rsi-website@1.4.0";
        event.server_name = "web1";
        event.exceptions = std::move(chain);
        const auto as = telemetry::group_of(event);
        for (int each = 0; each < times; ++each) ledger.record({"rsi-website", "production"}, event, as);
        json::object row;
        row["hash"] = as.hash;
        row["title"] = as.title.raw();
        row["what"] = "new";
        row["before"] = 0;
        row["after"] = times;
        row["why"] = "never seen before this deploy";
        auto groups = array_at(state_.facts, "error_groups");
        groups.emplace_back(row);
        state_.facts["error_groups"] = std::move(groups);
        release::item_state item;
        item.id = errors::item_of(as.hash);
        item.data[errors::group_member::hash] = as.hash;
        step.items.push_back(std::move(item));
        return as.hash;
    }

    // ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────

    context here(const std::string& kind) {
        auto made = at(kind);
        made.with.clone = clone.get();
        made.with.errors = &ledger;
        made.with.store = memory.get();
        made.with.sentry = sentry;
        return made;
    }
    outcome issues() {
        // The watch's items belong to another step; the issue step finds them in the release.
        state_.steps = {step};
        state_.steps.front().id = "errors-after";
        state_.plan.steps.clear();
        release::step_rule watch;
        watch.id = "errors-after";
        watch.kind = "telemetry_watch";
        state_.plan.steps.push_back(watch);
        auto done = run(kind("error_issues").perform(here("error_issues"), intent("", "")));
        if (!done) FAIL(done.error().sentence());
        state_.steps.emplace_back().id = "error-issues";
        state_.steps.back().data = done->data;
        return *done;
    }
    outcome press(const std::string& hash, const std::string& choice, const std::string& who) {
        auto act = intent(errors::item_of(hash), choice);
        act.by = {"T1", who};
        auto done = run(kind("telemetry_watch").perform(here("telemetry_watch"), act));
        if (!done) FAIL(done.error().sentence());
        for (auto& item : step.items)
            if (item.id == errors::item_of(hash))
                for (const auto& each : done->data) item.data[each.key()] = each.value();
        return *done;
    }

    std::vector<sandbox::gitlab::issue> error_issues() {
        std::vector<sandbox::gitlab::issue> found;
        for (const auto& each : records().issues)
            if (each.description.find("slipway:group=") != std::string::npos) found.push_back(each);
        return found;
    }
    std::vector<std::string> notes_of(std::int64_t iid) {
        std::vector<std::string> found;
        for (const auto& each : records().notes)
            if (each.on == "Issue" && each.iid == iid) found.push_back(each.body);
        return found;
    }

    git::test::temporary_folder repo_folder;
    git::test::history repo{repo_folder.path("repo")};
    telemetry::error_ledger ledger;
    std::unique_ptr<store::store> memory =
        store::open_sqlite(loop.get_executor(), ":memory:", [this] { return time.now(); }).value();
    std::unique_ptr<local_clone> clone;
    slipway::sentry::api* sentry = nullptr;
    int clones = 0;
};

inline const std::string ana = "Ana Reyes <ana@harbour.test>", ben = "Ben Carter <ben@harbour.test>",
                         chi = "Chi Nakamura <chi@harbour.test>", devi = "Devi Rao <devi@harbour.test>";

/// "1\n2\n…" with some lines replaced.
inline std::string lines_with(std::map<int, std::string> changed, int count = 12) {
    std::string text;
    for (int line = 1; line <= count; ++line)
        text += (changed.contains(line) ? changed[line] : "line " + std::to_string(line)) + "\n";
    return text;
}

}  // namespace slipway::steps::test
