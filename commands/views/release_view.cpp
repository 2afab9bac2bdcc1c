#include "commands/views/release_view.hpp"

#include <algorithm>
#include <set>

#include "commands/views/board.hpp"
#include "commands/views/error_cards.hpp"
#include "commands/views/gate_card.hpp"
#include "commands/views/items_card.hpp"
#include "commands/views/posts.hpp"
#include "commands/views/sign_off_posts.hpp"
#include "commands/views/step_card.hpp"
#include "commands/views/ways_back.hpp"

namespace slipway::views {
namespace {

using release::step_status;

/// Where a message stands.
struct place {
    std::string channel, user;
    std::string thread_of;  ///< key of the message that begins the thread
    bool broadcast = false;
    bool pin = false;
    int priority = slack::priority::detail;
};

slack::desired_message wish_for(rendered message, const place& where) {
    slack::desired_message wish;
    wish.channel = where.user.empty() ? where.channel : std::string{};
    wish.user = where.user;
    wish.thread_of = where.thread_of;
    wish.broadcast = where.broadcast;
    wish.pin = where.pin;
    wish.text = std::move(message.text);
    wish.blocks = std::move(message.blocks);
    return wish;
}

class collector {
public:
    collector(const release::release_state& state, const release::project_settings& project)
        : state_{state}, people_{project}, project_{project} {}

    release_view take() && { return std::move(made_); }

    void all() {
        put(key("board"), board(state_, people_, made_.buttons),
            {.channel = state_.channel,
             .user = {},
             .thread_of = {},
             .pin = state_.is_live(),
             .priority = slack::priority::board});
        for (const auto& rule : state_.plan.steps)
            if (const auto* step = state_.step(rule.id)) of_step(rule, *step);
        if (state_.locked)
            put(key("lock/" + std::to_string(state_.locked->number)), lock_notice(state_, people_),
                in_thread(/*broadcast=*/true, slack::priority::gate), say("The project is no longer locked."));
        of_errors();
        of_broken_glass();
        if (!state_.is_live()) put(key("summary"), summary(state_, people_), in_channel(slack::priority::gate));
    }

private:
    std::string key(const std::string& rest) const { return state_.id + "/" + rest; }

    place in_channel(int priority) const {
        return {.channel = state_.channel, .user = {}, .thread_of = {}, .priority = priority};
    }
    place in_thread(bool broadcast, int priority) const {
        return {.channel = state_.channel,
                .user = {},
                .thread_of = key("board"),
                .broadcast = broadcast,
                .priority = priority};
    }

    void put(const std::string& name, rendered message, const place& where, const markup& when_retired = {}) {
        rendered rest;
        rest.thread_parts = std::move(message.thread_parts);
        rest.files = std::move(message.files);
        outgoing one{name, slack::desired_message{}, where.priority, std::nullopt};
        if (!when_retired.empty()) one.retired = wish_for(without_buttons(message, when_retired), where);
        one.wish = wish_for(std::move(message), where);
        made_.messages.push_back(std::move(one));
        put_rest(name, std::move(rest), where);
    }

    /// What the message itself could not hold. Slack's threads are flat: parts of an answer are answers beside it.
    void put_rest(const std::string& name, rendered message, const place& where) {
        place below = where;
        below.thread_of = where.thread_of.empty() ? name : where.thread_of;
        below.broadcast = below.pin = false;
        below.priority = slack::priority::detail;
        int number = 0;
        for (auto& each : message.thread_parts) {
            slack::desired_message gone = wish_for({}, below);
            gone.remove = true;
            made_.messages.push_back({name + "/part/" + std::to_string(++number), wish_for(std::move(each), below),
                                      below.priority, std::move(gone)});
        }
        if (!where.user.empty()) return;  // the channel's copy has the files
        for (auto& each : message.files)
            made_.messages.push_back(
                {name + "/file/" + each.name,
                 slack::desired_file{where.channel, below.thread_of, each.name, each.name, std::move(each.content)},
                 below.priority, std::nullopt});
    }

    void of_step(const release::step_rule& rule, const release::step_state& step) {
        const bool begun = step.status != step_status::waiting && step.status != step_status::skipped &&
                           step.status != step_status::not_needed;
        if ((rule.kind == "notify" || rule.kind == "publish_changelog") && begun)
            put(key(rule.id), post(state_, rule, people_), in_channel(slack::priority::gate));
        if (step.intent && step.intent->late != instant{})
            put(key(rule.id + "/late/" + std::to_string(step.attempt)), late_post(state_, step, people_),
                in_thread(/*broadcast=*/false, slack::priority::detail));
        if (step.gate) of_gate(rule, step);
        if (!step.items.empty() && rule.kind != "telemetry_watch") of_items(rule, step);
        of_ending(step);
    }

    void of_gate(const release::step_rule& rule, const release::step_state& step) {
        const auto number = std::to_string(step.attempt) + "." + std::to_string(step.gate->number);
        const bool open = takes_answers(state_, step);
        // A card without buttons is past already: nothing to take away from it.
        const auto past = open ? say("This question was asked again; the newest card is the one to answer.") : markup{};
        const auto where = in_thread(!is_confirmation(rule), slack::priority::gate);
        const auto card = gate_card(state_, step, people_, made_.buttons);
        put(key(rule.id + "/gate/" + number), card, where, past);
        of_gate_news(rule, step, number);
        const auto asked = people_.asked_directly(state_, *step.gate);
        if (asked.empty()) return;
        const auto ask = key(rule.id + "/ask/" + number + "/");
        const auto direct = open ? gate_direct_message(state_, step, people_, made_.buttons) : card;
        for (const auto& user : asked) {
            place to = where;
            to.user = user;
            to.thread_of.clear();
            to.broadcast = false;
            auto name = ask;
            name += user;
            put(name, direct, to, past);
        }
    }

