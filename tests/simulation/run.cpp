#include "tests/simulation/run.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include "commands/views/release_view.hpp"
#include "integrations/base/json.hpp"
#include "tests/fakes/mention_ledger.hpp"
#include "tests/simulation/sim_bot.hpp"
#include "tests/simulation/staff.hpp"

namespace slipway::simulation {
namespace {

constexpr std::size_t most_handlers = 3'000'000;
constexpr milliseconds longest{48 * 3'600'000};
constexpr milliseconds trouble_ends{12 * 3'600'000};
const std::string release_id = "shop-1.4.0-1";

/// The outside after a release to which nothing happened.
const std::string undisturbed =
    "!1 merged\n!2 merged\nstable at commit of 1.4.0\ntag 1.4.0 at commit of 1.4.0\ntrunk at commit of 1.4.0\n"
    "app1 runs 1.4.0, restarted\napp2 runs 1.4.0, restarted\napp3 runs 1.4.0, restarted\napp4 runs 1.4.0, restarted\n";

class one_run {
public:
    one_run(std::uint64_t seed, guard without)
        : chance_{seed}, all_{loop_, clock_, chance_, luck_, outside_, books_, slack_, without, {}} {
        made_.seed = seed;
        outside_.pushes_atomically = without != guard::atomic_push;
        books_.checks_fences = without != guard::fencing;
        books_.checks_versions = without != guard::hold_check;
    }

    report go() {
        give_birth();
        look_around();
        while (!is_over() && made_.wrong.empty()) step();
        if (bot_) bury();
        if (made_.wrong.empty()) check();
        made_.clicks = people_.clicks();
        made_.took = clock_.now() - virtual_clock::start;
        return made_;
    }

private:
    // ── the loop ─────────────────────────────────────────────────────────────────────────────────────────────────

