// Locks, freezes and the queue of a project; and what a lock means for the release that runs.
#include <algorithm>

#include "commands/release/project_state.hpp"
#include "commands/release/rules_parts.hpp"

namespace slipway::release {
namespace {

using rules::name;
using rules::refuse;
using rules::until_words;
using house_events = std::vector<project_event>;

std::string owner_of(const lock_state& lock) {
    return lock.automatic ? "Slipway" : name(lock.owner);
}

std::string held_words(const lock_state& lock, instant now) {
    return "locked by " + owner_of(lock) + " " + until_words(lock.until, now) + ": " + lock.reason;
}

result<> check_lasts(milliseconds lasts, std::string_view verb) {
    if (lasts >= milliseconds{60'000} && lasts <= longest_lock) return {};
    return refuse("Say for how long, from one minute to 30 days: `/release " + std::string{verb} + " REASON 2h`.");
}

struct house_rules {
    const project_state& state;
    const actor& who;
    instant now;
    const std::map<std::string, std::vector<std::string>>& rights;

    std::int64_t next_number() const { return state.journal + 1; }
    const lock_state* lock() const { return state.lock && state.lock->holds_at(now) ? &*state.lock : nullptr; }
    const lock_state* freeze() const { return state.freeze && state.freeze->holds_at(now) ? &*state.freeze : nullptr; }

    result<house_events> operator()(const take_lock& asked) const {
        if (const auto allowed = may(rights, "lock", who); !allowed) return allowed.error();
        if (const auto fine = check_lasts(asked.lasts, "lock"); !fine) return fine.error();
        if (const auto reason = rules::check_reason(asked.reason, "the lock"); !reason) return reason.error();
        person_id instead_of;
        if (const auto* held = lock(); held != nullptr && !asked.automatic) {
            const bool mine = !held->automatic && held->owner == who.who;
            if (!mine && !asked.force)
                return refuse("The project is " + held_words(*held, now) +
                              ". Only one lock at a time: ask them, or take it over with `/release lock --force "
                              "REASON 2h`; they are told by direct message.");
            if (!mine)
                if (const auto reason =
                        rules::check_full_reason(asked.reason, "taking over the lock of " + owner_of(*held));
                    !reason)
                    return reason.error();
            if (!mine && !held->automatic) instead_of = held->owner;
        }
        return house_events{
            lock_taken{{next_number(), who.who, asked.reason, now, now + asked.lasts, asked.automatic}, instead_of}};
    }

    result<house_events> operator()(const remove_lock& asked) const {
        if (const auto allowed = may(rights, "lock", who); !allowed) return allowed.error();
        const auto* held = lock();
        if (held == nullptr) return refuse("The project is not locked. `/release status` shows what it waits for.");
        const auto number = std::to_string(held->number);
        if (asked.number == 0)
            return refuse("The project is " + held_words(*held, now) +
                          ". To take away this lock, name it: `/release "
                          "unlock " +
                          number + "`.");
        if (asked.number != held->number)
            return failure{errc::moved, "Lock " + std::to_string(asked.number) + " is gone; what holds now is lock " +
                                            number + ", " + held_words(*held, now) +
                                            ". When you mean this one: `/release unlock " + number + "`."};
        const bool foreign = !held->automatic && held->owner != who.who;
        if (foreign && !asked.force)
            return refuse("Lock " + number + " belongs to " + owner_of(*held) + " (" + held->reason +
                          "). Ask them, or `/release unlock " + number +
                          " --force REASON`; they are told by direct message.");
        if (foreign)
            if (const auto reason =
                    rules::check_full_reason(asked.reason, "unlocking what " + owner_of(*held) + " locked");
                !reason)
                return reason.error();
        return house_events{lock_removed{held->number, who.who, asked.reason, now}};
    }

    result<house_events> operator()(const declare_freeze& asked) const {
        if (const auto allowed = may(rights, "freeze", who); !allowed) return allowed.error();
        if (const auto fine = check_lasts(asked.lasts, "freeze"); !fine) return fine.error();
        if (const auto reason = rules::check_reason(asked.reason, "the freeze"); !reason) return reason.error();
        return house_events{
            freeze_declared{{next_number(), who.who, asked.reason, now, now + asked.lasts, /*automatic=*/false}}};
    }

    result<house_events> operator()(const lift_freeze&) const {
        if (const auto allowed = may(rights, "freeze", who); !allowed) return allowed.error();
        const auto* held = freeze();
        if (held == nullptr)
            return refuse("Nobody declared a freeze. One of the calendar ends by itself, or in the project file.");
        return house_events{freeze_lifted{held->number, who.who, now}};
    }

    result<house_events> operator()(const queue_start& asked) const {
        if (const auto allowed = may(rights, "start", who); !allowed) return allowed.error();
        const auto same = std::ranges::find(state.queue, asked.wanted.version, &queued_start::version);
        if (same != state.queue.end())
            return refuse(asked.wanted.version + " waits already, number " +
                          std::to_string(same - state.queue.begin() + 1) + " in the queue, for " + name(same->by) +
                          ".");
        return house_events{start_queued{asked.wanted}};
    }

    result<house_events> operator()(const drop_start& asked) const {
        if (const auto allowed = may(rights, "start", who); !allowed) return allowed.error();
        const auto found = std::ranges::find_if(state.queue, [&](const queued_start& each) {
            return asked.version.empty() ? each.by == who.who : each.version == asked.version;
        });
        if (found == state.queue.end())
            return refuse(asked.version.empty() ? std::string{"Nothing of yours waits in the queue."}
                                                : asked.version + " does not wait in the queue.");
        return house_events{start_dropped{found->version, who.who, asked.reason, now}};
    }
};

}  // namespace

result<std::vector<project_event>> decide(const project_state& state, const project_command& asked, const actor& who,
                                          instant now, const std::map<std::string, std::vector<std::string>>& rights) {
    return std::visit(house_rules{state, who, now, rights}, asked);
}

result<> may_begin(const project_state& house, const circumstances& around, std::string_view kind, instant now) {
    if (house.lock && house.lock->holds_at(now)) {
        const auto number = std::to_string(house.lock->number);
        return refuse("Nothing starts, the project is " + held_words(*house.lock, now) +
                      ". When its cause is gone: `/release unlock " + number + "`.");
    }
    if (kind != "release") return {};  // the ways back are never stopped by a freeze (R4.7, R6.7)
    if (house.freeze && house.freeze->holds_at(now))
        return refuse("A freeze is on, declared by " + name(house.freeze->owner) + " " +
                      until_words(house.freeze->until, now) + ": " + house.freeze->reason +
                      ". `/release freeze end` lifts it; `/release hotfix` and `/release rollback` are not stopped.");
    if (around.frozen)
        return refuse("A freeze is on " + until_words(around.frozen->until, now) + ": " + around.frozen->reason +
                      ". `/release freeze` shows the calendar; `/release hotfix` and `/release rollback` are not "
                      "stopped.");
    return {};
}

namespace rules {

std::string until_words(instant until, instant now) {
    if (until <= now) return "for as long as can be seen";
    const auto day = to_iso(until).substr(0, 10);
    if (day == to_iso(now).substr(0, 10)) return "until " + clock_time(until);
    return "until " + day + " " + clock_time(until);
}

result<> check_not_locked(const release_state& state, instant now) {
    if (!state.locked || !state.locked->holds_at(now)) return {};
    return refuse("The project is " + held_words(*state.locked, now) +
                  ". What cannot be undone waits; when the cause is gone: `/release unlock " +
                  std::to_string(state.locked->number) + "`.");
}

result<events> decide(const question& q, const lock_seen& asked) {
    if (!q.state.is_live()) return events{};
    return events{release_locked{asked.lock}};
}

result<events> decide(const question& q, const unlock_seen& asked) {
    if (!q.state.is_live() || !q.state.locked || q.state.locked->number != asked.number) return events{};
    return events{release_unlocked{asked.number, q.who.who, q.now}};
}

}  // namespace rules
}  // namespace slipway::release
