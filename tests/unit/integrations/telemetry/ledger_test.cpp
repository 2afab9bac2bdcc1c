#include "integrations/telemetry/ledger.hpp"

#include "tests/fakes/show_result.hpp"

using namespace slipway;
using namespace slipway::telemetry;
using namespace std::chrono_literals;

namespace {

const place shop{"shop", "production"};
const instant noon = *from_iso("2026-11-23T12:00:00Z");

struct fixture {
    explicit fixture(ledger_limits limits = {}) : ledger{limits} {}
    error_ledger ledger;

    void happen(const std::string& hash, instant at, const std::string& server = "web1",
                const std::string& release = "1.3.0", const place& where = shop) {
        event what;
        what.at = at;
        what.server_name = server;
        what.release = release;
        what.message = "of " + hash;
        group as;
        as.hash = hash;
        as.title = untrusted{"title of " + hash};
        ledger.record(where, what, as);
    }
    std::uint64_t count(const std::string& hash, window when) const {
        return ledger.count({.where = shop, .release = {}, .group = hash, .servers = {}}, when);
    }
    std::uint64_t all(window when, const place& where = shop) const {
        return ledger.count({.where = where, .release = {}, .group = {}, .servers = {}}, when);
    }
};

const window hour_before{noon - 1h, noon}, hour_after{noon, noon + 1h};

}  // namespace

TEST_CASE("events are counted by minute, group, release and server", "[telemetry][ledger]") {
    fixture f;
    f.happen("a", noon - 90s);
    f.happen("a", noon + 10s);
    f.happen("a", noon + 50s, "web2", "1.4.0");
    f.happen("a", noon + 61s);
    f.happen("b", noon + 5s);
    CHECK(f.count("a", hour_before) == 1);
    CHECK(f.count("a", hour_after) == 3);
    CHECK(f.all(hour_after) == 4);
    const auto per_minute =
        f.ledger.per_minute({.where = shop, .release = {}, .group = "a", .servers = {}}, {noon, noon + 3min});
    CHECK(per_minute == std::vector<std::uint32_t>{2, 1, 0});
    CHECK(f.ledger.count({.where = shop, .release = "1.4.0", .group = {}, .servers = {}}, hour_after) == 1);
    CHECK(f.ledger.count({.where = shop, .release = {}, .group = {}, .servers = std::set<std::string>{"web2"}},
                         hour_after) == 1);
    CHECK(f.all(hour_after, {"shop", "staging"}) == 0);
}

TEST_CASE("the groups of a window come with where they happened, most frequent first", "[telemetry][ledger]") {
    fixture f;
    f.happen("rare", noon);
    for (int i = 0; i < 3; ++i) f.happen("often", noon + 1min * i, "web" + std::to_string(i % 2));
    const auto found = f.ledger.active_groups({.where = shop, .release = {}, .group = {}, .servers = {}}, hour_after);
    REQUIRE(found.size() == 2);
    CHECK(found[0].group.hash == "often");
    CHECK(found[0].group.title.raw() == "title of often");
    CHECK(found[0].count == 3);
    CHECK(found[0].servers.size() == 2);
    CHECK(found[0].releases.at("1.3.0") == 3);
    CHECK(found[0].per_minute.size() == 60);
}

TEST_CASE("a group is new only at the place and time it first appeared", "[telemetry][ledger]") {
    fixture f;
    f.happen("old", noon - 2h);
    f.happen("old", noon + 1min);
    f.happen("new", noon + 1min, "web1", "1.4.0");
    f.happen("elsewhere", noon + 1min, "web1", "1.4.0", {"shop", "staging"});
    const auto found = f.ledger.first_seen_since(shop, noon);
    REQUIRE(found.size() == 1);
    CHECK(found[0].hash == "new");
    CHECK(found[0].first_release == "1.4.0");
    CHECK(f.ledger.record_of(shop, "old")->first_seen == noon - 2h);
    CHECK(f.ledger.record_of(shop, "old")->total == 2);
    CHECK_FALSE(f.ledger.record_of(shop, "unknown"));
}