    void step() {
        loop_.restart();
        while (loop_.poll_one() > 0) {
            if (bot_ && bot_->is_dead()) break;
            if (++made_.handlers > most_handlers) return give_up("the run does not end: too much happens");
        }
        if (bot_ && bot_->is_dead()) {
            bury();
            clock_.call_in(chance_.span(500, 20'000), [this] { give_birth(); });
            return;
        }
        if (clock_.now() - virtual_clock::start > longest) return give_up("the release is not over after 48 hours");
        if (!clock_.move_on()) give_up("nobody waits for anything, and the release is not over");
    }
    void give_up(std::string why) {
        why += "; it stands at " + stand();
        made_.wrong.push_back(std::move(why));
    }
    std::string stand() {
        const auto state = replayed();
        std::string text = release::to_words(release::status_of(state));
        for (const auto& each : state.steps) text += " " + each.id + "=" + release::to_words(each.status);
        return text;
    }
    void give_birth() { (bot_ = std::make_unique<sim_bot>(all_, "bot-" + std::to_string(++births_)))->start(); }
    void bury() {
        bot_->bury();
        bot_.reset();
        ++made_.deaths;
    }
    void look_around() {
        if (clock_.now() - virtual_clock::start > trouble_ends) luck_.end();
        // What cannot be undone is no better later: the run is over.
        for (const auto& each : outside_.twice())
            expect(false, "an irreversible effect came twice, or by half: " + each);
        for (const auto& each : outside_.begun_blind)
            expect(false, "R5.10 a change was begun while the database was away: " + each);
        people_.look();
        clock_.call_in(chance_.span(15'000, 45'000), [this] { look_around(); });
    }

    // ── Slack's link ─────────────────────────────────────────────────────────────────────────────────────────────

    void send(slack::envelope what) {
        const int copies = chance_.happens(40) ? 2 : 1;
        for (int i = 0; i < copies; ++i) clock_.call_in(chance_.span(1, 3'000), [this, what] { arrive(what, 0); });
    }
    /// Not acknowledged: Slack tries again for a while, then it tells the person.
    void arrive(slack::envelope what, int tries) {
        const auto again = [this, what, tries] {
            if (tries < 3)
                clock_.call_in(chance_.span(1'000, 60'000), [this, what, tries] { arrive(what, tries + 1); });
        };
        if (!bot_ || bot_->is_dead())
            again();
        else
            bot_->deliver(what, again);
    }

    // ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// Over, with a quarter of an hour for the last messages and whatever should not come any more.
    bool is_over() {
        if (!ended_ && books_.streams.contains("release/" + release_id) && !books_.claims.contains("live/shop")) {
            ended_ = clock_.now();
            people_.settle_down();
            luck_.end();
        }
        return ended_ && clock_.now() - *ended_ > milliseconds{900'000};
    }
    release::release_state replayed() {
        release::release_state state;
        for (const auto& each : books_.streams["release/" + release_id]) {
            const auto happened = release::event_from(each.event.type, each.event.data);
            if (happened) state = release::apply(std::move(state), *happened);
        }
        return state;
    }
    void expect(bool kept, const std::string& sentence) {
        if (!kept) made_.wrong.push_back(sentence);
    }

    void check() {
        const auto state = replayed();
        made_.events = static_cast<std::size_t>(state.journal);
        expect(state.ended == release::ending::done, "the release did not end well: " + state.ended_text);
        expect(outside_.digest() == undisturbed,
               "the outside is not as an undisturbed release leaves it:\n" + outside_.digest());
        check_journal();
        check_clicks();
        check_messages(state);
        check_mentions();
        for (const auto& [id, each] : books_.works)
            expect(each.row.kind == conductor::work::tick, "work is left over: " + id);
    }

    void check_journal() {
        for (const auto& name : books_.stream_order) {
            std::string hash;
            for (const auto& each : books_.streams[name]) {
                const auto data = store::canonical(each.event.data);
                const auto expected = store::hash_of({hash, each.stream, each.version, each.event.type, data,
                                                      each.event.actor, each.event.cause, each.event.at});
                if (expected != each.hash) expect(false, "the chain of " + name + " is broken at " + each.event.type);
                hash = each.hash;
            }
        }
        bool held = false;
        std::set<std::string> keys;
        for (const auto& each : books_.streams["release/" + release_id]) {
            const auto& type = each.event.type;
            if (type == "release_held") held = true;
            if (type == "release_resumed") held = false;
            if (type != "step_intended" && type != "item_intended") continue;
            const auto key = text_at(each.event.data, "key");
            expect(!held, "R4.5 something began during a hold: event " + std::to_string(each.version));
            expect(keys.insert(key).second, "R5.5 two intents have one key: event " + std::to_string(each.version));
        }
    }

    /// R7.3: decided in the journal, answered in words, or by a window.
    void check_clicks() {
        std::set<std::string> decided;
        for (const auto& [name, events] : books_.streams)
            for (const auto& each : events) decided.insert(each.event.cause);
        std::set<std::string> windows;
        for (const auto& each : slack_.calls)
            if (each.method == "views.open") windows.insert(text_at(each.arguments, "trigger_id"));
        // Whoever was asked past the outbox to try again, while the database was away, is answered.
        std::size_t unanswered = 0, asked_again = 0;
        for (const auto& each : slack_.calls)
            if (json::serialize(each.arguments).find("Please try again in a minute") != std::string::npos)
                ++asked_again;
        for (const auto& id : all_.acknowledged) {
            const auto trigger = id.substr(id.rfind(':') + 1);
            const bool answered =
                decided.contains("slack " + id) || books_.outbox.contains("answer/" + id) || windows.contains(trigger);
            unanswered += answered ? 0 : 1;
            expect(answered || unanswered <= asked_again, "a click was acknowledged and never answered: " + id);
        }
        for (const auto& [key, letter] : books_.inbox)
            expect(letter.handled, "an envelope was left unhandled: " + key.second);
    }

    /// R5.9, R7.1: every message of the last state is there once, as that state shows it, and no other one twice.
    void check_messages(release::release_state state) {
        // Whoever is over names the head of its journal (R8.8); here it is what the store says.
        const auto& journal = books_.streams[conductor::stream_of(state.id)];
        if (!state.is_live() && !journal.empty()) state.facts["journal_head"] = journal.back().hash;
        std::map<std::string, std::vector<const fakes::fake_slack::message*>> shown;
        for (const auto& each : slack_.messages)
            if (!each.deleted) shown[text_at(each.metadata, "event_payload.id")].push_back(&each);
        for (const auto& [id, all] : shown)
            expect(id.empty() || all.size() == 1, "a message is there " + std::to_string(all.size()) + " times: " + id);
        const auto wanted = conductor::render_release(state, simulated_project());
        for (const auto& each : wanted.messages) {
            const auto wish = slack::desired_from_json(each.body);
            const auto* message = wish ? std::get_if<slack::desired_message>(&*wish) : nullptr;
            if (message == nullptr || message->remove) continue;
            const auto found = shown.find(each.key);
            if (found == shown.end()) {
                expect(false, "a message is missing: " + each.key + error_of(each.key));
                continue;
            }
            const auto& there = *found->second.front();
            expect(there.text == message->text && there.blocks == message->blocks,
                   "a message does not show the last state: " + each.key + error_of(each.key));
        }
    }
    /// R7.10: whatever was posted, nobody was called twice for the same thing, or for nothing.
    void check_mentions() {
        fakes::mention_ledger called;
        for (const auto& each : slack_.calls) {
            if (each.method != "chat.postMessage") continue;
            const auto channel = text_at(each.arguments, "channel");
            const bool direct = channel.starts_with("D");
            called.posted(text_at(each.arguments, "metadata.event_payload.id"), direct ? channel.substr(1) : "",
                          each.arguments);
        }
        for (const auto& each : called.faults()) expect(false, "R7.10 " + each);
        expect(called.actions() > 0, "R7.10 nobody was called for anything, so nothing was looked at");
    }
    std::string error_of(const std::string& key) {
        const auto row = books_.outbox.find(key);
        if (row == books_.outbox.end()) return " (it was never asked for)";
        return row->second.row.given_up ? " (given up: " + row->second.row.last_error + ")" : std::string{};
    }

    asio::io_context loop_;
    virtual_clock clock_;
    dice chance_;
    trouble luck_{chance_};
    outside_world outside_;
    fakes::memory_books books_;
    fakes::fake_slack slack_{clock_};
    company all_;
    staff people_{all_, [this](slack::envelope what) { send(std::move(what)); }};
    std::unique_ptr<sim_bot> bot_;
    int births_ = 0;
    std::optional<instant> ended_;
    report made_;
};

}  // namespace

report run(std::uint64_t seed, guard without) {
    one_run here{seed, without};
    return here.go();
}

}  // namespace slipway::simulation
