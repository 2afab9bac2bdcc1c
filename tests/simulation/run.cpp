#include "tests/simulation/run.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "tests/simulation/judge.hpp"
#include "tests/simulation/staff.hpp"

namespace slipway::simulation {
namespace {

constexpr std::size_t most_handlers = 3'000'000;  // for each release
constexpr milliseconds longest{48 * 3'600'000};
constexpr milliseconds trouble_ends{12 * 3'600'000};

class one_run {
public:
    one_run(std::uint64_t seed, scene how)
        : how_{how}, chance_{seed}, all_{loop_, clock_, chance_, luck_, outside_, books_, slack_, how_, {}, {}} {
        made_.seed = seed;
        for (int i = 1; i <= how.releases; ++i) {
            all_.projects.push_back(project_name(i));
            outside_[project_name(i)].pushes_atomically = how.without != guard::atomic_push;
        }
        books_.checks_fences = how.without != guard::fencing;
        books_.checks_versions = how.without != guard::hold_check;
        bots_.resize(static_cast<std::size_t>(how.bots));
        versions_.assign(bots_.size(), how.updated ? version::older : version::newer);
    }

    report go() {
        for (std::size_t i = 0; i < bots_.size(); ++i) give_birth(i);
        look_around();
        if (how_.struck) strike();
        if (how_.updated) update(0);
        while (!is_over() && made_.wrong.empty()) step();
        for (std::size_t i = 0; i < bots_.size(); ++i)
            if (bots_[i]) bury(i);
        for (const auto& each : all_.projects) made_.events += static_cast<std::size_t>(replayed(all_, each).journal);
        if (made_.wrong.empty()) made_.wrong = judge(all_);
        made_.clicks = people_.clicks();
        made_.took = clock_.now() - virtual_clock::start;
        return made_;
    }

private:
    // ── the loop ─────────────────────────────────────────────────────────────────────────────────────────────────

    void step() {
        loop_.restart();
        while (loop_.poll_one() > 0) {
            if (first_dead()) break;
            if (++made_.handlers > most_handlers * all_.projects.size())
                return give_up("the run does not end: too much happens");
        }
        if (const auto dead = first_dead()) {
            bury(*dead);
            clock_.call_in(chance_.span(500, 20'000), [this, dead] { give_birth(*dead); });
            return;
        }
        if (clock_.now() - virtual_clock::start > longest) return give_up("it is not over after 48 hours");
        if (!clock_.move_on()) give_up("nobody waits for anything, and it is not over");
    }
    std::optional<std::size_t> first_dead() const {
        for (std::size_t i = 0; i < bots_.size(); ++i)
            if (bots_[i] && bots_[i]->is_dead()) return i;
        return std::nullopt;
    }
    void give_up(std::string why) {
        for (const auto& each : all_.projects) why += "\n" + stand(each);
        made_.wrong.push_back(std::move(why));
    }
    std::string stand(const std::string& project) {
        const auto state = replayed(all_, project);
        auto text = release_of(project) + " stands at " + release::to_words(release::status_of(state));
        for (const auto& each : state.steps) text += " " + each.id + "=" + release::to_words(each.status);
        return text;
    }
    void give_birth(std::size_t place) {
        bots_[place] = std::make_unique<sim_bot>(all_, "bot-" + std::to_string(++births_), versions_[place]);
        bots_[place]->start();
    }
    void bury(std::size_t place) {
        bots_[place]->bury();
        bots_[place].reset();
        ++made_.deaths;
    }
    void look_around() {
        if (clock_.now() - virtual_clock::start > trouble_ends) luck_.end();
        // What cannot be undone is no better later: the run is over.
        for (const auto& [project, world] : outside_) {
            for (const auto& each : world.twice())
                expect(false, project + ": an irreversible effect came twice, or by half: " + each);
            for (const auto& each : world.begun_blind)
                expect(false, project + ": R5.10 a change was begun while the database was away: " + each);
        }
        people_.look();
        clock_.call_in(chance_.span(15'000, 45'000), [this] { look_around(); });
    }
    void expect(bool kept, const std::string& sentence) {
        if (!kept) made_.wrong.push_back(sentence);
    }

    // ── what befalls the bots ────────────────────────────────────────────────────────────────────────────────────

    /// One that lives is killed, and comes back later than its leases end, or sooner.
    void strike() {
        if (ended_) return;
        std::vector<std::size_t> living;
        for (std::size_t i = 0; i < bots_.size(); ++i)
            if (bots_[i] && !bots_[i]->is_dead()) living.push_back(i);
        if (!living.empty()) {
            const auto place = chance_.one_of(living);
            bury(place);
            clock_.call_in(chance_.span(500, 12'000), [this, place] { give_birth(place); });
        }
        clock_.call_in(chance_.span(3'000, 9'000), [this] { strike(); });
    }
    /// The next of them is a newer one from now on.
    void update(std::size_t place) {
        if (place >= bots_.size()) return;
        const auto later = place == 0 ? chance_.span(10'000, 40'000) : chance_.span(60'000, 10 * 60'000);
        clock_.call_in(later, [this, place] {
            versions_[place] = version::newer;
            if (bots_[place] && !bots_[place]->is_dead()) {
                bury(place);
                give_birth(place);
            }
            update(place + 1);
        });
    }

    // ── Slack's links ────────────────────────────────────────────────────────────────────────────────────────────

    void send(slack::envelope what) {
        const int copies = chance_.happens(40) ? 2 : 1;
        for (int i = 0; i < copies; ++i) clock_.call_in(chance_.span(1, 3'000), [this, what] { arrive(what, 0); });
    }
    /// By any link that is up. Not acknowledged: Slack tries again for a while, then it tells the person.
    void arrive(slack::envelope what, int tries) {
        const auto again = [this, what, tries] {
            if (tries < 3)
                clock_.call_in(chance_.span(1'000, 60'000), [this, what, tries] { arrive(what, tries + 1); });
        };
        std::vector<sim_bot*> linked;
        for (const auto& each : bots_)
            if (each && !each->is_dead()) linked.push_back(each.get());
        if (linked.empty())
            again();
        else
            (linked.size() == 1 ? linked.front() : chance_.one_of(linked))->deliver(what, again);
    }

    // ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────

    bool all_ended() const {
        return std::ranges::all_of(all_.projects, [this](const auto& each) {
            return books_.streams.contains(conductor::stream_of(release_of(each))) &&
                   !books_.claims.contains(conductor::claim_of(each));
        });
    }
    /// Over, with a quarter of an hour for the last messages and whatever should not come any more.
    bool is_over() {
        if (!ended_ && all_ended()) {
            ended_ = clock_.now();
            people_.settle_down();
            luck_.end();
        }
        return ended_ && clock_.now() - *ended_ > milliseconds{900'000};
    }

    const scene how_;
    asio::io_context loop_;
    virtual_clock clock_;
    dice chance_;
    trouble luck_{chance_};
    worlds outside_;
    fakes::memory_books books_;
    fakes::fake_slack slack_{clock_};
    company all_;
    staff people_{all_, [this](slack::envelope what) { send(std::move(what)); }};
    std::vector<std::unique_ptr<sim_bot>> bots_;
    std::vector<version> versions_;
    int births_ = 0;
    std::optional<instant> ended_;
    report made_;
};

}  // namespace

report run(std::uint64_t seed, scene how) {
    one_run here{seed, how};
    return here.go();
}

}  // namespace slipway::simulation
