// What holds in every state, whatever happens in whatever order.
#include <catch2/catch.hpp>
#include <random>

#include "integrations/base/described.hpp"
#include "tests/fakes/rounds.hpp"
#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::release;
using namespace slipway::fakes;

namespace {

std::set<std::string> all_words() {
    std::set<std::string> words;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<release_status>>(
        [&](auto each) { words.insert(to_words(each.value)); });
    return words;
}

/// Somebody who tries everything, in any order, with right and wrong arguments.
class monkey {
public:
    explicit monkey(unsigned seed) : chance_{seed} {}

    command next(const release_state& state) {
        const auto name = pick_step(state);
        const auto* step = state.step(name);
        const int attempt = (step != nullptr ? step->attempt : 1) + (below(20) == 0 ? 1 : 0);
        const auto* gate = step != nullptr && step->gate ? &*step->gate : nullptr;
        const std::string fingerprint = gate != nullptr && below(5) != 0 ? gate->fingerprint : "stale";
        const std::string reason = below(4) == 0 ? "" : "because of the cart";
        const auto* item = step != nullptr && !step->items.empty() ? &step->items[below(step->items.size())] : nullptr;
        const std::string item_id = item != nullptr && below(5) != 0 ? item->id : below(3) == 0 ? "*" : "";
        switch (below(21)) {
            case 0:
                return approve{name, fingerprint};
            case 1:
                return reject{name, fingerprint, reason};
            case 2:
                return withdraw{name, fingerprint};
            case 3:
                return choose{name, item_id, below(2) == 0 ? "merge" : "move-out",
                              item != nullptr ? item->fingerprint : "f1", reason};
            case 4:
                return hold{reason};
            case 5:
            case 6:
                return resume{};
            case 7:
                return release::abort{below(8) == 0 ? state.version : "1.3.0", reason};
            case 8:
                return retry{below(2) == 0 ? name : ""};
            case 9:
                return skip{name, reason};
            case 10:
                return treat_as_done{name, item_id, reason};
            case 11:
                return run_again{name, item_id};
            case 12:
                return add_note{reason};
            case 13:
                return drift_seen{"trunk", "a", std::to_string(below(3))};
            case 14:
                return below(2) == 0 ? command{tick{}} : command{advance{}};
            case 15:
                return look(name, attempt);
            case 16:
                return request_stop{name, reason};
            case 17:
                return break_glass{name, fingerprint, below(3) == 0 ? "1.3.0" : state.version, reason};
            case 18:
                return members_seen{{{"developer", {"UDEE"}}, {"qa", std::vector<std::string>(below(2), "UQUINN")}}};
            case 19:
                return item_finished{name,
                                     item_id,
                                     item != nullptr && below(9) != 0 ? item->key : "old",
                                     item_status(2 + below(4)),
                                     "it ended",
                                     {},
                                     {}};
            default:
                return step_finished{name, attempt, ends[below(ends.size())], "it ended", "", {}, {}};
        }
    }
    actor who() {
        const std::vector<actor> people{ana(), dee(), eve(), quinn(), nora(), machine()};
        auto one = people[below(people.size())];
        if (below(20) == 0) one.roles_known = false;
        if (below(20) == 0) one.unverified = {"developer"};
        if (below(40) == 0) one.barred = "guests";
        return one;
    }
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>{0, limit - 1}(chance_); }

private:
    std::string pick_step(const release_state& state) {
        if (below(30) == 0) return "no-such-step";
        return state.steps[below(state.steps.size())].id;
    }
    command look(const std::string& name, int attempt) {
        look_finished seen;
        seen.step = name;
        seen.attempt = attempt;
        seen.found.fingerprint = "l" + std::to_string(below(2));
        seen.complete = below(2) == 0;
        for (std::size_t i = 0, n = seen.complete ? 0 : below(3); i < n; ++i)
            seen.items.push_back(small_item("!" + std::to_string(i + 1), "f" + std::to_string(below(2))));
        return seen;
    }
    static constexpr std::array ends{step_status::done, step_status::done, step_status::failed, step_status::errored,
                                     step_status::unknown_outcome};
    std::mt19937 chance_;
};

