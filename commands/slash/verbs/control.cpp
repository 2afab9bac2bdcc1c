// hold, resume, retry, skip, abort, note: a command to the live release, and one sentence back.
#include <functional>

#include "commands/slash/verbs/all.hpp"
#include "commands/views/replies.hpp"

namespace slipway::slash {
namespace {

/// A verb that is one command of the rules.
class control final : public verb {
public:
    using builder = std::function<result<release::command>(const std::string& words)>;
    control(std::string name, std::string usage, std::string help, builder build, std::string said)
        : name_{std::move(name)},
          usage_{std::move(usage)},
          help_{std::move(help)},
          build_{std::move(build)},
          said_{std::move(said)} {}

    std::string name() const override { return name_; }
    std::string usage() const override { return usage_; }
    std::string help() const override { return help_; }
    task<result<answer>> run(desk& with, asked question) override {
        const auto command = build_(question.words);
        if (!command) co_return command.error();
        const auto live = co_await live_release(with, question.project);
        if (!live) co_return live.error();
        const auto id = (*live)->id;
        const auto after =
            co_await with.releases.ask(id, *command, question.who, "slack " + question.inbox_id, question.companions());
        if (!after) co_return after.error();
        co_return views::reply(views::names{*question.project}.sentence(said_));
    }

private:
    std::string name_, usage_, help_;
    builder build_;
    std::string said_;
};

result<release::command> skip_of(const std::string& words) {
    auto [step, reason] = first_word(words);
    if (step.empty())
        return failure{errc::invalid,
                       "Say which step and why: `/release skip STEP REASON`. `/release status` shows the steps."};
    return release::command{release::skip{step, reason}};
}

result<release::command> abort_of(const std::string& words) {
    auto [version, reason] = first_word(words);
    return release::command{release::abort{version, reason}};
}

result<release::command> break_glass_of(const std::string& words) {
    auto [step, rest] = first_word(words);
    auto [version, reason] = first_word(rest);
    if (step.empty() || version.empty())
        return failure{errc::invalid,
                       "Say which gate, the version and why: `/release break-glass STEP VERSION REASON`. "
                       "`/release status` shows what the release waits for."};
    return release::command{release::break_glass{step, "", version, reason}};
}

}  // namespace

std::unique_ptr<verb> create_break_glass() {
    return std::make_unique<control>(
        "break-glass", "break-glass STEP VERSION REASON",
        "Opens a gate past its rules, in an emergency; the leads of all roles are told.", break_glass_of,
        "The gate is open. The leads of all roles have been told, and the release carries a red mark.");
}

std::unique_ptr<verb> create_hold() {
    return std::make_unique<control>(
        "hold", "hold REASON", "Nothing new starts until somebody resumes; what runs finishes.",
        [](const std::string& words) { return result<release::command>{release::hold{words}}; },
        "The release is on hold. What is running finishes, nothing new starts. `/release resume` lets it go on.");
}

std::unique_ptr<verb> create_resume() {
    return std::make_unique<control>(
        "resume", "resume", "Lets a release that is on hold go on.",
        [](const std::string&) { return result<release::command>{release::resume{}}; }, "The release goes on.");
}

std::unique_ptr<verb> create_retry() {
    return std::make_unique<control>(
        "retry", "retry [STEP]", "Repeats what failed, or one step and everything that depends on it.",
        [](const std::string& words) { return result<release::command>{release::retry{first_word(words).first}}; },
        "It is tried again.");
}

std::unique_ptr<verb> create_skip() {
    return std::make_unique<control>("skip", "skip STEP REASON",
                                     "Leaves a step out; who and why stay visible for ever.", skip_of,
                                     "The step is skipped.");
}

std::unique_ptr<verb> create_abort() {
    return std::make_unique<control>(
        "abort", "abort VERSION REASON", "Ends the release; type its version so that it cannot be a slip.", abort_of,
        "The release is being aborted. The board lists what already took effect; nothing is undone by itself.");
}

std::unique_ptr<verb> create_note() {
    return std::make_unique<control>(
        "note", "note TEXT", "Keeps a line for the changelog.",
        [](const std::string& words) { return result<release::command>{release::add_note{words}}; },
        "Noted; it goes into the changelog entry.");
}

}  // namespace slipway::slash
