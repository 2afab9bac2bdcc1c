#include "commands/views/home.hpp"

#include <algorithm>

#include "commands/views/board.hpp"
#include "commands/views/gate_card.hpp"
#include "commands/views/items_card.hpp"
#include "integrations/slack/blocks/home.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

constexpr std::size_t most_past = 5, most_items = 15, most_coming = 5;

/// What opens a channel in Slack, from anywhere.
std::string channel_link(const release::release_state& state) {
    return "https://slack.com/app_redirect?team=" + state.team + "&channel=" + state.channel;
}

slack::button open_channel(const release::release_state& state) {
    slack::button made{"Open the channel", "slipway.open", {}};
    made.url = channel_link(state);
    made.spoken = "Open the channel of " + state.project + " " + state.version;
    return made;
}

const std::string& title_of(const release::project_settings& project) {
    return project.title.empty() ? project.name : project.title;
}

class page {
public:
    page(const home_viewer& viewer, instant now) : viewer_{viewer}, now_{now} {}

    boost::json::object show(const std::vector<home_project>& all) {
        made_.header("Needs you");
        for (const auto& each : all) needs(each);
        if (needed_ == 0) made_.section(say("Nothing waits for you."));
        made_.header("Running");
        for (const auto& each : all) runs(each);
        if (running_ == 0) made_.section(say("No release is under way."));
        starting(all);
        made_.header("Locks and freezes");
        for (const auto& each : all) holds(each);
        if (held_ == 0) made_.section(say("Nothing holds a release back, now or in the next seven days."));
        past(all);
        made_.header("You");
        account();
        for (const auto& each : all) rights(*each.project);
        return made_.render();
    }

private:
    bool is_mine(const std::vector<release::person_id>& people) const {
        return std::ranges::any_of(people, [this](const auto& each) { return each.user == viewer_.who.user; });
    }

    void needs(const home_project& here) {
        if (here.live == nullptr) return;
        const names people{*here.project};
        for (const auto& step : here.live->steps) {
            of_gate(*here.live, step, people);
            of_items(*here.live, step, people);
        }
    }

    void of_gate(const release::release_state& state, const release::step_state& step, const names& people) {
        if (!step.gate || !takes_answers(state, step)) return;
        for (const auto& seat : step.gate->seats) {
            const auto can = people.who_can_fill(state, *step.gate, seat.role);
            if (seat.taken_by || std::ranges::find(can, viewer_.who.user) == can.end()) continue;
            ++needed_;
            button_row row{unused_};
            made_.item(say("*{}*\n{} · your answer as {} · until {}", filled(step.gate->question, state),
                           release_name(state, people.project()), seat.role, slack::date_token(step.gate->expires)),
                       {approve_button(state, step, row), reject_button(state, step, row), open_channel(state)});
            return;
        }
    }

    void of_items(const release::release_state& state, const release::step_state& step, const names& people) {
        std::size_t shown = 0;
        for (const auto& item : step.items) {
            if (item.status != release::item_status::open || !is_mine(item.asked())) continue;
            button_row row{unused_};
            const auto buttons = item_buttons(state, step, item, row);
            if (buttons.empty()) continue;
            ++needed_;
            if (++shown > most_items) continue;
            made_.item(say("{}\n{}", item_text(item, people), release_name(state, people.project())), buttons);
        }
        if (shown > most_items) made_.context(say("+ {} more in the release's thread", shown - most_items));
    }

