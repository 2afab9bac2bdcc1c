// Ten thousand random batches against a model in plain maps: whatever is committed or refused, both agree.
#pragma once

#include <map>
#include <random>

#include "tests/contracts/store/fixture.hpp"
#include "tests/fakes/rounds.hpp"

namespace slipway::contracts {

/// The store as a person would describe it: no tables, no transactions, copied to try a batch.
struct store_model {
    struct message {
        std::string text;
        std::int64_t wanted = 1, achieved = 0, tried = 0, fence = 0;
        bool held = false;
    };
    struct work {
        std::int64_t revision = 1, leased = 0, fence = 0;
        bool held = false;
    };
    std::map<std::string, names> streams;  // stream → event types
    std::map<std::string, message> outbox;
    std::map<std::string, work> works;
    std::map<std::string, std::string> documents;  // id → body
    std::map<std::string, std::string> claims;

    bool try_apply(const batch& changes) {
        auto next = *this;
        if (!next.apply(changes)) return false;
        *this = std::move(next);
        return true;
    }

private:
    bool apply(const batch& changes) {
        for (const auto& each : changes.appends) {
            const auto known = streams.find(each.stream);
            const auto version = known != streams.end() ? static_cast<std::int64_t>(known->second.size()) : 0;
            if (version != each.expected_version) return false;
            for (const auto& event : each.events) streams[each.stream].push_back(event.type);
        }
        for (const auto& each : changes.settled) {
            auto& row = outbox[each.key];
            if (!row.held || row.fence != each.fence) return false;
            row.held = false;
            row.achieved = std::max(row.achieved, each.achieved);
        }
        for (const auto& each : changes.finished) {
            auto& row = works[each.id];
            if (!row.held || row.fence != each.fence) return false;
            row.held = false;
            if (row.revision == row.leased) works.erase(each.id);
        }
        for (const auto& each : changes.released)
            if (const auto held = claims.find(each.name); held != claims.end() && held->second == each.holder)
                claims.erase(held);
        for (const auto& each : changes.forgotten) documents.erase(each.id);
        for (const auto& each : changes.claims)
            if (claims.try_emplace(each.name, each.holder).first->second != each.holder) return false;
        for (const auto& each : changes.outbox) {
            const auto text = json::serialize(each.body);
            const auto [row, fresh] = outbox.try_emplace(each.key, message{text});
            if (!fresh && row->second.text != text) ++row->second.wanted;
            row->second.text = text;
        }
        for (const auto& each : changes.work)
            if (const auto [row, fresh] = works.try_emplace(each.id, work{}); !fresh) ++row->second.revision;
        for (const auto& each : changes.documents) documents[each.id] = json::serialize(each.body);
        return true;
    }
};

template <class Database>
class model_run {
public:
    explicit model_run(unsigned seed) : dice_{seed} {}

    void step() {
        if (pick(4) == 0) return lease();
        const auto changes = random_batch();
        const bool stands = model_.try_apply(changes);
        const auto outcome = at_.commit(changes);
        REQUIRE(outcome.has_value() == stands);
        ++(stands ? committed_ : refused_);
    }
    void reopen() { at_.reopen(); }
    int committed() const { return committed_; }
    int refused() const { return refused_; }

    void compare() {
        CHECK(at_.run(at_.under_test->streams("")).value().size() == model_.streams.size());
        for (const auto& [name, types] : model_.streams) {
            names stored;
            for (const auto& each : at_.run(at_.under_test->read(name)).value()) stored.push_back(each.event.type);
            CHECK(stored == types);
            CHECK(at_.run(at_.under_test->verify(name)));
        }
        for (const auto& [key, row] : model_.outbox) {
            const auto stored = at_.row(key);
            CHECK(json::serialize(stored.body) == row.text);
            CHECK(stored.wanted == row.wanted);
            CHECK(stored.achieved == row.achieved);
        }
        std::map<std::string, std::string> documents;
        for (const auto& each : at_.run(at_.under_test->documents_in("c")).value())
            documents[each.id] = json::serialize(each.body);
        CHECK(documents == model_.documents);
        for (const auto& name : {"n0", "n1", "n2"}) {
            const auto holder = at_.run(at_.under_test->holder_of(name)).value();
            CHECK(holder.value_or("") == (model_.claims.contains(name) ? model_.claims.at(name) : ""));
        }
        auto works = keys_of(at_.run(at_.under_test->all_work()).value());
        std::ranges::sort(works);
        names expected;
        for (const auto& [id, row] : model_.works) expected.push_back(id);
        CHECK(works == expected);
    }

private:
    int pick(int sides) { return std::uniform_int_distribution<int>{0, sides - 1}(dice_); }
    std::string name(const char* prefix, int count) { return prefix + std::to_string(pick(count)); }

