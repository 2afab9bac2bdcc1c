#include "tests/simulation/judge.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "commands/views/release_view.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"
#include "integrations/store/event_chain.hpp"
#include "tests/fakes/mention_ledger.hpp"

namespace slipway::simulation {
namespace {

/// The outside after a release to which nothing happened.
std::string undisturbed(bool with_restart) {
    std::string text =
        "!1 merged\n!2 merged\nstable at commit of 1.4.0\ntag 1.4.0 at commit of 1.4.0\ntrunk at commit of 1.4.0\n";
    for (const char* host : {"app1", "app2", "app3", "app4"})
        text += std::string{host} + " runs 1.4.0" + (with_restart ? ", restarted\n" : "\n");
    return text;
}

class judgement {
public:
    explicit judgement(const company& all) : all_{all} {}

    std::vector<std::string> passed() && {
        chains();
        clicks();
        mentions();
        messages_there();
        for (std::size_t i = 0; i < all_.projects.size(); ++i) of_release(all_.projects[i], static_cast<int>(i) + 1);
        for (const auto& [id, each] : all_.books.works)
            expect(each.row.kind == conductor::work::tick, "work is left over: " + id);
        return std::move(wrong_);
    }

private:
    void expect(bool kept, const std::string& sentence) {
        if (!kept) wrong_.push_back(sentence);
    }

    void of_release(const std::string& project, int number) {
        const auto state = replayed(all_, project);
        const auto& world = all_.outside.at(project);
        expect(state.ended == release::ending::done, state.id + " did not end well: " + state.ended_text);
        expect(world.digest() == undisturbed(state.step("restart") != nullptr),
               "the outside of " + project + " is not as an undisturbed release leaves it:\n" + world.digest());
        beginnings(project);
        last_state(state, number);
    }

    void chains() {
        for (const auto& name : all_.books.stream_order) {
            std::string hash;
            for (const auto& each : all_.books.streams.at(name)) {
                const auto data = store::canonical(each.event.data);
                const auto expected = store::hash_of({hash, each.stream, each.version, each.event.type, data,
                                                      each.event.actor, each.event.cause, each.event.at});
                if (expected != each.hash) expect(false, "the chain of " + name + " is broken at " + each.event.type);
                hash = each.hash;
            }
        }
    }

    void beginnings(const std::string& project) {
        bool held = false;
        std::set<std::string> keys;
        for (const auto& each : all_.books.streams.at(conductor::stream_of(release_of(project)))) {
            const auto& type = each.event.type;
            if (type == "release_held") held = true;
            if (type == "release_resumed") held = false;
            // Nothing that a gate asks for moves here, so that two versions must have read it differently (R11.5).
            expect(type != "gate_closed" || text_at(each.event.data, "status") != "outdated",
                   "R3.5 approvals became void although nothing moved: event " + std::to_string(each.version) + " " +
                       text_at(each.event.data, "reason"));
            if (type != "step_intended" && type != "item_intended") continue;
            const auto key = text_at(each.event.data, "key");
            expect(!held, "R4.5 something began during a hold: event " + std::to_string(each.version));
            expect(keys.insert(key).second, "R5.5 two intents have one key: event " + std::to_string(each.version));
        }
    }

    /// R7.3: decided in the journal, answered in words, or by a window.
    void clicks() {
        std::set<std::string> decided;
        for (const auto& [name, events] : all_.books.streams)
            for (const auto& each : events) decided.insert(each.event.cause);
        std::set<std::string> windows;
        for (const auto& each : all_.slack.calls)
            if (each.method == "views.open")
                windows.insert(sha256_hex(text_at(each.arguments, "trigger_id")).substr(0, 32));
        // Whoever was asked past the outbox to try again, while the database was away, is answered.
        std::size_t unanswered = 0, asked_again = 0;
        for (const auto& each : all_.slack.calls)
            if (json::serialize(each.arguments).find("Please try again in a minute") != std::string::npos)
                ++asked_again;
        for (const auto& id : all_.acknowledged) {
            const auto trigger = id.substr(id.rfind(':') + 1);
            const bool answered = decided.contains("slack " + id) || all_.books.outbox.contains("answer/" + id) ||
                                  windows.contains(trigger);
            unanswered += answered ? 0 : 1;
            expect(answered || unanswered <= asked_again, "a click was acknowledged and never answered: " + id);
        }
        for (const auto& [key, letter] : all_.books.inbox)
            expect(letter.handled, "an envelope was left unhandled: " + key.second);
    }

