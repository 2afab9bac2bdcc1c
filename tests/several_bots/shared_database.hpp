// What the scenarios of several bots on one database have in common: their chance, their database, what they end with.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fakes/postgres_cluster.hpp"
#include "tests/scenarios/outside.hpp"

namespace slipway::scenarios {

/// What happens when in such a scenario is drawn from this number: SLIPWAY_SEED, or 1.
inline std::uint64_t seed_of_run() {
    const char* given = std::getenv("SLIPWAY_SEED");
    return given == nullptr ? 1 : std::stoull(given);
}

/// As DATABASE_URL has it.
inline std::string url_of(const fakes::postgres_database& database) {
    const auto whole = database.address();
    const auto host = whole.substr(5, whole.find(' ') - 5);
    return "postgresql://bot@/" + database.name() + "?host=" + host;
}

inline company_settings without_bot() {
    company_settings how;
    how.starts_bot = false;
    return how;
}

/// Steps that the bot whose log this is has ended.
inline int acts_in(const std::string& log) {
    int acts = 0;
    std::istringstream lines{log};
    for (std::string line; std::getline(lines, line);)
        if (line.find("event=step_ended") != std::string::npos) ++acts;
    return acts;
}

/// Clicks, commands and forms that the bot whose log this is has handled.
inline int clicks_in(const std::string& log) {
    int clicks = 0;
    std::istringstream lines{log};
    for (std::string line; std::getline(lines, line);)
        if (line.find("envelope=") != std::string::npos && line.find(" user=") != std::string::npos) ++clicks;
    return clicks;
}

/// Beside the logs, where SLIPWAY_KEEP keeps them: the database goes with the test.
class kept_journal {
public:
    explicit kept_journal(company& all) : all_{all} {}
    kept_journal(const kept_journal&) = delete;
    kept_journal& operator=(const kept_journal&) = delete;
    ~kept_journal() {
        if (std::getenv("SLIPWAY_KEEP") == nullptr) return;
        try {
            const auto told = all_.run_slipway({"audit", "--export", "--config", all_.config()}, all_.bot_variables);
            write_text(all_.file("journal.jsonl"), told.second);
        } catch (const std::exception& problem) {
            std::cerr << "the journal is not kept: " << problem.what() << "\n";
        }
    }

private:
    company& all_;
};

/// Nothing is left to say, and nothing was given up: a bot that dies leaves its messages to the others, whose turn
/// comes when its leases end.
inline void wait_for_the_last_word(company& all, const fakes::postgres_database& database) {
    all.wait_until("every message is sent", [&] {
        return database.ask("SELECT count(*) FROM outbox WHERE wanted > achieved AND NOT given_up") == "0";
    });
    CHECK(database.ask("SELECT count(*) FROM outbox WHERE given_up") == "0");
}

/// The journal is whole, and the hash of its newest event gets into the channel: the release's end, or somebody's press
/// on a card that had not heard of it.
inline void check_journal(company& all) {
    const auto [sound, chains] = all.run_slipway({"audit", "--verify", "--config", all.config()}, all.bot_variables);
    INFO(chains);
    CHECK(sound == 0);
    const auto [exported, lines] = all.run_slipway({"audit", "--export", "--config", all.config()}, all.bot_variables);
    CHECK(exported == 0);
    std::string ended;
    std::vector<std::string> heads;
    std::istringstream each_line{lines};
    for (std::string line; std::getline(each_line, line);) {
        const auto read = parse_json(line);
        if (!read) continue;
        if (text_at(*read, "type") == "release_ended") ended = text_at(*read, "stream");
        if (!ended.empty() && text_at(*read, "stream") == ended) heads.push_back(text_at(*read, "hash"));
    }
    REQUIRE_FALSE(heads.empty());
    all.wait_until("the journal's newest hash stands in the channel", [&] {
        return std::ranges::any_of(heads, [&](const auto& head) { return !all.find_message(head).empty(); });
    });
}

}  // namespace slipway::scenarios
