// Bots on one store: each with its own journal and conductor, over a world that remembers and a clock that the bench
// moves whenever nothing else happens.
#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <memory>
#include <string>

#include "commands/conductor/conductor.hpp"
#include "tests/fakes/fake_step.hpp"
#include "tests/fakes/hand_clock.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/small_release.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway::conductor {

struct bench {
    explicit bench(release::kinds facts = fakes::small_kinds()) : table{std::move(facts)} {
        services.time = &clock;
        services.store = memory.get();
    }
    bench(const bench&) = delete;
    bench& operator=(const bench&) = delete;
    ~bench() { run(memory->close()); }

    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }
    journal new_journal(renderer render = render_release) { return new_journal_on(*memory, std::move(render)); }
    journal new_journal_on(store::store& database, renderer render = render_release) {
        return {database, clock, projects(), std::move(render), table};
    }
    /// Plain maps in place of the database: quick, on the clock's time alone, and they can go away.
    void remember_in(fakes::memory_books& books) {
        run(memory->close());
        memory =
            std::make_unique<fakes::memory_store>(loop.get_executor(), books, [this] { return clock.now(); }, &clock);
        services.store = memory.get();
    }
    /// Lets that time go by, with everything that is due in it. Only over plain maps: a database has a thread.
    void pass(milliseconds span, milliseconds step = milliseconds{500}) {
        settle();
        for (milliseconds gone{0}; gone < span; gone += step) {
            clock.advance(step);
            settle();
        }
    }
    project_lookup projects() {
        return [this](const std::string& name) {
            auto made = std::make_shared<release::project_settings>(fakes::small_project());
            made->name = name;
            made->drift_poll = drift_poll;
            return made;
        };
    }
    result<state_pointer> begin(journal& releases, const std::string& project = "shop",
                                const std::string& version = "1.4.0") {
        auto wish = fakes::small_wish();
        wish.project = project;
        wish.version = version;
        wish.id = project + "-" + version + "-1";
        return run(releases.begin(std::move(wish), fakes::ana(), "test", {}));
    }
    result<state_pointer> ask(journal& releases, release::command asked, release::actor who,
                              const std::string& id = "shop-1.4.0-1") {
        return run(releases.ask(id, std::move(asked), std::move(who), "test", {}));
    }
    /// The release as the store tells it to somebody who never saw it.
    release::release_state stored(const std::string& id = "shop-1.4.0-1") {
        auto fresh = new_journal();
        return **run(fresh.load(id));
    }

    /// Lets the loop run, and the clock when nothing else happens, until `claim` is true of the stored release. Each
    /// round ends with a question to the store, so that time never outruns its thread.
    template <class Claim>
    void until(Claim claim, const std::string& id = "shop-1.4.0-1") {
        const auto cap = std::chrono::steady_clock::now() + fakes::run_cap;
        auto reader = new_journal();
        for (;;) {
            const auto state = run(reader.load(id));
            if (state && claim(**state)) return;
            if (std::chrono::steady_clock::now() > cap) FAIL("what the test waits for did not come true");
            loop.restart();
            if (loop.run_one_for(std::chrono::milliseconds{3}) == 0) clock.advance(milliseconds{250});
        }
    }
    void until_status(const std::string& step, release::step_status wanted, const std::string& id = "shop-1.4.0-1") {
        until([&](const release::release_state& state) { return state.step(step)->status == wanted; }, id);
    }
    void until_logged(const std::string& what) {
        until([&](const release::release_state&) { return outside.count(what) > 0; });
    }

    void settle() {
        loop.restart();
        while (loop.poll() > 0) loop.restart();
    }

    asio::io_context loop;
    fakes::hand_clock clock;
    fakes::world outside;
    release::kinds table;
    kind_map kinds = fakes::fake_kinds(outside, table);
    milliseconds drift_poll{60'000};
    drift_check drifts;
    fakes::temporary_folder logs;
    std::unique_ptr<store::store> memory =
        *store::open_sqlite(loop.get_executor(), ":memory:", [this] { return clock.now(); });
    steps::services services;
};

/// A bot that can be killed: what it has in flight is dropped where it stands, and nothing of it is written any more.
class bot {
public:
    bot(bench& house, std::string owner, conductor_settings settings = {})
        : bot{house, *house.memory, owner, settings} {}
    /// With its own way to the database.
    bot(bench& house, store::store& memory, std::string owner, conductor_settings settings = {})
        : house_{house}, releases{house.new_journal_on(memory)} {
        settings.owner = std::move(owner);
        settings.longest_nap = milliseconds{100};
        settings.log_directory = house.logs.file("logs");
        settings.runner = {3, 2, {milliseconds{500}, milliseconds{10'000}}};
        drives_ = std::make_unique<conductor>(
            house.loop.get_executor(), releases, memory, house.clock, [] { return 0.5; }, house.kinds, house.projects(),
            [&house](const std::string&) { return &house.services; }, house.drifts, settings);
        work_.spawn("conductor", drives_->run());
    }
    bot(const bot&) = delete;
    bot& operator=(const bot&) = delete;
    ~bot() {
        if (drives_) kill();
    }
    void kill() {
        work_.cancel();
        house_.run(work_.join());
        house_.run(drives_->stop());
        drives_.reset();
    }
    /// Ends as a bot does that is told to stop. With a grace time only over plain maps.
    void leave(milliseconds grace = milliseconds{0}) {
        work_.cancel();
        house_.run(work_.join());
        task_group ending{house_.loop.get_executor()};
        ending.spawn("hand over", drives_->hand_over(grace));
        if (grace > milliseconds{0}) house_.pass(grace + milliseconds{500});
        house_.run(ending.join());
        drives_.reset();
    }

    std::size_t in_flight() const { return drives_->in_flight(); }

private:
    bench& house_;

public:
    journal releases;

private:
    std::unique_ptr<conductor> drives_;
    task_group work_{house_.loop.get_executor()};
};

}  // namespace slipway::conductor
