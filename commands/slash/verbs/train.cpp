// train: releases of several projects begun together, whose gate to production is one decision (R9.5).
#include "commands/steps/train/train.hpp"
#include "commands/changelog/version.hpp"
#include "commands/slash/starting.hpp"
#include "commands/slash/verbs/all.hpp"
#include "commands/views/replies.hpp"
#include "integrations/base/described.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::slash {
namespace {

constexpr const char* gate_step = "build";

struct wanted_lane {
    project_pointer project;
    std::string version;
};

result<wanted_lane> lane_of(const desk& with, const std::string& name, const std::string& version) {
    const auto project = with.project(name);
    if (!project) {
        const auto why = with.why_disabled(name);
        return failure{errc::invalid, why.empty()
                                          ? "There is no project `" + name +
                                                "`. A train is `/release train PROJECT VERSION PROJECT VERSION …`."
                                          : "The project " + name + " is switched off: " + why};
    }
    const auto grammar = changelog::version_grammar::create(project->version.grammar);
    if (!grammar) return grammar.error();
    const auto parsed = grammar->parse(version);
    if (!parsed) return parsed.error().within(name);
    return wanted_lane{project, version};
}

class train final : public verb {
public:
    std::string name() const override { return "train"; }
    std::string usage() const override { return "train PROJECT VERSION PROJECT VERSION …"; }
    std::string help() const override {
        return "Starts releases of several projects together; one decision, at the first, sends all of them to "
               "production.";
    }
    task<result<answer>> run(desk& with, asked question) override {
        const auto lanes = co_await read_lanes(with, question);
        if (!lanes) co_return lanes.error();
        // Everything that can be refused is refused before the first one begins.
        std::vector<release::start> starts;
        for (const auto& each : *lanes) {
            auto begun = co_await prepared(with, question, each, starts.empty());
            if (!begun) co_return begun.error().within(each.project->name);
            starts.push_back(std::move(*begun));
        }
        steps::train of;
        of.id = "train/" + starts.front().id;
        for (const auto& each : starts) of.lanes.push_back({each.project, each.version, each.id});
        std::string begun;
        for (std::size_t i = 0; i < starts.size(); ++i) {
            starts[i].facts[steps::train_fact] = to_described(of);
            const auto who = co_await actor_of(with, (*lanes)[i].project, question.who.who.team, question.who.who.user);
            auto parts = i == 0 ? question.companions() : conductor::companions{};
            const auto named = starts[i].project + " " + starts[i].version;
            const auto state =
                co_await with.releases.begin(std::move(starts[i]), who, "slack " + question.inbox_id, std::move(parts));
            if (!state && begun.empty()) co_return state.error();
            if (!state)
                co_return failure{errc::refused, named + " could not begin: " + state.error().sentence() +
                                                     " The train waits for it; begun are " + begun +
                                                     ". Leave it behind at the train's step, or abort those."};
            begun += (begun.empty() ? "" : ", ") + named;
        }
        co_return views::reply(
            slack::say("The train has begun: {}. Each has its own board; the question to production "
                       "is asked once, at {}.",
                       begun, of.lanes.front().project + " " + of.lanes.front().version));
    }

private:
    /// The project of the channel may have been taken off the front already: then its version stands there alone.
    static task<result<std::vector<wanted_lane>>> read_lanes(desk& with, asked question) {
        std::vector<std::string> words;
        for (auto next = first_word(question.words); !next.first.empty(); next = first_word(next.rest))
            words.push_back(next.first);
        if (words.size() % 2 == 1) words.insert(words.begin(), question.project->name);
        std::vector<wanted_lane> lanes;
        for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
            auto lane = lane_of(with, words[i], words[i + 1]);
            if (!lane) co_return lane.error();
            for (const auto& each : lanes)
                if (each.project->name == lane->project->name)
                    co_return failure{errc::invalid, lane->project->name + " stands twice in the train."};
            lanes.push_back(std::move(*lane));
        }
        if (lanes.size() < 2)
            co_return failure{errc::invalid,
                              "A train has at least two projects: `/release train PROJECT VERSION PROJECT "
                              "VERSION`. One alone is `/release start VERSION`."};
        co_return lanes;
    }

    static task<result<release::start>> prepared(desk& with, asked question, wanted_lane lane, bool is_first) {
        const auto who = co_await actor_of(with, lane.project, question.who.who.team, question.who.who.user);
        const auto rights = lane.project->rights.empty() ? release::default_rights() : lane.project->rights;
        if (const auto allowed = release::may(rights, "start", who); !allowed) co_return allowed.error();
        const auto house = co_await with.releases.load_project(lane.project->name);
        if (!house) co_return house.error();
        if (const auto free = release::may_begin(**house, {}, "release", with.time.now()); !free)
            co_return free.error();
        const auto busy = co_await with.releases.live(lane.project->name);
        if (!busy) co_return busy.error();
        if (*busy) co_return failure{errc::refused, "A release is under way already: " + **busy + "."};
        auto begun = co_await prepare_start(with, lane.project, question.who.who, lane.version);
        if (!begun) co_return begun.error();
        auto plan = steps::plan_of_lane(begun->plan, gate_step, is_first);
        if (!plan) co_return plan.error();
        begun->plan = std::move(*plan);
        co_return begun;
    }
};

}  // namespace

std::unique_ptr<verb> create_train() {
    return std::make_unique<train>();
}

}  // namespace slipway::slash