/// The needs of a step that acts are settled, and no act has been begun twice under one key.
void check_order(const release_state& state, const std::vector<event>& decided, std::set<std::string>& keys) {
    for (const auto& each : decided) {
        if (const auto* begun = std::get_if<step_intended>(&each)) {
            CHECK(keys.insert(begun->key).second);
            for (const auto& need : state.plan.find(begun->step)->needs) CHECK(state.step(need)->is_settled());
        }
        if (const auto* begun = std::get_if<item_intended>(&each)) CHECK(keys.insert(begun->key).second);
    }
}

bool starts_something(const std::vector<event>& decided) {
    return count<step_intended>(decided) + count<item_intended>(decided) > 0;
}

}  // namespace

TEST_CASE("R1.2 a million random commands each have an answer or a sentence, in any state", "[release]") {
    const auto words = all_words();
    monkey fingers{20261123};
    int answered = 0;
    int refused = 0;
    int ended = 0;
    std::set<std::string> seen_words;
    for (int left = fakes::rounds(1'000'000); left > 0;) {
        story told;
        std::set<std::string> keys;
        for (int round = 0; round < 250 && left > 0; ++round, --left) {
            told.now += milliseconds{60'000};
            const auto asked = fingers.next(told.state);
            const bool was_live = told.state.is_live();
            const bool was_stopped = told.state.held.has_value() || told.state.aborting.has_value();
            const auto decided = told.ask(asked, fingers.who());
            if (decided) {
                ++answered;
                check_order(told.state, *decided, keys);
                if (was_stopped && told.state.held) CHECK_FALSE(starts_something(*decided));
            } else {
                ++refused;
                const auto& why = decided.error();
                if (why.sentence().size() < 20 || !(why == errc::refused || why == errc::moved))
                    FAIL("not a refusal with a sentence: " << why);
            }
            if (!was_live && decided)
                CHECK(count<note_added>(*decided) + count<evidence_kept>(*decided) ==
                      static_cast<int>(decided->size()));
            const auto word = told.word();
            if (!words.contains(word)) FAIL("not a word of the list: " << word);
            seen_words.insert(word);
        }
        ended += told.state.is_live() ? 0 : 1;
    }
    CHECK(answered > fakes::rounds(10'000));
    CHECK(refused > fakes::rounds(10'000));
    CHECK(ended > fakes::rounds(50));
    CHECK(seen_words.size() >= 7);
}

TEST_CASE("R1.2 a whole release goes through its states to done", "[release]") {
    story told;
    CHECK(told.word() == "preparing");
    told.ended("announce");
    CHECK(told.status("merges") == step_status::looking);
    told.looked({}, "l1", true);
    told.ended("tests");
    CHECK(told.word() == "awaiting gate");
    told.must(approve{"read", told.fingerprint("read")}, dee());
    told.ended("commit");
    CHECK(told.word() == "awaiting gate");
    told.approve_push();
    CHECK(told.word() == "running");
    told.ended("push");
    told.ended("home");
    CHECK(told.word() == "done");
    CHECK(told.state.ended_text == "every step is done");
}

TEST_CASE("R1.3 a release that is over takes nothing but notes", "[release]") {
    story told;
    told.go_to_push();
    const auto print = told.fingerprint("push");
    told.must(release::abort{"1.4.0", "the cart is broken"}, ana());
    CHECK(told.word() == "cancelled");
    const std::vector<command> people{approve{"push", print},
                                      reject{"push", print, "too late"},
                                      withdraw{"push", print},
                                      choose{"merges", "!1", "merge", "f1", ""},
                                      hold{"wait please"},
                                      resume{},
                                      release::abort{"1.4.0", "once more"},
                                      retry{""},
                                      skip{"tests", "no time"},
                                      treat_as_done{"push", "", ""},
                                      run_again{"push", ""}};
    for (const auto& each : people) {
        const auto why = told.refused(each, ana());
        CHECK(says(why.sentence(), "is over: cancelled since 12:00 UTC"));
        CHECK(says(why.sentence(), "/release status"));
    }
    for (const command& each : {command{tick{}}, command{advance{}}, command{drift_seen{"trunk", "a", "b"}}}) {
        const auto decided = told.ask(each, machine());
        REQUIRE(decided);
        CHECK(decided->empty());
    }
    told.must(add_note{"we fixed the cart"}, dee());
    CHECK(told.state.notes.size() == 1);
}

TEST_CASE("R1.3 the late result of a worker is kept as evidence and changes nothing", "[release]") {
    story told;
    told.ended("announce");
    told.looked({}, "l1", true);
    told.ended("tests", step_status::failed, "two tests failed");
    told.must(retry{"tests"}, ana());
    REQUIRE(told.at("tests").attempt == 2);
    const auto before = told.state;
    step_finished late;
    late.step = "tests";
    late.attempt = 1;
    late.text = "all green after all";
    const auto decided = told.ask(late, machine());
    REQUIRE(decided);
    REQUIRE(decided->size() == 1);
    CHECK(std::get<evidence_kept>(decided->front()).text == "all green after all");
    CHECK(told.status("tests") == step_status::running);
    auto after = told.state;
    after.journal = before.journal;
    CHECK(snapshot(after) == snapshot(before));

    told.must(release::abort{"1.4.0", "enough"}, ana());
    told.ended("tests");
    REQUIRE_FALSE(told.state.is_live());
    late.attempt = 2;
    told.must(late, machine());
    item_finished item;
    item.step = "merges";
    item.item = "!1";
    told.must(item, machine());
    CHECK(count<evidence_kept>(told.journal) == 3);
    CHECK(told.word() == "cancelled");
}

TEST_CASE("R1.4 replaying the stored events gives the snapshot byte for byte", "[release]") {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        monkey fingers{seed};
        story told;
        for (int i = 0; i < 200; ++i) {
            told.now += milliseconds{60'001};
            static_cast<void>(told.ask(fingers.next(told.state), fingers.who()));
        }
        release_state replayed;
        std::int64_t number = 0;
        for (const auto& each : told.journal) {
            const auto text = json::serialize(data_of(each));
            const auto read = event_from(name_of(each), json::parse(text).get_object());
            REQUIRE(read);
            replayed = apply(std::move(replayed), *read);
            REQUIRE(replayed.journal == ++number);
        }
        REQUIRE(snapshot(replayed) == snapshot(told.state));
    }
}

TEST_CASE("R1.4 an event of a newer version stops the reading with its name, unknown fields do not", "[release]") {
    const auto unknown = event_from("release_teleported", {});
    REQUIRE_FALSE(unknown);
    CHECK(says(unknown.error().sentence(), "release_teleported"));
    json::object newer = data_of(release_resumed{person("UANA"), small_start});
    newer["mood"] = "good";
    const auto read = event_from("release_resumed", newer);
    REQUIRE(read);
    CHECK(std::get<release_resumed>(*read).by == person("UANA"));
}

TEST_CASE("R1.7 failed and errored are different words, and both can be retried", "[release]") {
    for (const auto how : {step_status::failed, step_status::errored}) {
        story told;
        told.ended("announce");
        told.ended("tests", how, "it did not work");
        CHECK(told.status("tests") == how);
        CHECK(to_words(told.status("tests")) == (how == step_status::failed ? "failed" : "errored"));
        told.looked({}, "l1", true);
        told.must(approve{"read", told.fingerprint("read")}, dee());
        CHECK(told.word() == "blocked");
        told.must(retry{""}, ana());
        CHECK(told.status("tests") == step_status::running);
        CHECK(told.at("tests").attempt == 2);
    }
}

TEST_CASE("R2.5 steps that need the same thing run side by side, and one that is blocked does not stop the other",
          "[release]") {
    story told;
    told.ended("announce");
    CHECK(told.status("merges") == step_status::looking);
    CHECK(told.status("tests") == step_status::running);
    told.ended("tests", step_status::failed);
    told.looked({}, "l1", true);
    CHECK(told.status("read") == step_status::asking);
    told.must(approve{"read", told.fingerprint("read")}, dee());
    CHECK(told.status("read") == step_status::done);
    CHECK(told.status("commit") == step_status::waiting);  // needs both
}

TEST_CASE("R5.5 an idempotency key is the same on any machine and differs by attempt and purpose", "[release]") {
    story one;
    story two;
    CHECK(one.at("announce").intent->key == two.at("announce").intent->key);
    auto again = one.at("announce");
    again.attempt = 2;
    CHECK(idempotency_key(one.state, again, "perform") != one.at("announce").intent->key);
    CHECK(idempotency_key(one.state, one.at("announce"), "item") != one.at("announce").intent->key);
}
