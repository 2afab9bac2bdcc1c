#include "commands/steps/machines/job_run.hpp"

#include "commands/steps/machines/job_notes.hpp"

namespace slipway::steps {
namespace {

/// The first lines only: a job may print a million, and the whole output is in its own log.
std::function<void(const std::string&)> some_of(std::function<void(std::string)> log) {
    constexpr int most = 300;
    return [log = std::move(log), told = 0](const std::string& line) mutable {
        if (++told <= most) log(line);
        if (told == most) log("(what follows is in the log of the attempt)");
    };
}

}  // namespace

json::array rows_as_json(const std::vector<runner::row>& rows) {
    json::array all;
    for (const auto& each : rows) {
        json::object one;
        one["host"] = each.host;
        one["ok"] = each.ok;
        one["changed"] = each.changed;
        one["text"] = each.text.raw();
        all.push_back(std::move(one));
    }
    return all;
}

std::string row_lines(const std::vector<runner::row>& rows) {
    std::string text;
    for (const auto& each : rows)
        text += each.host + ": " + (each.ok ? each.changed ? "changed" : "ok" : "failed") +
                (each.text.empty() ? "" : ", " + each.text.raw()) + "\n";
    return text;
}

task<result<probe_outcome>> probe_job(context here, job_run of) {
    job_notes notes{*here.with.store};
    const auto known = co_await notes.read(of.what.key);
    if (!known) co_return known.error();
    probe_outcome seen;
    const auto found = co_await runner::look_up(*of.with, of.what, notes);
    if (!found && found.error() == errc::lost) {
        seen.what = answer::cannot_tell;
        seen.text = found.error().sentence();
        co_return seen;
    }
    if (!found) co_return found.error();
    if (!*found) {
        seen.text = "it was not begun";
        co_return seen;
    }
    const auto& now = **found;
    seen.text = now.text;
    if (now.state == runner::state::succeeded) {
        seen.what = answer::done;
        seen.data["rows"] = rows_as_json(now.rows);
    } else if (now.state == runner::state::timed_out ||
               (now.state == runner::state::running && *known && (*known)->ending)) {
        seen.what = answer::cannot_tell;
        if (seen.text.empty()) seen.text = "it was asked to end and may still run";
    }
    co_return seen;
}

task<result<runner::ended>> follow_job(context here, job_run of) {
    job_notes notes{*here.with.store};
    runner::hooks told;
    told.on_line = some_of(here.log);
    told.is_unwanted = here.is_aborting;
    auto ended = co_await runner::pursue(*of.with, of.what, notes, *here.with.time, of.within, std::move(told));
    if (!ended) co_return ended.error();
    if (ended->state == runner::state::lost) co_return failure{errc::lost, of.name + " is lost: " + ended->text};
    if (ended->state == runner::state::timed_out)
        co_return failure{errc::timed_out, of.name + " took too long: " + ended->text};
    co_return ended;
}

}  // namespace slipway::steps
