#include "bot/outbox/policy.hpp"

#include <algorithm>

namespace slipway::outbox {
namespace {

milliseconds doubling(const retry_settings& settings, int attempts, double roll) {
    const auto ceiling = std::min(settings.cap, settings.base * (std::int64_t{1} << std::min(attempts, 20)));
    // Half fixed, half by chance: a row never returns at once, and rows that failed together come back apart.
    return ceiling / 2 + milliseconds{static_cast<std::int64_t>(static_cast<double>(ceiling.count()) / 2 * roll)};
}

}  // namespace

bool wants_new_message(const failure& why) noexcept {
    return why.code == "message_not_found" || why.code == "edit_window_closed" || why.code == "cant_update_message";
}

store::outbox_settle settle_failure(const store::outbox_row& row, const failure& why, const retry_settings& settings,
                                    instant now, double roll) {
    store::outbox_settle outcome;
    outcome.key = row.key;
    outcome.fence = row.fence;
    outcome.error = why.sentence();
    outcome.verdict = store::outbox_settle::how::retry;
    outcome.surely_not_sent = !may_have_happened(why.kind());
    const auto in = [&](milliseconds span) { outcome.due = now + span; };
    const auto wait = doubling(settings, row.attempts, roll);
    switch (why.kind()) {
        case errc::limited:
            in(why.retry_after.value_or(wait));
            return outcome;
        case errc::unavailable:
        case errc::cancelled:
            in(wait);
            return outcome;
        case errc::timed_out:
        case errc::lost:
            in(std::max(wait, settings.after_unknown));
            return outcome;
        case errc::unauthorised:
            in(settings.credentials);
            return outcome;
        default:
            break;
    }
    if (why.code == "not_in_channel" && row.attempts < settings.most_invitations) {
        in(settings.invitation);
        return outcome;
    }
    outcome.verdict = store::outbox_settle::how::give_up;
    return outcome;
}

}  // namespace slipway::outbox
