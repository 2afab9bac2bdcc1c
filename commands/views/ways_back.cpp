#include "commands/views/ways_back.hpp"

#include <algorithm>

#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

constexpr std::size_t shown_lines = 12;

std::string project_title(const release::project_settings& project) {
    return project.title.empty() ? project.name : project.title;
}

std::string judged_line(const judged_migration& each) {
    const auto title = slack::cut(slack::one_line(each.what.title), 80);
    return each.what.release + " " + each.what.id + " " + title +
           (each.harmless ? ": stays, " + each.why : ": cannot be undone by going back (" + each.why + ")");
}

bool all_harmless(const std::vector<judged_migration>& all) {
    return std::ranges::all_of(all, &judged_migration::harmless);
}

std::string verdict_of(const std::vector<judged_migration>& migrations) {
    if (migrations.empty()) return "No migrations lie in between: the code of before finds its database as it was.";
    const auto many = std::to_string(migrations.size()) +
                      (migrations.size() == 1 ? " migration lies" : " migrations lie") + " in between. ";
    if (all_harmless(migrations))
        return many + "They only add, so the code of before runs with them; nothing is undone.";
    return many + "Not all can be undone: ask a DBA before you go back.";
}

markup lock_line(const release::lock_state& lock, const names& people) {
    return say("🔒 *Locked* (lock {}) by {} until {}: {}", lock.number,
               lock.automatic ? say("Slipway") : people.of(lock.owner), slack::date_token(lock.until), lock.reason);
}

}  // namespace

std::vector<std::string> rollback_lines(const release::rollback_choice& choice,
                                        const std::vector<judged_migration>& migrations) {
    std::vector<std::string> lines;
    lines.push_back(choice.from.version + " → " + choice.to.version);
    if (!choice.to.green) lines.push_back("The watch of " + choice.to.version + " did not end green.");
    if (choice.between.size() > 1) {
        std::string names;
        for (const auto& each : choice.between) names += (names.empty() ? "" : ", ") + each.version;
        lines.push_back("Takes back " + names + ".");
    }
    lines.push_back(verdict_of(migrations));
    for (const auto& each : migrations) lines.push_back(judged_line(each));
    return lines;
}

rendered rollback_card(const release::rollback_choice& choice, const std::vector<judged_migration>& migrations,
                       const release::project_settings& project, const std::optional<slack::element>& button) {
    const auto title = project_title(project) + ": " + choice.from.version + " → " + choice.to.version;
    slack::message_builder made{say("Roll back {}?", title), "rollback.txt"};
    made.header("Roll back " + title + "?");
    std::vector<slack::field> fields;
    fields.push_back(
        {"Runs now", say("{} since {}", slack::code(choice.from.version), slack::date_token(choice.from.at))});
    fields.push_back(
        {"Goes back to", say("{} of {}", slack::code(choice.to.version), slack::date_token(choice.to.at))});
    fields.push_back({"Its watch", choice.to.green ? say("✅ ended green") : say("⚠️ did not end green")});
    fields.push_back({"Migrations in between", migrations.empty() ? say("none")
                                               : all_harmless(migrations)
                                                   ? say("{}, they only add", migrations.size())
                                                   : say("⚠️ {}, not all can be undone", migrations.size())});
    made.fields(fields);
    if (choice.between.size() > 1) {
        std::vector<markup> names;
        for (const auto& each : choice.between) names.push_back(slack::code(each.version));
        made.section(say("It takes back {}.", slack::join(names, ", ")));
    }
    made.section(say("{}", verdict_of(migrations)));
    markup list;
    std::size_t shown = 0;
    for (const auto& each : migrations)
        if (shown++ < shown_lines) list += say("• {} {}\n", each.harmless ? say("✅") : say("⚠️"), judged_line(each));
    if (migrations.size() > shown_lines) list += say("+ {} more", migrations.size() - shown_lines);
    if (!list.empty()) made.section(list);
    if (button) made.actions({*button});
    made.context(
        say("Its own short checklist: pin the hosts, dry run, gate, run of the old tag, home page, restarts, "
            "watch. Order, freshness and freezes do not apply; rights, locks and the journal do. Afterwards "
            "the project is locked until somebody knows why. Or type {}.",
            slack::code("/release rollback " + choice.to.version + " REASON")));
    return made.render();
}

