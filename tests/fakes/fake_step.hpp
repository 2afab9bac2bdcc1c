// Step kinds over a little world that remembers: what took effect (by key), who was asked, what was performed. Every
// way a step can go wrong is a word.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "commands/steps/step.hpp"
#include "integrations/base/json.hpp"
#include "integrations/store/store.hpp"
#include "tests/fakes/for_ever.hpp"

namespace slipway::fakes {

struct world {
    enum class fault {
        hang,               ///< never comes back; nothing happened
        hang_after_effect,  ///< it happened, and never comes back
        reply_lost,         ///< it happened; the answer was lost
        lost_before,        ///< it did not happen; the answer was lost
        unreachable,        ///< surely not happened
        says_no,            ///< an outcome that is not ok
        refused,            ///< a definite failure
        refused_but_done,   ///< it happened, and the answer says that it was refused
        bug,                ///< an exception
    };
    std::map<std::string, std::deque<fault>> faults;                ///< by step id, for looks and performs
    std::map<std::string, std::deque<steps::answer>> answers;       ///< by step id: what the next probes say
    std::map<std::string, std::vector<release::item_state>> lists;  ///< by step id: what a look finds

    std::vector<std::string> log;      ///< "look merges", "probe push", "perform push", "stopped push"
    std::set<std::string> effects;     ///< keys of what took effect
    std::vector<std::string> unnoted;  ///< performs whose intent was not in the store when they began

    int count(const std::string& what) const { return static_cast<int>(std::ranges::count(log, what)); }
    std::optional<fault> next(const std::string& step) {
        auto& waiting = faults[step];
        if (waiting.empty()) return std::nullopt;
        const auto one = waiting.front();
        waiting.pop_front();
        return one;
    }
};

class fake_kind final : public steps::step_kind {
public:
    fake_kind(world& outside, release::kind_facts facts) : outside_{outside}, facts_{std::move(facts)} {}

    release::kind_facts facts() const override { return facts_; }
    std::string plan(const release::step_rule& rule, const release::project_settings&,
                     const std::string& version) const override {
        return "would do " + rule.id + " for " + version;
    }
    task<result<steps::look_outcome>> look(steps::context here) override {
        outside_.log.push_back("look " + here.rule.id);
        const auto wrong = outside_.next(here.rule.id);
        if (wrong) {
            auto failed = co_await go_wrong(*wrong, here.rule.id);
            co_return failed;
        }
        steps::look_outcome seen;
        for (const auto& each : outside_.lists[here.rule.id])
            if (!outside_.effects.contains(each.id)) seen.items.push_back(each);
        seen.complete = seen.items.empty();
        seen.found.summary = std::to_string(seen.items.size()) + " open";
        seen.found.fingerprint = std::to_string(seen.items.size());
        co_return seen;
    }
    task<result<steps::probe_outcome>> probe(steps::context here, steps::act intent) override {
        outside_.log.push_back("probe " + here.rule.id);
        steps::probe_outcome found;
        found.text = "that is what the other side says";
        auto& told = outside_.answers[here.rule.id];
        if (!told.empty()) {
            found.what = told.front();
            told.pop_front();
        } else {
            found.what = outside_.effects.contains(intent.key) ? steps::answer::done : steps::answer::not_done;
        }
        co_return found;
    }
    task<result<steps::outcome>> perform(steps::context here, steps::act intent) override {
        outside_.log.push_back("perform " + here.rule.id);
        if (here.with.store != nullptr) co_await check_intent(here, intent);
        const auto wrong = outside_.next(here.rule.id);
        const bool acts = !wrong || *wrong == world::fault::hang_after_effect || *wrong == world::fault::reply_lost ||
                          *wrong == world::fault::refused_but_done;
        if (acts) {
            outside_.effects.insert(intent.key);
            if (!intent.item.empty()) outside_.effects.insert(intent.item);
        }
        if (wrong && *wrong != world::fault::says_no) {
            auto failed = co_await go_wrong(*wrong, here.rule.id);
            co_return failed;
        }
        steps::outcome ended;
        ended.ok = !wrong;
        ended.text = ended.ok ? here.rule.id + " did it" : here.rule.id + " said no";
        co_return ended;
    }

private:
    task<failure> go_wrong(world::fault how, std::string step) {
        switch (how) {
            case world::fault::hang:
            case world::fault::hang_after_effect:
                try {
                    co_await for_ever();
                } catch (...) {
                    outside_.log.push_back("stopped " + step);
                    throw;
                }
                break;
            case world::fault::bug:
                throw std::logic_error{"index out of range"};
            case world::fault::unreachable:
                co_return failure{errc::unavailable, "the other side could not be reached"};
            case world::fault::refused:
            case world::fault::refused_but_done:
                co_return failure{errc::refused, "the other side refused"};
            case world::fault::reply_lost:
            case world::fault::lost_before:
            case world::fault::says_no:
                break;
        }
        co_return failure{errc::lost, "the answer was lost"};
    }
    task<> check_intent(steps::context here, steps::act intent) {
        const auto events = co_await here.with.store->read("release/" + here.state->id);
        bool noted = false;
        if (events)
            for (const auto& each : *events)
                noted =
                    noted || (each.event.type.ends_with("_intended") && text_at(each.event.data, "key") == intent.key);
        if (!noted) outside_.unnoted.push_back(here.rule.id);
    }

    world& outside_;
    release::kind_facts facts_;
};

inline auto fake_kinds(world& outside, const release::kinds& table) {
    std::map<std::string, std::unique_ptr<steps::step_kind>, std::less<>> made;
    for (const auto& [name, facts] : table) made[name] = std::make_unique<fake_kind>(outside, facts);
    return made;
}

}  // namespace slipway::fakes