    /// R5.9, R7.1: no message is there twice.
    void messages_there() {
        for (const auto& each : all_.slack.messages)
            if (!each.deleted) shown_[text_at(each.metadata, "event_payload.id")].push_back(&each);
        for (const auto& [id, all] : shown_)
            expect(id.empty() || all.size() == 1, "a message is there " + std::to_string(all.size()) + " times: " + id);
    }
    /// … and every message of the last state is there, as that state shows it.
    void last_state(release::release_state state, int project) {
        // Whoever is over names the head of its journal (R8.8); here it is what the store says.
        const auto& journal = all_.books.streams.at(conductor::stream_of(state.id));
        if (!state.is_live() && !journal.empty()) state.facts["journal_head"] = journal.back().hash;
        const auto wanted = conductor::render_release(state, simulated_project(project));
        for (const auto& each : wanted.messages) {
            const auto wish = slack::desired_from_json(each.body);
            const auto* message = wish ? std::get_if<slack::desired_message>(&*wish) : nullptr;
            if (message == nullptr || message->remove) continue;
            const auto found = shown_.find(each.key);
            if (found == shown_.end()) {
                expect(false, "a message is missing: " + each.key + error_of(each.key));
                continue;
            }
            const auto& there = *found->second.front();
            expect(there.text == message->text && there.blocks == message->blocks,
                   "a message does not show the last state: " + each.key + error_of(each.key));
        }
    }

    /// R7.10: whatever was posted, nobody was called twice for the same thing, or for nothing.
    void mentions() {
        std::map<std::string, fakes::mention_ledger> called;  // by release
        for (const auto& each : all_.slack.calls) {
            if (each.method != "chat.postMessage") continue;
            const auto channel = text_at(each.arguments, "channel");
            const auto key = text_at(each.arguments, "metadata.event_payload.id");
            const bool direct = channel.starts_with("D");
            called[key.substr(0, key.find('/'))].posted(key, direct ? channel.substr(1) : "", each.arguments);
        }
        for (const auto& project : all_.projects)
            expect(called[release_of(project)].actions() > 0,
                   "R7.10 nobody was called for anything, so nothing was looked at");
        for (const auto& [id, each] : called)
            for (const auto& fault : each.faults()) expect(false, "R7.10 " + fault);
    }
    std::string error_of(const std::string& key) {
        const auto row = all_.books.outbox.find(key);
        if (row == all_.books.outbox.end()) return " (it was never asked for)";
        return row->second.row.given_up ? " (given up: " + row->second.row.last_error + ")" : std::string{};
    }

    const company& all_;
    std::map<std::string, std::vector<const fakes::fake_slack::message*>> shown_;
    std::vector<std::string> wrong_;
};

}  // namespace

std::string release_of(const std::string& project) {
    return project + "-1.4.0-1";
}

release::release_state replayed(const company& all, const std::string& project) {
    release::release_state state;
    const auto found = all.books.streams.find(conductor::stream_of(release_of(project)));
    if (found == all.books.streams.end()) return state;
    for (const auto& each : found->second) {
        const auto happened = release::event_from(each.event.type, each.event.data);
        if (happened) state = release::apply(std::move(state), *happened);
    }
    return state;
}

std::vector<std::string> judge(const company& all) {
    return judgement{all}.passed();
}

}  // namespace slipway::simulation