markup house_words(const release::project_state& house, const names& people, instant now) {
    markup text;
    if (house.lock && house.lock->holds_at(now)) text += lock_line(*house.lock, people);
    if (house.freeze && house.freeze->holds_at(now))
        text += say("{}🧊 *Freeze* declared by {} until {}: {}", text.empty() ? "" : "\n",
                    people.of(house.freeze->owner), slack::date_token(house.freeze->until), house.freeze->reason);
    std::size_t place = 0;
    for (const auto& each : house.queue)
        text += say("{}{} in the queue: {}, for {} since {}", text.empty() ? "" : "\n", ++place,
                    slack::code(each.version), people.of(each.by), slack::date_token(each.at));
    return text;
}

rendered calendar_reply(const release::project_state& house, const std::optional<release::freeze_now>& open,
                        const std::vector<calendar_line>& coming, const names& people, instant now) {
    const auto title = project_title(people.project());
    slack::message_builder made{say("Locks and freezes of {}", title), "calendar.txt"};
    made.header("Locks and freezes of " + title);
    const auto house_part = house_words(house, people, now);
    if (!house_part.empty()) made.section(house_part);
    if (open)
        made.section(open->until > now
                         ? say("🧊 *A freeze is open* until {}: {}", slack::date_token(open->until), open->reason)
                         : say("🧊 *A freeze is open*, with no end in sight: {}", open->reason));
    else if (house_part.empty())
        made.section(say("Nothing holds a release back now."));
    markup list;
    std::size_t shown = 0;
    for (const auto& each : coming)
        if (shown++ < shown_lines)
            list += say("• {} {} – {}: {}\n", each.allow ? "✅ allowed" : "🧊 frozen", slack::date_token(each.from),
                        slack::date_token(each.until), each.reason);
    if (coming.size() > shown_lines) list += say("+ {} more", coming.size() - shown_lines);
    if (!list.empty()) made.section(say("*The next seven days*\n") + list);
    made.context(say("{} declares a freeze, {} lifts it. Hotfix and rollback are never stopped by one.",
                     slack::code("/release freeze REASON 2h"), slack::code("/release freeze end")));
    return made.render();
}

markup observed_words(const observed_version& seen) {
    const auto since = slack::date_token(seen.since);
    if (seen.matches) return say("🟢 Production says {}, as recorded (since {}).", slack::code(seen.observed), since);
    return say("🔴 *Production says {}, but {} is recorded* (since {}).", slack::code(slack::cut(seen.observed, 60)),
               slack::code(seen.recorded), since);
}

rendered observed_notice(const observed_version& seen, const release::project_settings& project) {
    const auto title = project_title(project);
    slack::message_builder made{say("{}: the version that runs", title), "version.txt"};
    made.section(say("*{}*\n", title) + observed_words(seen));
    if (!seen.matches)
        made.context(
            say("Somebody deployed by hand, a host was left out, or a cache answers. {} shows what was recorded.",
                slack::code("/release history")));
    return made.render();
}

markup compensation_words(const release::release_state& state, const names& people) {
    markup text;
    for (const auto& each : release::compensations(state))
        text += say("\n• {}\n   ↳ {}", people.sentence(each.happened), people.sentence(each.way));
    return text;
}

rendered lock_notice(const release::release_state& state, const names& people) {
    const auto& lock = *state.locked;
    const auto name = release_name(state, people.project());
    slack::message_builder made{say("{}: the project was locked", name), "lock.txt"};
    made.section(lock_line(lock, people));
    made.section(
        say("{} goes on with what runs and with what can be undone; what cannot be undone waits. {} when the "
            "cause is gone.",
            name, slack::code("/release unlock " + std::to_string(lock.number))));
    return made.render();
}

rendered stolen_notice(const release::lock_state& now, const release::project_settings& project) {
    const names people{project};
    slack::message_builder made{say("Your lock of {} was taken over", project_title(project)), "lock.txt"};
    made.section(
        say("{} took over your lock of *{}* by force: {}", people.of(now.owner), project_title(project), now.reason));
    made.context(say("Talk to them; what holds now is lock {}, until {}.", now.number, slack::date_token(now.until)));
    return made.render();
}

}  // namespace slipway::views
