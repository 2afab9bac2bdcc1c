// run: one of the project's programs (tests, assets) in a fresh private checkout of the draft; success is bound to its
// tree.
#include <filesystem>
#include <set>

#include "commands/steps/candidate/draft.hpp"
#include "commands/steps/reading/run_pipeline.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/process/process.hpp"

namespace slipway::steps {
namespace {

const release::program& program_of(const context& here) {
    return text_at(here.rule.with, "program") == "assets" ? here.project->assets : here.project->tests;
}

std::string how_it_ended(const process::outcome& ran, const release::program& program) {
    switch (ran.how) {
        case process::ending::exited:
            return "exit code " + std::to_string(ran.code);
        case process::ending::signalled:
            return "ended by signal " + std::to_string(ran.code);
        case process::ending::timed_out:
            return "stopped after its limit of " + to_words(program.timeout);
        case process::ending::idle_timed_out:
            return "stopped after " + to_words(program.idle_timeout) + " without output";
        case process::ending::cancelled:
            return "stopped";
    }
    return "ended";
}

class run final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("run", release::step_class::check, false, false, release::side_effect::none, {"program"},
                          {"program"});
    }
    std::string plan(const release::step_rule& rule, const release::project_settings& project,
                     const std::string&) const override {
        const auto& program = text_at(rule.with, "program") == "assets" ? project.assets : project.tests;
        if (program.pipeline) return "run a GitLab pipeline on " + project.repository.trunk + " and wait for it";
        return "run `" + process::to_words(program.argv) + "` in a checkout of the candidate" +
               (program.twice ? ", twice, and compare" : "");
    }
    task<result<outcome>> perform(context here, act intent) override {
        const auto& program = program_of(here);
        const auto name = text_at(here.rule.with, "program");
        if (program.pipeline) {
            auto done = co_await run_by_pipeline(here, intent, *program.pipeline);
            co_return done;
        }
        if (program.argv.empty()) co_return not_configured("The program `" + name + "`", name + ".command");
        const auto commit = draft_or_candidate(*here.state);
        if (commit.empty()) co_return need_fact(here, "candidate", "pull").error();
        const auto ready = co_await here.with.clone->ready();
        if (!ready) co_return ready.error();
        const auto tree = here.with.work_directory + "/" + here.state->id + "/" + here.rule.id + "-" +
                          std::to_string(here.step.attempt);
        auto done = co_await run_once(here, program, commit, tree);
        if (!done || !done->ok) co_return done;
        const auto tested = co_await (*ready)->read_commit(commit);
        if (!tested) co_return tested.error();
        done->data["tree"] = tested->tree;
        if (name == "assets") {
            auto built = co_await keep_built(here, intent, *ready, commit, tree);
            if (!built) co_return built.error();
            done->facts["assets_commit"] = std::move(*built);
        }
        if (!program.twice) co_return done;
        auto again = co_await run_once(here, program, commit, tree + "-again");
        if (!again || !again->ok) co_return again;
        const auto differs = co_await differences(*ready, commit, tree, tree + "-again");
        if (!differs) co_return differs.error();
        if (differs->empty()) {
            done->text += "; the second build gave the same bytes";
            co_return done;
        }
        done->ok = false;
        done->text = "not reproducible: two builds of the same commit differ in " + count(differs->size(), "file");
        for (const auto& each : *differs) done->detail += each + "\n";
        done->facts.clear();
        co_return done;
    }

private:
    /// One run in a checkout of its own.
    static task<result<outcome>> run_once(context here, release::program program, std::string commit,
                                          std::string tree) {
        std::error_code ignored;
        std::filesystem::remove_all(tree, ignored);
        std::filesystem::create_directories(std::filesystem::path{tree}.parent_path(), ignored);
        const auto out = co_await here.with.transport->checkout(here.with.clone->directory(), commit, tree);
        if (!out) co_return out.error();
        process::command what;
        for (const auto& each : program.argv) what.argv.push_back(fill(each, *here.state));
        what.directory = tree;
        what.environment = process::inherited(program.environment);
        what.environment["SLIPWAY_VERSION"] = here.state->version;
        what.total_timeout = program.timeout;
        what.idle_timeout = program.idle_timeout;
        what.log_file = here.log_file;
        const auto began = here.with.time->now();
        const auto ran = co_await here.with.processes->run(std::move(what));
        if (!ran) co_return ran.error();
        outcome done;
        done.ok = ran->how == process::ending::exited && ran->code == 0;
        done.text = "`" + process::to_words(program.argv) + "`: " + how_it_ended(*ran, program) + " after " +
                    to_words(here.with.time->now() - began);
        done.data["commit"] = commit;
        done.data["log"] = here.log_file;
        if (done.ok) co_return done;
        done.detail = tail(ran->out + (ran->err.empty() ? "" : "\n" + ran->err));
        done.files.push_back(log_attachment(here));
        co_return done;
    }

    /// What the build left in its checkout, as a commit on top of what was built: it lies in the clone, where later
    /// steps find it, on whatever machine they run.
    static task<result<std::string>> keep_built(context here, act intent, git::repository* repository,
                                                std::string commit, std::string tree) {
        const auto changes = co_await repository->work_tree_changes(tree, commit);
        if (!changes) co_return changes.error();
        std::vector<std::string> paths;
        paths.reserve(changes->size());
        for (const auto& each : *changes) paths.push_back(each.path);
        auto edits = co_await repository->read_work_tree(tree, std::move(paths));
        if (!edits) co_return edits.error();
        git::new_commit wanted;
        wanted.parents = {commit};
        wanted.edits = std::move(*edits);
        wanted.author = wanted.committer = pinned_signature(*here.project, intent.intended);
        wanted.message =
            "What the asset build of " + here.state->version + " made\n\nRelease-Id: " + here.state->id + "\n";
        const auto made = co_await repository->create_commit(std::move(wanted));
        if (!made) co_return made.error();
        const auto kept = co_await keep_commit(here, repository, *made);
        if (!kept) co_return kept.error();
        co_return *made;
    }

    /// Paths whose bytes or mode differ between two work trees of one commit.
    static task<result<std::vector<std::string>>> differences(git::repository* repository, std::string commit,
                                                              std::string one, std::string two) {
        std::set<std::string> touched;
        for (const auto& tree : {one, two}) {
            const auto changes = co_await repository->work_tree_changes(tree, commit);
            if (!changes) co_return changes.error();
            for (const auto& each : *changes) touched.insert(each.path);
        }
        const std::vector<std::string> paths{touched.begin(), touched.end()};
        const auto first = co_await repository->read_work_tree(one, paths);
        if (!first) co_return first.error();
        const auto second = co_await repository->read_work_tree(two, paths);
        if (!second) co_return second.error();
        std::vector<std::string> differing;
        for (const auto& path : paths) {
            const auto a = first->find(path);
            const auto b = second->find(path);
            const bool both = a != first->end() && b != second->end();
            if (!both || a->second.content != b->second.content || a->second.mode != b->second.mode)
                differing.push_back(path);
        }
        co_return differing;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_run() {
    return std::make_unique<run>();
}

}  // namespace slipway::steps
