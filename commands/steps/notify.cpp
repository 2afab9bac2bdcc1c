// notify: a message to the channel. The message itself is part of what the release looks like (commands/views); this
// step waits until Slack has it.
#include "commands/steps/common.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/store/store.hpp"

namespace slipway::steps {
namespace {

constexpr milliseconds between_message_looks{250};

class notify final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("notify", release::step_class::notify, false, false, release::side_effect::none, {"what"});
    }
    std::string plan(const release::step_rule& rule, const release::project_settings& project,
                     const std::string&) const override {
        return "post to " + project.channel + ": " +
               (text_at(rule.with, "what") == "changelog" ? std::string{"the changelog entry"} : rule.text);
    }
    task<result<outcome>> perform(context here, act) override {
        const auto key = here.state->id + "/" + here.rule.id;
        for (;;) {
            const auto row = co_await here.with.store->outbox_row_of(key);
            if (!row) co_return row.error();
            if (*row && (*row)->given_up)
                co_return failure{errc::refused, "Slack did not take the message: " + (*row)->last_error};
            if (*row && (*row)->achieved > 0) {
                outcome done;
                done.text = "posted";
                done.data["ts"] = text_at((*row)->receipt, "ts");
                co_return done;
            }
            co_await here.with.time->sleep(between_message_looks);
        }
    }
};

/// confirm: people say that something outside was done. Everything about it is its gate.
class confirm final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("confirm", release::step_class::confirm); }
    std::string plan(const release::step_rule& rule, const release::project_settings&,
                     const std::string&) const override {
        std::string who;
        for (const auto& gate : rule.gate)
            for (const auto& [role, seats] : gate.seats)
                who += (who.empty() ? "" : " and ") + (seats > 1 ? std::to_string(seats) + " × " : "") + role;
        return "ask " + who + " to confirm";
    }
};

}  // namespace

std::unique_ptr<step_kind> create_notify() {
    return std::make_unique<notify>();
}
std::unique_ptr<step_kind> create_confirm() {
    return std::make_unique<confirm>();
}

}  // namespace slipway::steps
