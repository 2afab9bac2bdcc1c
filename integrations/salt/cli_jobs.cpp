// Jobs by the master's command line: `salt --async`, then `salt-run jobs.list_job` until everybody has answered.
#include <filesystem>

#include "integrations/salt/jobs.hpp"
#include "integrations/salt/names.hpp"
#include "integrations/salt/output.hpp"

namespace slipway::salt {
namespace {

constexpr milliseconds ask_limit{60'000};
constexpr std::size_t most_output = 32U << 20U;

/// {"sudo", "-n", "/opt/bin/salt"} → {"sudo", "-n", "/opt/bin/salt-run"}
std::vector<std::string> runner_of(std::vector<std::string> program) {
    for (auto each = program.rbegin(); each != program.rend(); ++each)
        if (std::filesystem::path{*each}.filename() == "salt") {
            *each += "-run";
            break;
        }
    return program;
}

/// What the streams complain about, for a sentence.
std::string complaint_of(const process::outcome& ran) {
    for (const auto* each : {&ran.err, &ran.out})
        for (const auto& line : split(*each).chatter)
            if (!line.empty()) return line.raw();
    return "exit code " + std::to_string(ran.code) + " and not a word";
}

bool says(const process::outcome& ran, std::string_view words) {
    return ran.out.find(words) != std::string::npos || ran.err.find(words) != std::string::npos;
}

class cli_jobs final : public job_client {
public:
    cli_jobs(process::runner& runner, cli_settings settings)
        : runner_{runner}, settings_{std::move(settings)}, run_program_{runner_of(settings_.program)} {}

    std::string words(const job_order& what) const override { return process::to_words(start_argv(what)); }

    task<result<begun_job>> start(job_order what) override {
        if (const auto ok = check_order(what); !ok) co_return ok.error();
        const auto shown = words(what);
        const auto ran = co_await run(start_argv(what));
        if (!ran) co_return ran.error().within("running " + shown);
        for (const auto& line : split(ran->out).chatter) {
            constexpr std::string_view before = "Executed command with job ID: ";
            if (!line.raw().starts_with(before)) continue;
            auto jid = line.raw().substr(before.size());
            if (is_jid(jid)) co_return begun_job{std::move(jid), {}};
        }
        if (says(*ran, "No minions matched"))
            co_return failure{errc::refused, "Salt found no host for " + shown + "; nothing was sent"};
        if (says(*ran, "Authentication failed"))
            co_return failure{errc::unauthorised, "the master does not accept us: " + complaint_of(*ran)};
        if (ran->how == process::ending::exited && ran->code != 0)
            co_return failure{errc::refused, shown + " was refused: " + complaint_of(*ran)};
        co_return failure{errc::lost, shown + " named no job id: " + complaint_of(*ran)};
    }

    task<result<std::optional<job_record>>> read(std::string jid) override {
        if (!is_jid(jid)) co_return std::optional<job_record>{};
        auto body = co_await ask_runner({"jobs.list_job", jid});
        if (!body) co_return body.error();
        co_return to_record(*body);
    }

    task<result<std::vector<std::string>>> running(std::string jid, std::vector<std::string> hosts) override {
        const auto found = co_await on_hosts(std::move(hosts), "saltutil.find_job", std::move(jid));
        if (!found) co_return found.error();
        co_return still_running(*found);
    }

    task<result<>> signal(std::string jid, std::vector<std::string> hosts, job_signal how) override {
        const auto* function = how == job_signal::terminate ? "saltutil.term_job" : "saltutil.kill_job";
        const auto asked = co_await on_hosts(std::move(hosts), function, std::move(jid));
        if (!asked) co_return asked.error();
        co_return result<>{};
    }

    task<result<std::optional<std::string>>> find(std::string key) override {
        json::object metadata;
        metadata["slipway"] = key;
        const auto body = co_await ask_runner({"jobs.list_jobs", "search_metadata=" + json::serialize(metadata)});
        if (!body) co_return body.error();
        co_return newest_of(*body, key);
    }

private:
    std::vector<std::string> start_argv(const job_order& what) const {
        auto argv = settings_.program;
        argv.insert(argv.end(), {"--async", "--no-color", "-t", std::to_string(settings_.reply_timeout_s)});
        if (!what.key.empty()) {
            json::object metadata;
            metadata["slipway"] = what.key;
            argv.insert(argv.end(), {"--metadata", json::serialize(metadata)});
        }
        if (what.compound.empty())
            argv.insert(argv.end(), {"-L", joined(what.hosts)});
        else
            argv.insert(argv.end(), {"-C", what.compound});
        argv.push_back(what.function);
        argv.insert(argv.end(), what.arguments.begin(), what.arguments.end());
        if (what.dry_run) argv.emplace_back("test=true");
        return argv;
    }
    task<result<process::outcome>> run(std::vector<std::string> argv, bool is_poll = false) {
        process::command what;
        what.argv = std::move(argv);
        what.environment = process::inherited(settings_.environment);
        what.total_timeout = ask_limit;
        what.most_output = most_output;
        // What is asked every second is the same again and again; whoever follows a job keeps its end.
        if (!is_poll) what.log_file = settings_.log_file;
        auto ran = co_await runner_.run(std::move(what));
        co_return ran;
    }
    /// The JSON object that a runner answered.
    task<result<json::object>> ask_runner(std::vector<std::string> asked) {
        auto argv = run_program_;
        argv.insert(argv.end(), {"--out=json", "--out-indent=-1", "--no-color"});
        argv.insert(argv.end(), asked.begin(), asked.end());
        const auto shown = process::to_words(argv);
        const auto ran = co_await run(std::move(argv), /*is_poll=*/true);
        if (!ran) co_return ran.error().within("running " + shown);
        auto pieces = split(ran->out);
        if (!pieces.documents.empty()) co_return std::move(pieces.documents.back());
        if (says(*ran, "Authentication failed") || says(*ran, "not authorized"))
            co_return failure{errc::unauthorised, shown + ": " + complaint_of(*ran)};
        co_return failure{errc::unavailable, shown + " gave no answer: " + complaint_of(*ran)};
    }
    task<result<salt_rows>> on_hosts(std::vector<std::string> hosts, std::string function, std::string jid) {
        if (const auto ok = check_hosts(hosts); !ok) co_return ok.error();
        auto argv = settings_.program;
        argv.insert(argv.end(), {"--out=json", "--out-indent=-1", "--no-color", "-t",
                                 std::to_string(settings_.reply_timeout_s), "-L", joined(hosts)});
        argv.push_back(std::move(function));
        argv.push_back(std::move(jid));
        const auto ran = co_await run(std::move(argv));
        if (!ran) co_return ran.error();
        co_return read_rows(question::function, {.out = ran->out, .err = ran->err, .exit_code = ran->code}, hosts);
    }

    process::runner& runner_;
    cli_settings settings_;
    std::vector<std::string> run_program_;
};

}  // namespace

std::unique_ptr<job_client> create_cli_jobs(process::runner& runner, cli_settings settings) {
    return std::make_unique<cli_jobs>(runner, std::move(settings));
}

}  // namespace slipway::salt
