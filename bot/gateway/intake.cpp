#include "bot/gateway/intake.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "integrations/base/json.hpp"

namespace slipway::gateway {
namespace {

/// Typed per keystroke and answered in the acknowledgement: storing it would help nobody.
bool is_transient(const slack::payload& what) {
    return std::holds_alternative<slack::block_suggestion>(what);
}

}  // namespace

bool ack_figures::note(milliseconds took, milliseconds within) {
    ++sent;
    last = took;
    longest = std::max(longest, took);
    if (took <= within) return false;
    ++late;
    return true;
}

intake::intake(inbox& envelopes, timers& clock, answer_hook answer)
    : inbox_{envelopes}, clock_{clock}, answer_{std::move(answer)} {}

std::optional<json::object> intake::answer_for(const slack::envelope& arrived, const slack::payload& what) const {
    if (!arrived.takes_answer || !answer_) return std::nullopt;
    try {
        return answer_(what);
    } catch (const std::exception& bug) {
        spdlog::error("envelope={} gets a plain acknowledgement, its answer ended by a bug: {}", arrived.id,
                      bug.what());
        return std::nullopt;
    }
}

task<result<admission>> intake::admit(slack::envelope arrived) {
    admission made{.what = slack::payload_of(arrived, clock_.now())};
    made.answer = answer_for(arrived, made.what);
    if (is_transient(made.what)) co_return made;
    made.refused = made.answer && text_at(*made.answer, "response_action") == "errors";
    const auto id = arrived.id;
    auto received = co_await inbox_.receive(std::move(arrived));
    if (received.has_error()) {
        spdlog::error("envelope={} payload={} is not acknowledged: {}", id, slack::describe(made.what),
                      received.error().sentence());
        co_return received.error();
    }
    made.to_handle = received->to_handle;
    if (!made.to_handle)
        spdlog::info("envelope={} payload={} is a repeat of {}", id, slack::describe(made.what), received->id);
    made.id = std::move(received->id);
    co_return made;
}

void intake::proceed(admission&& admitted) {
    if (!admitted.to_handle) return;
    if (admitted.refused)
        inbox_.dismiss(std::move(admitted.id));
    else
        inbox_.handle(std::move(admitted.id), std::move(admitted.what));
}

}  // namespace slipway::gateway
