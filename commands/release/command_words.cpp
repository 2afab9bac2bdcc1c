// What a command asks, in a few words, for the journal's note of a refusal.
#include "commands/release/rules.hpp"

namespace slipway::release {
namespace {

/// Ids that came from a typed command may be anything: kept short.
std::string kept(const std::string& id) {
    constexpr std::size_t most = 80;
    return id.substr(0, most);
}

std::string on_step(const char* what, const std::string& step) {
    return step.empty() ? what : what + (" " + kept(step));
}

std::string on_item(const std::string& what, const std::string& step, const std::string& item) {
    return item.empty() ? what + " " + kept(step) : what + " " + kept(item) + " of " + kept(step);
}

struct describer {
    std::string operator()(const approve& c) const { return on_step("approve", c.step); }
    std::string operator()(const reject& c) const { return on_step("reject", c.step); }
    std::string operator()(const withdraw& c) const { return on_step("withdraw", c.step); }
    std::string operator()(const choose& c) const {
        return on_item("choose " + kept(c.choice) + " on", c.step, c.item);
    }
    std::string operator()(const delegate& c) const { return on_item("delegate", c.step, c.item); }
    std::string operator()(const hold&) const { return "hold"; }
    std::string operator()(const request_stop& c) const { return on_step("request stop", c.step); }
    std::string operator()(const break_glass& c) const { return on_step("break glass", c.step); }
    std::string operator()(const propose_rollback& c) const { return on_step("propose rollback", c.step); }
    std::string operator()(const resume&) const { return "resume"; }
    std::string operator()(const abort&) const { return "abort"; }
    std::string operator()(const retry& c) const { return on_step("retry", c.step); }
    std::string operator()(const skip& c) const { return on_step("skip", c.step); }
    std::string operator()(const treat_as_done& c) const { return on_item("treat as done", c.step, c.item); }
    std::string operator()(const run_again& c) const { return on_item("run again", c.step, c.item); }
    std::string operator()(const go_back&) const { return "roll back"; }
    std::string operator()(const lock_seen&) const { return "lock"; }
    std::string operator()(const unlock_seen&) const { return "unlock"; }
    std::string operator()(const way_back_ended&) const { return "way back ended"; }
    std::string operator()(const add_note&) const { return "note"; }
    std::string operator()(const edit_notes&) const { return "edit the notes"; }
    std::string operator()(const advance&) const { return "advance"; }
    std::string operator()(const look_finished& c) const { return on_step("look finished", c.step); }
    std::string operator()(const step_finished& c) const { return on_step("step finished", c.step); }
    std::string operator()(const item_finished& c) const { return on_item("item finished", c.step, c.item); }
    std::string operator()(const tick&) const { return "tick"; }
    std::string operator()(const members_seen&) const { return "members seen"; }
    std::string operator()(const drift_seen&) const { return "drift seen"; }
};

}  // namespace

std::string words_of(const command& asked) {
    return std::visit(describer{}, asked);
}

}  // namespace slipway::release
