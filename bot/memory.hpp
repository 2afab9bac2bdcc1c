// The database that remembers for the bot: which one, opened; and the clock that follows it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "bot/settings.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/store/store.hpp"

namespace slipway::bot {

/// Opens what the settings name and brings its schema up to date; `now` is the clock of a SQLite file. Blocks.
result<std::unique_ptr<store::store>> open_memory(executor loop, const settings& from, std::function<instant()> now);

/// The same for whoever only looks: a database that would have to be made or brought up to date first stays as it is.
/// errc::not_found = the first start makes it; errc::refused = the next start brings it up to date, or it belongs to a
/// newer or another program. Blocks.
result<std::unique_ptr<store::store>> open_to_look(executor loop, const settings& from, std::function<instant()> now);

/// The database as people know it: a file name, or name and host of a server. Never a password.
std::string place_of(const settings& from);

/// Who shares the database and who holds what in it, a line each (R11.6).
task<result<std::vector<std::string>>> holdings_of(store::store& memory);

/// A clock that several bots share: the database's, asked now and then, carried on by steady time in between. No
/// machine's clock decides what has expired (R5.15). Loop thread only.
class shared_clock final : public timers {
public:
    /// `machine` measures and sleeps; it outlives this.
    explicit shared_clock(timers& machine) : machine_{machine} {}
    instant now() const override;
    task<> sleep(milliseconds span) override { return machine_.sleep(span); }

    /// Asks once; without an answer the clock goes on as it does.
    task<result<>> ask(store::store& memory);
    /// Asks again and again, for a task_group.
    task<> follow(store::store& memory);

private:
    timers& machine_;
    std::optional<instant> told_;
    std::chrono::steady_clock::time_point told_at_;
};

}  // namespace slipway::bot
