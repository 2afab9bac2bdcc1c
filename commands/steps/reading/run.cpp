// run: one of the project's programs (tests, assets) in a fresh private checkout of the draft; success is bound to its
// tree.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "commands/steps/candidate/draft.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/process/process.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_log = 900'000;  ///< bytes of a log that is uploaded; the whole one stays on disk

const release::program& program_of(const context& here) {
    return text_at(here.rule.with, "program") == "assets" ? here.project->assets : here.project->tests;
}

std::string read_log(const std::string& file) {
    std::ifstream in{file, std::ios::binary};
    std::ostringstream all;
    all << in.rdbuf();
    auto text = all.str();
    if (text.size() > most_log)
        text = "(the beginning is cut; the whole log is on the bot's disk)\n" + text.substr(text.size() - most_log);
    return text;
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
        return "run `" + process::to_words(program.argv) + "` in a checkout of the candidate";
    }
    task<result<outcome>> perform(context here, act) override {
        const auto& program = program_of(here);
        const auto name = text_at(here.rule.with, "program");
        if (program.argv.empty()) co_return not_configured("The program `" + name + "`", name + ".command");
        const auto commit = draft_or_candidate(*here.state);
        if (commit.empty()) co_return need_fact(here, "candidate", "pull").error();
        const auto ready = co_await here.with.clone->ready();
        if (!ready) co_return ready.error();
        const auto tree = here.with.work_directory + "/" + here.state->id + "/" + here.rule.id + "-" +
                          std::to_string(here.step.attempt);
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
        if (!done.ok) {
            done.detail = tail(ran->out + (ran->err.empty() ? "" : "\n" + ran->err));
            done.files.push_back({here.rule.id + "-" + std::to_string(here.step.attempt) + ".log", here.rule.title,
                                  read_log(here.log_file)});
        } else if (name == "assets") {
            done.facts["assets_tree"] = tree;
        }
        co_return done;
    }
};

bool is_below(const std::string& path, const std::string& folder_or_file) {
    return path == folder_or_file || (path.size() > folder_or_file.size() && path.starts_with(folder_or_file) &&
                                      (folder_or_file.ends_with('/') || path[folder_or_file.size()] == '/'));
}

/// assets_diff: which paths the build changed; anything outside the asset paths stops the release.
class assets_diff final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("assets_diff", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        std::string paths;
        for (const auto& each : project.asset_paths) paths += (paths.empty() ? "" : ", ") + each;
        return "check that the asset build changed nothing outside " +
               (paths.empty() ? std::string{"the asset paths"} : paths);
    }
    task<result<outcome>> perform(context here, act) override {
        const auto tree = need_fact(here, "assets_tree", "assets");
        if (!tree) co_return tree.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto changes = co_await (*open)->work_tree_changes(*tree, draft_or_candidate(*here.state));
        if (!changes) co_return changes.error();
        json::array inside;
        std::string listed;
        std::string outside;
        for (const auto& each : *changes) {
            bool fits = false;
            for (const auto& allowed : here.project->asset_paths) fits = fits || is_below(each.path, allowed);
            const auto line = std::string{git::to_string(each.kind)} + " " + each.path + "\n";
            (fits ? listed : outside) += line;
            if (fits) inside.emplace_back(each.path);
        }
        outcome done;
        if (!outside.empty()) {
            done.ok = false;
            done.text = "the asset build changed files outside the asset paths; nothing of it is committed";
            done.detail = outside;
            co_return done;
        }
        done.text = inside.empty() ? "the build changed nothing" : count(inside.size(), "asset file") + " changed";
        done.detail = listed;
        done.facts["asset_changes"] = std::move(inside);
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_run() {
    return std::make_unique<run>();
}
std::unique_ptr<step_kind> create_assets_diff() {
    return std::make_unique<assets_diff>();
}

}  // namespace slipway::steps
