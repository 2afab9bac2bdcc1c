// The client of steps over jobs: what the command line does in one call is begun, followed and read here.
#include "integrations/async/timers.hpp"
#include "integrations/salt/jobs.hpp"
#include "integrations/salt/names.hpp"

namespace slipway::salt {
namespace {

/// ping, state and call for masters without a command line here.
class client_over final : public salt_client {
public:
    client_over(job_client& jobs, timers& time, cli_settings settings)
        : jobs_{jobs}, time_{time}, settings_{std::move(settings)} {}

    task<result<salt_rows>> ping(std::string compound) override {
        job_order what;
        what.compound = std::move(compound);
        what.function = "test.ping";
        auto rows = co_await run(std::move(what), settings_.ping_limit, {});
        co_return rows;
    }
    task<result<salt_rows>> state(std::vector<std::string> hosts, std::string sls, run_mode mode,
                                  process::line_sink on_line) override {
        job_order what;
        what.hosts = std::move(hosts);
        what.function = "state.sls";
        what.arguments.push_back(std::move(sls));
        what.dry_run = mode == run_mode::dry_run;
        auto rows = co_await run(std::move(what), settings_.run_limit, std::move(on_line));
        co_return rows;
    }
    task<result<salt_rows>> call(std::vector<std::string> hosts, std::string function,
                                 std::vector<std::string> arguments, process::line_sink on_line) override {
        job_order what;
        what.hosts = std::move(hosts);
        what.function = std::move(function);
        what.arguments = std::move(arguments);
        auto rows = co_await run(std::move(what), settings_.run_limit, std::move(on_line));
        co_return rows;
    }
    std::vector<std::string> ping_argv(const std::string& compound) const override {
        return {"salt-api", "-C", compound, "test.ping"};
    }
    std::vector<std::string> state_argv(const std::vector<std::string>& hosts, const std::string& sls,
                                        run_mode mode) const override {
        std::vector<std::string> argv{"salt-api", "-L", joined(hosts), "state.sls", sls};
        if (mode == run_mode::dry_run) argv.emplace_back("test=true");
        return argv;
    }
    std::vector<std::string> call_argv(const std::vector<std::string>& hosts, const std::string& function,
                                       const std::vector<std::string>& arguments) const override {
        std::vector<std::string> argv{"salt-api", "-L", joined(hosts), function};
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        return argv;
    }

private:
    task<result<salt_rows>> run(job_order what, milliseconds limit, process::line_sink on_line) {
        const auto begun = co_await jobs_.start(what);
        if (!begun) {
            // As on the command line: a target that matches nothing is an answer, and a complaint.
            if (!(begun.error() == errc::refused) || what.compound.empty()) co_return begun.error();
            salt_rows nobody;
            nobody.complaint = untrusted{begun.error().sentence()};
            nobody.exit_code = 2;
            co_return nobody;
        }
        follow_limits within;
        within.total = limit;
        within.quiet = std::chrono::seconds{settings_.reply_timeout_s};
        follow_hooks told;
        if (on_line)
            told.on_row = [on_line](const host_row& row) {
                on_line(row.host + ": " + std::string{to_string(row.what)}, row.what == reply::failed);
            };
        auto hosts = what.compound.empty() ? what.hosts : begun->minions;
        const auto asked = question_of(what.function);
        auto seen = co_await follow(jobs_, time_, begun->jid, std::move(hosts), asked, time_.now(), within, told);
        if (!seen) co_return seen.error();
        if (seen->how == following::timed_out)
            seen->rows.complaint = untrusted{"the job was ended after " + to_words(limit)};
        if (seen->how == following::unknown)
            seen->rows.complaint = untrusted{"the master does not know its own job " + begun->jid};
        co_return std::move(seen->rows);
    }

    job_client& jobs_;
    timers& time_;
    cli_settings settings_;
};

}  // namespace

std::unique_ptr<salt_client> create_client_over(job_client& jobs, timers& time, cli_settings settings) {
    return std::make_unique<client_over>(jobs, time, std::move(settings));
}

}  // namespace slipway::salt
