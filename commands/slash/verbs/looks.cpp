// status, plan, notes, errors, history, help: what people ask without changing anything. From the store alone (R1.9).
#include "commands/slash/verbs/all.hpp"
#include "commands/views/error_cards.hpp"
#include "commands/views/plan.hpp"
#include "commands/views/replies.hpp"
#include "commands/views/ways_back.hpp"
#include "integrations/base/json.hpp"

namespace slipway::slash {
namespace {

/// Lock, freeze, queue, and what production says it runs: from the store alone.
task<views::markup> around_release(desk& with, project_pointer project) {
    views::markup words;
    const auto house = co_await with.releases.load_project(project->name);
    if (house) words = views::house_words(**house, views::names{*project}, with.time.now());
    const auto seen = co_await with.memory.document_of("observed", project->name);
    if (!seen || !*seen) co_return words;
    views::observed_version found;
    found.observed = text_at(**seen, "observed");
    found.recorded = text_at(**seen, "recorded");
    const auto* matches = (*seen)->if_contains("matches");
    found.matches = matches != nullptr && matches->is_bool() && matches->get_bool();
    found.since = from_iso(text_at(**seen, "since")).value_or(instant{});
    if (!words.empty()) words += slack::say("\n");
    words += views::observed_words(found);
    co_return words;
}

class status final : public verb {
public:
    std::string name() const override { return "status"; }
    bool acts() const override { return false; }
    std::string usage() const override { return "status"; }
    std::string help() const override { return "Where the release is, what it waits for, and who can act."; }
    task<result<answer>> run(desk& with, asked question) override {
        const auto state = co_await current_release(with, question.project);
        if (!state) co_return state.error();
        auto said = views::status_reply(**state, views::names{*question.project});
        const auto more = co_await around_release(with, question.project);
        if (!more.empty()) said.thread_parts.push_back(views::reply(more));
        co_return said;
    }
};

class plan final : public verb {
public:
    std::string name() const override { return "plan"; }
    bool acts() const override { return false; }
    std::string usage() const override { return "plan [VERSION]"; }
    std::string help() const override { return "The checklist, step by step, as it would run."; }
    task<result<answer>> run(desk& with, asked question) override {
        const auto list = with.checklist(*question.project);
        if (!list) co_return list.error();
        const auto version = question.words.empty() ? std::string{"VERSION"} : first_word(question.words).first;
        co_return views::plan_message("How " + question.project->name + " " + version + " would run", *list,
                                      words_of(with, *list, *question.project, version));
    }
};

class notes final : public verb {
public:
    std::string name() const override { return "notes"; }
    bool acts() const override { return false; }
    std::string usage() const override { return "notes"; }
    std::string help() const override { return "The notes and the changelog entry so far."; }
    task<result<answer>> run(desk& with, asked question) override {
        const auto state = co_await current_release(with, question.project);
        if (!state) co_return state.error();
        co_return views::notes_reply(**state, views::names{*question.project});
    }
};

class errors_verb final : public verb {
public:
    std::string name() const override { return "errors"; }
    bool acts() const override { return false; }
    std::string usage() const override { return "errors"; }
    std::string help() const override { return "The errors after the deploy, their issues and who has them."; }
    task<result<answer>> run(desk& with, asked question) override {
        const auto state = co_await current_release(with, question.project);
        if (!state) co_return state.error();
        co_return views::errors_reply(**state, views::names{*question.project});
    }
};

class history final : public verb {
public:
    std::string name() const override { return "history"; }
    bool acts() const override { return false; }
    std::string usage() const override { return "history"; }
    std::string help() const override { return "The last releases and how they ended."; }
    task<result<answer>> run(desk& with, asked question) override {
        constexpr std::size_t most = 10;
        const auto ids = co_await with.releases.ids(question.project->name);
        if (!ids) co_return ids.error();
        const views::names people{*question.project};
        slack::message_builder said{slack::say("The last releases of {}", untrusted{question.project->name})};
        said.header("The last releases of " + question.project->name);
        std::size_t shown = 0;
        for (auto each = ids->rbegin(); each != ids->rend() && shown < most; ++each, ++shown) {
            const auto state = co_await with.releases.load(*each);
            if (!state) co_return state.error();
            const auto& one = **state;
            const auto version = (one.kind == "release" ? "" : one.kind + " ") + one.version + " (attempt " +
                                 std::to_string(one.attempt) + ")";
            const auto status = release::to_words(release::status_of(one)) +
                                (one.abandoned ? ", abandoned: published and never deployed" : "") +
                                (one.broken.empty() ? "" : ", 🟥 break-glass");
            said.section(slack::say("{}: {}, begun {} by {}", untrusted{version}, untrusted{status},
                                    untrusted{to_iso(one.started).substr(0, 16) + " UTC"}, people.of(one.requester)));
        }
        if (shown == 0) said.section(slack::say("There has been none yet. `/release start VERSION` starts the first."));
        co_return said.render();
    }
};

class help_verb final : public verb {
public:
    std::string name() const override { return "help"; }
    bool acts() const override { return false; }
    std::string usage() const override { return "help"; }
    std::string help() const override { return "This list."; }
    task<result<answer>> run(desk&, asked) override {
        std::vector<views::verb_help> lines;
        for (const auto& each : all_verbs()) lines.push_back({each->usage(), each->help()});
        co_return views::help_reply(lines);
    }
};

}  // namespace

std::unique_ptr<verb> create_status() {
    return std::make_unique<status>();
}
std::unique_ptr<verb> create_plan() {
    return std::make_unique<plan>();
}
std::unique_ptr<verb> create_notes() {
    return std::make_unique<notes>();
}
std::unique_ptr<verb> create_errors() {
    return std::make_unique<errors_verb>();
}
std::unique_ptr<verb> create_history() {
    return std::make_unique<history>();
}
std::unique_ptr<verb> create_help() {
    return std::make_unique<help_verb>();
}

}  // namespace slipway::slash