    batch random_batch() {
        batch made;
        if (pick(2) == 0) {
            const auto stream = name("s", 5);
            const auto known = model_.streams.find(stream);
            const auto version = known != model_.streams.end() ? static_cast<int>(known->second.size()) : 0;
            std::vector<new_event> events(static_cast<std::size_t>(pick(3)), event_of(name("type", 9)));
            made.appends.push_back({stream, version - (pick(8) == 0 ? 1 : 0), std::move(events)});
        }
        if (pick(2) == 0) made.outbox.push_back(message_of(name("m", 6), name("text", 3)));
        if (pick(3) == 0) made.work.push_back({name("w", 4), "drive", {}, at_.now});
        if (pick(2) == 0) made.documents.push_back({"c", name("d", 6), {{"n", pick(100)}}});
        if (pick(5) == 0) made.forgotten.push_back({"c", name("d", 6)});
        if (pick(4) == 0) made.claims.push_back({name("n", 3), name("holder", 2)});
        if (pick(3) == 0) made.released.push_back({name("n", 3), name("holder", 2)});
        if (pick(3) == 0) settle_something(made);
        if (pick(3) == 0) finish_something(made);
        return made;
    }

    void settle_something(batch& made) {
        if (model_.outbox.empty()) return;
        const auto row = std::next(model_.outbox.begin(), pick(static_cast<int>(model_.outbox.size())));
        const auto fence = row->second.fence - (pick(6) == 0 ? 1 : 0);
        made.settled.push_back({row->first, fence, how::sent, row->second.tried});
    }
    void finish_something(batch& made) {
        if (model_.works.empty()) return;
        const auto row = std::next(model_.works.begin(), pick(static_cast<int>(model_.works.size())));
        made.finished.push_back({row->first, row->second.fence - (pick(6) == 0 ? 1 : 0), {}});
    }

    /// Leases run out now and then, so that late holders exist.
    void lease() {
        at_.now += pick(3) == 0 ? at_.lease : 1ms;
        for (const auto& each : at_.lease_outbox(3)) {
            auto& row = model_.outbox.at(each.key);
            CHECK(each.fence > row.fence);
            CHECK(each.wanted > each.achieved);
            row.fence = each.fence;
            row.held = true;
            row.tried = each.wanted;
        }
        for (const auto& each : at_.lease_work({}, 2)) {
            auto& row = model_.works.at(each.id);
            CHECK(each.fence > row.fence);
            row.fence = each.fence;
            row.held = true;
            row.leased = row.revision;
        }
    }

    store_fixture<Database> at_;
    store_model model_;
    std::mt19937 dice_;
    int committed_ = 0;
    int refused_ = 0;
};

TEMPLATE_LIST_TEST_CASE("R11.8 10^4 random batches leave what a model in memory says, over every reopening",
                        "[store][model]", databases_under_test) {
    model_run<TestType> run{20261123};
    for (int round = 0; round < 10; ++round) {
        for (int step = 0; step < fakes::rounds(1000); ++step) run.step();
        run.compare();
        run.reopen();
    }
    run.compare();
    CHECK(run.committed() > fakes::rounds(3000));
    CHECK(run.refused() > fakes::rounds(1000));
}

}  // namespace slipway::contracts