TEST_CASE("signs of life are kept apart from silence", "[telemetry][ledger]") {
    fixture f;
    CHECK_FALSE(f.ledger.traffic_of(shop, hour_after).any());
    traffic more;
    more.sessions = 5;
    f.ledger.record(shop, more, noon);
    more = {};
    more.suppressed = 137;
    f.ledger.record(shop, more, noon + 1min);
    const auto sum = f.ledger.traffic_of(shop, hour_after);
    CHECK(sum.any());
    CHECK(sum.sessions == 5);
    CHECK(sum.suppressed == 137);
    CHECK_FALSE(f.ledger.traffic_of(shop, hour_before).any());
}

TEST_CASE("the first events of each group and release are kept whole", "[telemetry][ledger]") {
    fixture f;
    for (int i = 0; i < 5; ++i) f.happen("a", noon + i * 1s);
    f.happen("a", noon + 1min, "web9", "1.4.0");
    const auto kept = f.ledger.samples(shop, "a");
    REQUIRE(kept.size() == 3);
    CHECK(kept[0].release == "1.4.0");  // the newest release first
    CHECK(kept[0].server_name == "web9");
    CHECK(kept[2].at == noon);
    CHECK(f.ledger.samples(shop, "b").empty());
}

TEST_CASE("memory stays bounded and totals stay exact whatever is sent", "[telemetry][ledger]") {
    fixture f{{.most_series = 50, .most_points = 200, .most_groups = 20, .most_sample_bytes = 4000}};
    for (int i = 0; i < 5000; ++i)
        f.happen("group" + std::to_string(i % 300), noon + (i % 40) * 1min, "web" + std::to_string(i),
                 "1." + std::to_string(i % 90));
    CHECK(f.ledger.series() <= 51);
    CHECK(f.all(hour_after) == 5000);
    CHECK(f.ledger.traffic_of(shop, hour_after).errors == 5000);
    CHECK(f.ledger.first_seen_since(shop, noon).size() == 20);
    CHECK(json::serialize(f.ledger.save()).size() < 60'000);
}

TEST_CASE("invented environments end up in one place", "[telemetry][ledger]") {
    fixture f;
    for (int i = 0; i < 1000; ++i) f.happen("a", noon, "web1", "1", {"shop", "env" + std::to_string(i)});
    CHECK(f.all(hour_after, {"shop", "(other)"}) == 1000 - 256);
}

TEST_CASE("what is older than the memory is forgotten, but not that it happened before", "[telemetry][ledger]") {
    fixture f;
    f.happen("a", noon - 30h);
    f.happen("a", noon);
    f.ledger.trim(noon + 1min);
    CHECK(f.all({noon - 48h, noon - 24h}) == 0);
    CHECK(f.count("a", hour_after) == 1);
    CHECK(f.ledger.record_of(shop, "a")->first_seen == noon - 30h);
    f.ledger.trim(noon + 48h);
    CHECK(f.ledger.series() == 0);
    CHECK(f.ledger.record_of(shop, "a"));
}

TEST_CASE("a restart loses nothing that was saved", "[telemetry][ledger]") {
    fixture f;
    f.happen("a", noon);
    f.happen("b", noon + 1min, "web2", "1.4.0");
    traffic more;
    more.sessions = 3;
    f.ledger.record(shop, more, noon);
    const auto saved = f.ledger.save();

    error_ledger again;
    again.load(parse_json(json::serialize(saved))->get_object());
    CHECK(json::serialize(again.save()) == json::serialize(saved));
    CHECK(again.traffic_of(shop, hour_after).sessions == 3);
    CHECK(again.samples(shop, "b").at(0).server_name == "web2");
}

TEST_CASE("a damaged snapshot gives what is readable", "[telemetry][ledger]") {
    error_ledger ledger;
    ledger.load({});
    ledger.load(
        parse_json(R"({"version":1,"newest":-5,"series":[3,{"points":[1]},{"project":"shop","environment":"production",
        "group":"a","points":["x",2,29,7,3]}],"groups":[{"hash":"a","level":99,"total":-1,"samples":[{"event":"{"}]},null],
        "sums":[{"project":"shop","environment":"production","minutes":[[29,"x",0,4],[],5]}]})")
            ->get_object());
    CHECK(ledger.traffic_of(shop, {instant{}, instant{} + 1h}).suppressed == 4);
    CHECK(ledger.count({.where = shop, .release = {}, .group = "a", .servers = {}}, {instant{}, instant{} + 1h}) == 9);
    CHECK(ledger.record_of({"", ""}, "a")->level == severity::fatal);
    CHECK(ledger.samples({"", ""}, "a").empty());
}
