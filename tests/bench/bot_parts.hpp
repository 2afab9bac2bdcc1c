// What benches of whole bots share: steps that go well at once, the default checklist, a project for each release.
#pragma once

#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

#include "commands/steps/step.hpp"

namespace slipway::bench {

/// Everything goes well at once, and there is never anything to decide about; what waits, waits for a gate.
class quiet_kind final : public steps::step_kind {
public:
    explicit quiet_kind(release::kind_facts facts) : facts_{std::move(facts)} {}
    release::kind_facts facts() const override { return facts_; }
    std::string plan(const release::step_rule& rule, const release::project_settings&,
                     const std::string&) const override {
        return rule.title;
    }
    task<result<steps::look_outcome>> look(steps::context) override {
        steps::look_outcome seen;
        seen.found.summary = "nothing is open";
        seen.found.fingerprint = "1";
        seen.complete = true;
        co_return seen;
    }
    task<result<steps::probe_outcome>> probe(steps::context, steps::act) override { co_return steps::probe_outcome{}; }
    task<result<steps::outcome>> perform(steps::context here, steps::act) override {
        steps::outcome done;
        done.text = here.rule.title;
        co_return done;
    }

private:
    release::kind_facts facts_;
};

inline release::checklist default_checklist() {
    std::ifstream in{SLIPWAY_SOURCE_DIR "/deploy/checklists/default.yaml"};
    std::ostringstream text;
    text << in.rdbuf();
    std::vector<release::kind_facts> kinds;
    for (const auto& [name, facts] : steps::kind_table()) kinds.push_back(facts);
    auto read = release::read_checklist(text.str(), "default.yaml", kinds,
                                        {{"developer", 2}, {"qa", 1}, {"release-manager", 1}, {"dba", 1}});
    if (!read.problems.empty()) throw std::runtime_error{read.problems.front().text()};
    return std::move(read.list);
}

inline std::string project_of(int number) {
    auto digits = std::to_string(number);
    digits.insert(0, 5 - digits.size(), '0');
    return "project" + digits;
}

using project_map = std::map<std::string, std::shared_ptr<const release::project_settings>>;

/// Each with its own channel and its own signers when `apart`.
inline project_map projects_for(int releases, bool apart) {
    project_map all;
    for (int i = 0; i < releases; ++i) {
        release::project_settings made;
        made.name = made.title = project_of(i);
        made.channel = apart ? "C" + std::to_string(i) : "C1";
        const auto own = apart ? std::to_string(i) : "";
        made.roles = {{"release-manager", {"UANA"}},
                      {"developer", {"UDEE" + own, "UEVE" + own}},
                      {"qa", {"UQUINN" + own}},
                      {"dba", {"UDAN" + own}}};
        made.people = {{"UANA", "ana", "Ana", {}}, {"UDEE" + own, "dee" + own, "Dee", {}}};
        auto name = made.name;
        all[std::move(name)] = std::make_shared<release::project_settings>(std::move(made));
    }
    return all;
}

/// What Ana types to begin it.
inline release::start wish_for(int number, const release::project_settings& project, const release::checklist& plan) {
    release::start wish;
    wish.project = project_of(number);
    wish.version = "1.4.0";
    wish.id = wish.project + "-1.4.0-1";
    wish.channel = project.channel;
    wish.team = "T1";
    wish.plan = plan;
    wish.rights = release::default_rights();
    wish.facts["candidate"] = "c0ffee";
    wish.facts["base"] = "ba5e";
    return wish;
}
inline release::actor ana() {
    return {.who = {"T1", "UANA"}, .roles = {"release-manager"}, .roles_known = true, .is_robot = false};
}

}  // namespace slipway::bench
