// Reading the parts of a project file about when and where: the freeze calendar, the version that runs, the way back.
#include "commands/release/read_deployment.hpp"

#include "commands/release/setting_checks.hpp"

namespace slipway::release {
namespace {

constexpr milliseconds longest_window{31LL * 24 * 3'600'000};

std::optional<wall_time> wall_time_at(const yaml_value& at) {
    const auto made = parse_wall_time(at.text());
    if (at.present() && !made)
        at.problem("`" + at.path() +
                   "` is no time of day: write 2026-12-20 or \"2026-12-20 16:00\", as the clock in `zone` shows it");
    return made;
}

freeze_rule read_freeze(const yaml_value& at) {
    at.only({"allow", "deny", "cron", "lasts", "from", "until", "zone", "environments", "people", "robots", "overrun"});
    freeze_rule made;
    made.line = at.line();
    made.allow = at.at("allow").present();
    if (made.allow == at.at("deny").present())
        at.problem("a line of `freeze` needs either `deny: REASON` or `allow: REASON`");
    made.reason = (made.allow ? at.at("allow") : at.at("deny")).name();
    const auto cron = at.at("cron");
    made.cron = parse_cron(cron.text());
    if (cron.present() && !made.cron)
        cron.problem("`" + cron.path() + "` is no cron line of five fields, such as \"0 16 * * fri\"");
    made.lasts = at.at("lasts").duration(milliseconds{0});
    if (cron.present() && (made.lasts < milliseconds{60'000} || made.lasts > longest_window))
        at.problem("with `cron` a line of `freeze` says how long it is open, from 1m to 31d: `lasts: 64h`");
    made.from = wall_time_at(at.at("from"));
    made.until = wall_time_at(at.at("until"));
    const bool once = at.at("from").present() || at.at("until").present();
    if (once == cron.present() || (once && !(at.at("from").present() && at.at("until").present())))
        at.problem("a line of `freeze` is open either by `cron` and `lasts`, or `from` one time `until` another");
    made.zone = at.at("zone").name(made.zone);
    made.environments = at.at("environments").texts();
    made.people = at.at("people").flag(true);
    made.robots = at.at("robots").flag(true);
    made.overrun = at.at("overrun").flag(false);
    return made;
}

}  // namespace

std::vector<freeze_rule> read_freezes(const yaml_value& at) {
    std::vector<freeze_rule> all;
    for (const auto& each : at.items()) all.push_back(read_freeze(each));
    return all;
}

observed_settings read_observed(const yaml_value& at) {
    at.only({"url", "header", "json", "every"});
    observed_settings made;
    if (!at) return made;
    made.url = checks::text_that(at.required("url"), checks::is_web_url, "an http or https address without a password");
    made.header = at.at("header").text();
    made.json = at.at("json").text();
    if (made.header.empty() == made.json.empty())
        at.problem("`" + at.path() +
                   "` needs either `header`, the name of the header that holds the version, or "
                   "`json`, the member of the page (such as `build.version`)");
    made.every = at.at("every").duration(made.every);
    if (made.every < milliseconds{1'000} || made.every > milliseconds{25'000})
        at.at("every").problem("`" + at.path() + ".every` is from 1s to 25s: two looks have to agree within a minute");
    return made;
}

rollback_settings read_rollback(const yaml_value& at) {
    at.only({"function", "arguments", "dry_run"});
    rollback_settings made;
    if (!at) return made;
    made.function = at.at("function").name(made.function);
    made.arguments = at.required("arguments").texts();
    made.dry_run = at.at("dry_run").text(made.dry_run);
    bool names_it = false;
    for (const auto& each : made.arguments)
        names_it = names_it || each.find("{tag}") != std::string::npos || each.find("{version}") != std::string::npos;
    if (!made.arguments.empty() && !names_it)
        at.at("arguments")
            .problem("`" + at.path() + ".arguments` must say where the version stands: {tag} or {version}");
    return made;
}

}  // namespace slipway::release
