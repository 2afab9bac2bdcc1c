// restart: one service, by command or Salt function; done when it says that it was started after the intent.
#include <charconv>

#include "commands/steps/common.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/net/http.hpp"
#include "integrations/process/process.hpp"
#include "integrations/salt/salt.hpp"

namespace slipway::steps {
namespace {

constexpr milliseconds between_looks{500};
/// Clocks of the service and of the bot may differ by this much.
constexpr milliseconds clock_slack{1'000};

/// An ISO time or Unix seconds (with or without a fraction), as programs print them.
std::optional<instant> read_time(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    if (const auto iso = from_iso(text)) return iso;
    std::int64_t seconds = 0;
    const auto end = text.find('.');
    const auto whole = text.substr(0, end);
    const auto [stop, error] = std::from_chars(whole.data(), whole.data() + whole.size(), seconds);
    if (error != std::errc{} || stop != whole.data() + whole.size()) return std::nullopt;
    return from_unix_ms(seconds * 1000);
}

const release::restart_settings* settings_of(const context& here) {
    const auto found = here.project->restarts.find(here.rule.id);
    return found == here.project->restarts.end() ? nullptr : &found->second;
}

bool has_probe(const release::restart_settings& settings) {
    return !settings.probe.empty() || !settings.probe_url.empty();
}

class restart final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("restart", release::step_class::action, false, true, release::side_effect::reversible);
    }
    std::string plan(const release::step_rule& rule, const release::project_settings& project,
                     const std::string&) const override {
        const auto found = project.restarts.find(rule.id);
        if (found == project.restarts.end()) return "not configured: set restarts." + rule.id + " in the project file";
        if (!found->second.command.empty())
            return "run `" + process::to_words(found->second.command) + "`, then see that it started";
        return "salt " + found->second.salt_function + " on " +
               (found->second.salt_target.empty() ? std::string{"the pinned hosts"} : found->second.salt_target);
    }
    task<result<probe_outcome>> probe(context here, act intent) override {
        const auto* settings = settings_of(here);
        probe_outcome seen;
        if (settings == nullptr || !has_probe(*settings)) co_return seen;
        const auto started = co_await started_at(here, *settings);
        if (!started) {
            // A service that is down now has not been restarted; doing it is the cure.
            seen.text = started.error().sentence();
            co_return seen;
        }
        seen.what = *started + clock_slack >= intent.intended ? answer::done : answer::not_done;
        seen.text = "running since " + to_iso(*started).substr(11, 8) + " UTC";
        co_return seen;
    }
    task<result<outcome>> perform(context here, act intent) override {
        const auto* settings = settings_of(here);
        if (settings == nullptr) co_return not_configured("The restart of " + here.rule.id, "restarts." + here.rule.id);
        auto asked =
            settings->command.empty() ? co_await by_salt(here, *settings) : co_await by_command(here, *settings);
        if (!asked || !asked->ok || !has_probe(*settings)) co_return asked;
        const auto give_up = here.with.time->now() + settings->patience;
        for (;;) {
            const auto started = co_await started_at(here, *settings);
            if (started && *started + clock_slack >= intent.intended) {
                asked->text = "running since " + to_iso(*started).substr(11, 8) + " UTC";
                co_return asked;
            }
            if (here.with.time->now() >= give_up) {
                asked->ok = false;
                asked->text = "the restart was accepted, but the service " +
                              (started ? "still runs since " + to_iso(*started)
                                       : "does not answer: " + started.error().sentence());
                co_return asked;
            }
            co_await here.with.time->sleep(between_looks);
        }
    }

private:
    static task<result<instant>> started_at(context here, release::restart_settings settings) {
        std::string text;
        if (!settings.probe_url.empty()) {
            net::request asked;
            asked.url = settings.probe_url;
            const auto got = co_await here.with.http->send(std::move(asked));
            if (!got) co_return got.error();
            if (got->status != 200)
                co_return failure{errc::refused,
                                  settings.probe_url + " answers with status " + std::to_string(got->status)};
            const auto page = parse_json(got->body);
            if (!page) co_return page.error().within(settings.probe_url);
            text = text_at(*page, "started_at");
            if (text.empty()) text = text_at(*page, "started");
        } else {
            process::command what;
            what.argv = settings.probe;
            what.environment = process::inherited();
            what.total_timeout = milliseconds{30'000};
            const auto ran = co_await here.with.processes->run(std::move(what));
            if (!ran) co_return ran.error();
            if (ran->how != process::ending::exited || ran->code != 0)
                co_return failure{errc::refused, "the probe `" + process::to_words(settings.probe) +
                                                     "` failed: " + tail(ran->err, 300)};
            text = ran->out;
        }
        const auto when = read_time(text);
        if (!when) co_return failure{errc::lost, "the probe says “" + text.substr(0, 60) + "”, which is no time"};
        co_return *when;
    }
    static task<result<outcome>> by_command(context here, release::restart_settings settings) {
        process::command what;
        what.argv = settings.command;
        what.environment = process::inherited();
        what.environment["SLIPWAY_VERSION"] = here.state->version;
        what.log_file = here.log_file;
        what.total_timeout = here.rule.timeout;
        const auto ran = co_await here.with.processes->run(std::move(what));
        if (!ran) co_return ran.error();
        outcome done;
        done.ok = ran->how == process::ending::exited && ran->code == 0;
        done.text =
            done.ok ? "restarted"
                    : "`" + process::to_words(settings.command) + "` ended with exit code " + std::to_string(ran->code);
        done.detail = tail(ran->out + ran->err);
        co_return done;
    }
    static task<result<outcome>> by_salt(context here, release::restart_settings settings) {
        if (here.with.salt == nullptr) co_return not_configured("Salt", "salt.target");
        std::vector<std::string> hosts;
        for (const auto& each : array_at(here.state->facts, "hosts"))
            if (each.is_string()) hosts.emplace_back(each.get_string());
        if (!settings.salt_target.empty()) {
            const auto there = co_await here.with.salt->ping(settings.salt_target);
            if (!there) co_return there.error();
            hosts = there->of(salt::reply::ok);
            if (hosts.empty()) co_return failure{errc::refused, "no host answered for " + settings.salt_target};
        }
        const auto rows = co_await here.with.salt->call(hosts, settings.salt_function, settings.salt_arguments);
        if (!rows) co_return rows.error();
        outcome done;
        done.ok = rows->all_well();
        done.text = done.ok ? "restarted on " + count(hosts.size(), "host") : rows->summary();
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_restart() {
    return std::make_unique<restart>();
}

}  // namespace slipway::steps
