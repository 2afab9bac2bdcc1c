// salt_ping: who answers on the target. Compared with the least that must, and with whom the last deploy reached; then
// pinned, so that everything later goes to exactly these hosts. A silent host is an item: it comes back, or a person
// leaves it out with a reason.
#include <fmt/format.h>
#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/salt_hosts.hpp"
#include "commands/steps/machines/salt_words.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/salt/salt.hpp"

namespace slipway::steps {
namespace {

constexpr const char* manager = "release-manager";
constexpr const char* leave_out = "leave-out";

/// What one test.ping says, beside what people decided.
struct roll_call {
    std::vector<std::string> answered, silent;
    std::vector<std::string> gone;  ///< of the last deploy, no longer on the target, and fewer match than must
    deployed_hosts before;
};

std::vector<std::string> names_not_in(const std::vector<std::string>& all, const std::vector<std::string>& known) {
    std::vector<std::string> left;
    for (const auto& each : all)
        if (!among(known, each)) left.push_back(each);
    return left;
}

task<result<roll_call>> call_the_roll(context here) {
    const auto& settings = here.project->salt;
    if (here.with.salt == nullptr || settings.target.empty()) co_return not_configured("Salt", "salt.target");
    const auto rows = co_await here.with.salt->ping(settings.target);
    if (!rows) co_return rows.error();
    auto before = co_await hosts_of_last_deploy(here);
    if (!before) co_return before.error();
    if (rows->complaint)
        co_return failure{errc::refused, "salt could not ask the hosts of " + settings.target + ": " +
                                             rows->complaint->raw() + ". Correct that, then `/release retry " +
                                             here.rule.id + "`."};
    roll_call made;
    made.before = std::move(*before);
    made.answered = rows->of(salt::reply::ok);
    made.silent = rows->of(salt::reply::missing);
    const auto matched = made.answered.size() + made.silent.size();
    if (static_cast<int>(matched) < settings.minimum_hosts)
        made.gone = names_not_in(names_not_in(made.before.hosts, made.answered), made.silent);
    if (static_cast<int>(matched + made.gone.size()) < settings.minimum_hosts)
        co_return failure{
            errc::refused,
            fmt::format("{} matched {}, but at least {} are expected (salt.minimum_hosts); has a host lost its role? "
                        "`/release retry {}` asks again.",
                        settings.target, count(matched, "host"), settings.minimum_hosts, here.rule.id)};
    co_return made;
}

bool is_left_out(const release::item_state* item) {
    return item != nullptr && item->status == release::item_status::done && item->chosen == leave_out;
}

std::vector<const release::item_state*> left_out(const context& here) {
    std::vector<const release::item_state*> all;
    for (const auto& each : here.step.items)
        if (is_left_out(&each)) all.push_back(&each);
    return all;
}

std::vector<std::string> names_of(const std::vector<const release::item_state*>& items) {
    std::vector<std::string> names;
    names.reserve(items.size());
    for (const auto* each : items) names.push_back(each->id);
    return names;
}

std::string difference(const roll_call& now) {
    if (now.before.hosts.empty()) return {};
    const auto fresh = names_not_in(now.answered, now.before.hosts);
    const auto gone = names_not_in(now.before.hosts, now.answered);
    std::string text;
    if (!fresh.empty()) text += "New since " + now.before.version + ": " + listed(fresh);
    if (!gone.empty())
        text += (text.empty() ? "" : ". ") + std::string{"Gone since "} + now.before.version + ": " + listed(gone);
    return text;
}

/// Whom everything later goes to.
struct pinning {
    std::vector<std::string> hosts;
    json::object facts;
    std::string words;
};

pinning pin(const context& here, const roll_call& now) {
    pinning made;
    made.hosts = now.answered;
    json::object reasons;
    std::string without;
    for (const auto* each : left_out(here)) {
        std::erase(made.hosts, each->id);
        reasons[each->id] = each->reason;
        without += (without.empty() ? "" : ", ") + each->id + " (" + each->reason + ")";
    }
    made.words = count(made.hosts.size(), "host") + " answered: " + listed(made.hosts);
    if (!without.empty()) made.words += ". Left out: " + without;
    if (const auto moved = difference(now); !moved.empty()) made.words += ". " + moved;
    made.facts["hosts"] = as_json(made.hosts);
    made.facts["hosts_left_out"] = std::move(reasons);
    return made;
}

failure nobody_left(const context& here) {
    return failure{errc::refused, "Every host was left out: there is nothing to deploy to. `/release retry " +
                                      here.rule.id + "` asks them again."};
}

std::vector<release::choice> choices_of() {
    release::choice again;
    again.id = "ask-again";
    again.label = "Ask again";
    again.style = "primary";
    again.settles = false;
    release::choice without;
    without.id = leave_out;
    without.label = "Leave it out";
    without.style = "danger";
    without.needs_reason = true;
    without.roles = {manager};
    return {std::move(again), std::move(without)};
}

class salt_ping final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("salt_ping", release::step_class::check, true); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "test.ping on " + project.salt.target + "; at least " +
               count(static_cast<std::size_t>(project.salt.minimum_hosts), "host") +
               " must answer, and who is silent comes back or is left out by a person with a reason";
    }