    void of_gate_news(const release::step_rule& rule, const release::step_state& step, const std::string& number) {
        if (step.gate->reminded != instant{})
            put(key(rule.id + "/reminder/" + number), reminder_post(state_, step, people_),
                in_thread(/*broadcast=*/false, slack::priority::gate));
        const bool vetoed = step.gate->status == release::gate_status::rejected;
        if (!vetoed || step.gate->closed_by.user == state_.requester.user) return;
        auto where = in_channel(slack::priority::gate);
        where.user = state_.requester.user;
        put(key(rule.id + "/veto/" + number), veto_message(state_, step, people_), where);
    }

    /// To the lead of every role, whichever gate it was (R3.13).
    void of_broken_glass() {
        std::set<std::string> leads;
        for (const auto& [role, lead] : project_.leads) leads.insert(lead);
        int number = 0;
        for (const auto& each : state_.broken) {
            auto name = "glass/" + std::to_string(++number) + "/";
            for (const auto& lead : leads) {
                auto where = in_channel(slack::priority::gate);
                where.user = lead;
                put(key(name + lead), broken_glass_message(state_, each, people_), where);
            }
        }
    }

    void of_items(const release::step_rule& rule, const release::step_state& step) {
        // R7.6: the channel hears of what changes the world; who is asked personally has a direct message.
        const bool is_personal = std::ranges::any_of(step.items, [](const auto& each) { return !each.asks.empty(); });
        put(key(rule.id + "/items"), items_card(state_, step, people_, made_.buttons),
            in_thread(/*broadcast=*/rule.effect != release::side_effect::none && !is_personal, slack::priority::gate),
            say("The step starts over; a new list comes."));
        for (const auto& item : step.items) {
            // Below the board: in the thread, where the card stands.
            put_file(rule.id, item, in_thread(/*broadcast=*/false, slack::priority::detail), key("board"));
            of_asked(rule, step, item);
        }
    }

    /// What a person has to read or copy as it is. The name has the fingerprint: another text is another file.
    void put_file(const std::string& step, const release::item_state& item, const place& where,
                  const std::string& thread) {
        if (item.file.empty() || item.body.empty()) return;
        slack::desired_file wish;
        wish.channel = where.user.empty() ? where.channel : std::string{};
        wish.user = where.user;
        wish.thread_of = thread;
        wish.filename = item.file;
        wish.title = item.id + " " + item.title.raw();
        wish.content = item.body;
        made_.messages.push_back({thread + "/file/" + step + "/" + item.id + "/" + item.fingerprint.substr(0, 16), wish,
                                  slack::priority::detail, std::nullopt});
    }

    /// One direct message for each person whom an open item asks; it stays, rewritten, once the item was decided.
    void of_asked(const release::step_rule& rule, const release::step_state& step, const release::item_state& item) {
        const bool was_asked = item.status != release::item_status::done || item.attempt > 0;
        if (!was_asked) return;
        const auto number = std::to_string(step.attempt) + "." + std::to_string(item.round);
        for (const auto& person : item.asked()) {
            auto where = in_channel(slack::priority::gate);
            where.user = person.user;
            const auto asks = key(rule.id + "/asks/" + item.id + "/" + number + "/" + person.user);
            put(asks, item_direct_message(state_, step, item, people_, made_.buttons), where,
                say("This is no longer asked in this form; the release's thread shows how it stands."));
            put_file(rule.id, item, where, asks);
        }
    }

    void of_errors() {
        const auto all = errors_of(state_);
        if (all.empty()) return;
        // The thread stays; a group that a person muted leaves the list, and its card says so (items stay).
        put(key("errors"), error_alert(state_, all, people_, made_.buttons), in_channel(slack::priority::gate));
        std::size_t cards = 0;
        for (const auto& each : all) {
            if (++cards > most_error_cards) break;
            auto where = in_channel(slack::priority::detail);
            where.thread_of = key("errors");
            put(key("errors/" + each.hash), error_card(state_, each, people_, made_.buttons), where,
                say("Muted, resolved or no longer alarming."));
        }
        for (const auto& call : error_calls(all)) {
            auto where = in_channel(slack::priority::detail);
            where.thread_of = key("errors");
            put(key("errors/call/" + call.key), call.message, where);
        }
    }

    void of_ending(const release::step_state& step) {
        const auto number = std::to_string(step.attempt);
        const bool stopped = step.status == step_status::failed || step.status == step_status::errored ||
                             step.status == step_status::unknown_outcome;
        if (stopped)
            put(key(step.id + "/stopped/" + number), failure_card(state_, step, people_, made_.buttons),
                in_thread(/*broadcast=*/true, slack::priority::gate),
                say("Dealt with since; the board shows how it went on."));
        if (has_result(step))
            put(key(step.id + "/result/" + number), result_card(state_, step, people_, made_.buttons),
                in_thread(/*broadcast=*/false, slack::priority::detail));
    }

    const release::release_state& state_;
    names people_;
    const release::project_settings& project_;
    release_view made_;
};

}  // namespace

release_view everything(const release::release_state& state, const release::project_settings& project) {
    collector made{state, project};
    made.all();
    return std::move(made).take();
}

}  // namespace slipway::views