    void runs(const home_project& here) {
        if (here.live == nullptr) return;
        ++running_;
        const names people{*here.project};
        auto text = say("*{}* · {} · {}", release_name(*here.live, *here.project),
                        release::to_words(release::status_of(*here.live)), progress(*here.live));
        for (const auto& each : what_is_going_on(*here.live, people)) text += say("\n{}", slack::cut(each, 400));
        made_.section(slack::cut(text, 2'500), slack::element{open_channel(*here.live)});
    }

    void starting(const std::vector<home_project>& all) {
        const auto may_start = [this](const home_project& each) {
            const auto& project = *each.project;
            const auto rights = project.rights.empty() ? release::default_rights() : project.rights;
            return release::may(rights, "start", {viewer_.who, project.roles_of(viewer_.who.user)}).has_value();
        };
        if (std::ranges::any_of(all, may_start))
            made_.actions({slack::button{"Start a release", start_action, {}, slack::button_style::primary}});
    }

    void holds(const home_project& here) {
        const names people{*here.project};
        auto text = house_words(*here.house, people, now_);
        const auto add = [&text](const markup& line) { text += (text.empty() ? say("") : say("\n")) + line; };
        if (here.open)
            add(say("🧊 *A freeze is open* until {}: {}", slack::date_token(here.open->until),
                    brief(here.open->reason, 200)));
        std::size_t shown = 0;
        for (const auto& each : here.coming)
            if (++shown <= most_coming)
                add(say("• {} {} – {}: {}", each.allow ? "✅ allowed" : "🧊 frozen", slack::date_token(each.from),
                        slack::date_token(each.until), brief(each.reason, 200)));
        if (shown > most_coming) add(say("+ {} more", shown - most_coming));
        if (text.empty()) return;
        ++held_;
        made_.section(say("*{}*\n", slack::cut(title_of(*here.project), 100)) + text);
    }

    void past(const std::vector<home_project>& all) {
        std::vector<std::pair<const home_project*, const release::release_state*>> ended;
        for (const auto& here : all)
            for (const auto& each : here.past) ended.emplace_back(&here, each.get());
        std::ranges::sort(ended, [](const auto& a, const auto& b) {
            return std::pair{a.second->ended_at, a.second->id} > std::pair{b.second->ended_at, b.second->id};
        });
        made_.header("The last releases");
        if (ended.empty()) made_.section(say("There has been none yet."));
        if (ended.size() > most_past) ended.resize(most_past);
        for (const auto& [here, state] : ended)
            made_.section(say("*{}* · {} · {} · for {}", release_name(*state, *here->project),
                              release::to_words(release::status_of(*state)), slack::date_token(state->ended_at),
                              names{*here->project}.of(state->requester)));
    }

    void account() {
        made_.section(viewer_.gitlab.empty()
                          ? say("No GitLab account is linked; {} connects yours, so that errors find you.",
                                slack::code("/release link"))
                          : say("Linked with the GitLab account {}.", slack::code(viewer_.gitlab)));
    }

    /// What one may, and for everything else whom it takes (by the lists of the file; groups are read at the click).
    void rights(const release::project_settings& project) {
        const release::actor me{viewer_.who, project.roles_of(viewer_.who.user)};
        const auto rights = project.rights.empty() ? release::default_rights() : project.rights;
        std::vector<markup> roles, may, denied;
        for (const auto& each : me.roles) roles.push_back(slack::code(each));
        for (const auto& [verb, allowed] : rights) {
            if (release::may(rights, verb, me)) {
                may.push_back(slack::code(verb));
                continue;
            }
            std::vector<markup> who;
            for (const auto& role : allowed) who.push_back(slack::code(role == "*" ? "any role" : role));
            denied.push_back(say("{} ({})", slack::code(verb), who.empty() ? say("nobody") : slack::join(who, " or ")));
        }
        auto text = say("*{}* · ", slack::cut(title_of(project), 100));
        text +=
            roles.empty() ? say("you have no role in the project file") : say("you are {}", slack::join(roles, ", "));
        if (!project.role_sources.empty()) text += say("; roles that are groups are read when you click");
        if (!may.empty()) text += say(". You may {}", slack::join(may, ", "));
        if (!denied.empty()) text += say(". Not {}", slack::join(denied, ", "));
        made_.context(slack::cut(text, 2'500));
    }

    const home_viewer& viewer_;
    instant now_;
    slack::home_builder made_{home_callback};
    std::vector<release::button> unused_;  ///< the cards carry the same buttons and keep their rows
    std::size_t needed_ = 0, running_ = 0, held_ = 0;
};

}  // namespace

boost::json::object home(const std::vector<home_project>& all, const home_viewer& viewer, instant now) {
    page made{viewer, now};
    return made.show(all);
}

}  // namespace slipway::views