    task<result<look_outcome>> look(context here) override {
        const auto now = co_await call_the_roll(here);
        if (!now) co_return now.error();
        look_outcome seen;
        std::string shown;
        const auto add = [&](const std::string& host, std::string what) {
            seen.items.push_back(item_of(here, host, std::move(what)));
            shown += seen.items.back().fingerprint;
        };
        for (const auto& each : now->silent) add(each, "does not answer" + stranger_words(*now, each));
        for (const auto& each : now->gone)
            add(each, "was there at " + now->before.version + " and is not on the target any more");
        // Left out is left out, also when it answers again: somebody works on it.
        for (const auto* each : left_out(here))
            if (among(now->answered, each->id)) add(each->id, "answers again");
        const auto open = static_cast<std::size_t>(std::ranges::count_if(
            seen.items, [](const auto& each) { return each.status != release::item_status::done; }));
        seen.found.fingerprint = sha256_hex(shown).substr(0, 16);
        auto pinned = pin(here, *now);
        if (open == 0 && pinned.hosts.empty()) co_return nobody_left(here);
        seen.complete = open == 0;
        seen.found.summary =
            seen.complete ? pinned.words
                          : count(now->answered.size(), "host") + " answered, " + count(open, "host") + " did not";
        if (seen.complete) seen.facts = std::move(pinned.facts);
        co_return seen;
    }

    task<result<outcome>> perform(context here, act intent) override {
        outcome done;
        if (!intent.item.empty()) {
            done.text = intent.choice == leave_out ? "left out: " + intent.reason : "asked again";
            co_return done;
        }
        const auto now = co_await call_the_roll(here);
        if (!now) co_return now.error();
        auto pinned = pin(here, *now);
        const auto silent = names_not_in(now->silent, names_of(left_out(here)));
        done.data["answered"] = as_json(now->answered);
        done.data["missing"] = as_json(silent);
        if (!silent.empty()) {
            done.ok = false;
            done.text = "no answer from " + listed(silent) + "; bring " + (silent.size() == 1 ? "it" : "them") +
                        " back, then `/release retry " + here.rule.id + "`";
            co_return done;
        }
        if (pinned.hosts.empty()) co_return nobody_left(here);
        done.text = std::move(pinned.words);
        done.facts = std::move(pinned.facts);
        co_return done;
    }

private:
    static release::item_state item_of(const context& here, const std::string& host, std::string what) {
        release::item_state item;
        item.id = host;
        item.title = untrusted{std::move(what)};
        item.bound = true;
        item.fingerprint = sha256_hex("silent " + host).substr(0, 16);
        const auto* before = here.step.item(host);
        if (is_left_out(before)) {
            item.status = release::item_status::done;
            item.text = before->text;
            return item;
        }
        item.asks = asked_directly(people_of_role(here, manager));
        item.choices = choices_of();
        return item;
    }
    /// A minion without cached grains matches every G@: one that the last deploy never knew may be such a stranger.
    static std::string stranger_words(const roll_call& now, const std::string& host) {
        if (now.before.hosts.empty() || among(now.before.hosts, host)) return {};
        return "; it was not there at the last deploy either: the master matches hosts whose grains it does not know";
    }
};

}  // namespace

std::unique_ptr<step_kind> create_salt_ping() {
    return std::make_unique<salt_ping>();
}

}  // namespace slipway::steps
