// What a failed send means for its row, as a table.
#include "bot/outbox/policy.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::outbox;
using namespace std::chrono_literals;
using how = store::outbox_settle::how;

namespace {

const instant noon = from_unix_ms(1'800'000'000'000);

store::outbox_settle settled(const failure& why, int attempts = 0) {
    store::outbox_row row;
    row.key = "k";
    row.fence = 7;
    row.attempts = attempts;
    return settle_failure(row, why, {}, noon, 0.5);
}

failure with_code(errc kind, std::string code) {
    failure made{kind, "Slack said " + code};
    made.code = std::move(code);
    return made;
}

}  // namespace

TEST_CASE("R5.11 only what may pass is tried again, the rest is given up with its sentence", "[outbox][policy]") {
    const std::vector<std::tuple<failure, how, bool>> rows{
        {failure{errc::unavailable, "no route"}, how::retry, true},
        {failure{errc::limited, "slow down"}, how::retry, true},
        {failure{errc::timed_out, "no answer"}, how::retry, false},
        {failure{errc::lost, "reset"}, how::retry, false},
        {failure{errc::unauthorised, "token_revoked"}, how::retry, true},
        {with_code(errc::refused, "not_in_channel"), how::retry, true},
        {with_code(errc::refused, "is_archived"), how::give_up, true},
        {with_code(errc::not_found, "channel_not_found"), how::give_up, true},
        {with_code(errc::invalid, "invalid_blocks"), how::give_up, true},
        {with_code(errc::refused, "restricted_action"), how::give_up, true},
    };
    for (const auto& [why, verdict, surely_not_sent] : rows) {
        INFO(why.sentence());
        const auto outcome = settled(why);
        CHECK(outcome.verdict == verdict);
        CHECK(outcome.surely_not_sent == surely_not_sent);
        CHECK(outcome.error == why.sentence());
        CHECK(outcome.key == "k");
        CHECK(outcome.fence == 7);
        if (verdict == how::retry) CHECK(outcome.due.value() > noon);
    }
}

TEST_CASE("R5.11 waits double up to a cap, and Retry-After is obeyed", "[outbox][policy]") {
    const failure broken{errc::unavailable, "no route"};
    CHECK(settled(broken, 0).due.value() - noon == 750ms);
    CHECK(settled(broken, 1).due.value() - noon == 1500ms);
    CHECK(settled(broken, 30).due.value() - noon == 45s);
    failure limited{errc::limited, "slow down"};
    limited.retry_after = 90s;
    CHECK(settled(limited).due.value() - noon == 90s);
}

TEST_CASE("an unknown outcome is looked up a little later, Slack may still be about to show it", "[outbox][policy]") {
    CHECK(settled(failure{errc::lost, "reset"}).due.value() - noon == 3s);
}

TEST_CASE("a bot that nobody invites is not waited for all day", "[outbox][policy]") {
    CHECK(settled(with_code(errc::refused, "not_in_channel"), 59).verdict == how::retry);
    CHECK(settled(with_code(errc::refused, "not_in_channel"), 60).verdict == how::give_up);
}
