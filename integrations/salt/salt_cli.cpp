// The `salt` program as a client: exact arguments, never a shell, never --static (it leaves silent hosts out).
#include "integrations/salt/names.hpp"
#include "integrations/salt/salt.hpp"

namespace slipway::salt {
namespace {

constexpr std::size_t most_output = 32U << 20U;  // JSON rows of a large fleet; more is cut and said

class salt_cli final : public salt_client {
public:
    salt_cli(process::runner& runner, cli_settings settings) : runner_{runner}, settings_{std::move(settings)} {}

    task<result<salt_rows>> ping(std::string compound) override {
        if (const auto ok = check_compound(compound); !ok) co_return ok.error();
        auto what = command_for(ping_argv(compound), settings_.ping_limit);
        co_return co_await run(question::ping, std::move(what), {}, {});
    }

    task<result<salt_rows>> state(std::vector<std::string> hosts, std::string sls, run_mode mode,
                                  process::line_sink on_line) override {
        if (const auto ok = check_hosts(hosts); !ok) co_return ok.error();
        if (const auto ok = check_sls(sls); !ok) co_return ok.error();
        auto what = command_for(state_argv(hosts, sls, mode), settings_.run_limit);
        co_return co_await run(question::state, std::move(what), std::move(hosts), std::move(on_line));
    }

    task<result<salt_rows>> call(std::vector<std::string> hosts, std::string function,
                                 std::vector<std::string> arguments, process::line_sink on_line) override {
        if (const auto ok = check_hosts(hosts); !ok) co_return ok.error();
        if (const auto ok = check_call(function, arguments); !ok) co_return ok.error();
        auto what = command_for(call_argv(hosts, function, arguments), settings_.run_limit);
        co_return co_await run(question_of(function), std::move(what), std::move(hosts), std::move(on_line));
    }

    std::vector<std::string> ping_argv(const std::string& compound) const override {
        return with_options({"-C", compound, "test.ping"});
    }
    std::vector<std::string> state_argv(const std::vector<std::string>& hosts, const std::string& sls,
                                        run_mode mode) const override {
        std::vector<std::string> more{"-L", joined(hosts), "state.sls", sls};
        if (mode == run_mode::dry_run) more.emplace_back("test=true");
        return with_options(std::move(more));
    }
    std::vector<std::string> call_argv(const std::vector<std::string>& hosts, const std::string& function,
                                       const std::vector<std::string>& arguments) const override {
        std::vector<std::string> more{"-L", joined(hosts), function};
        more.insert(more.end(), arguments.begin(), arguments.end());
        return with_options(std::move(more));
    }

private:
    std::vector<std::string> with_options(std::vector<std::string> more) const {
        auto argv = settings_.program;
        argv.insert(argv.end(),
                    {"--out=json", "--out-indent=-1", "--no-color", "-t", std::to_string(settings_.reply_timeout_s)});
        argv.insert(argv.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
        return argv;
    }

    process::command command_for(std::vector<std::string> argv, milliseconds limit) const {
        process::command what;
        what.argv = std::move(argv);
        what.environment = process::inherited(settings_.environment);
        what.total_timeout = limit;
        what.most_output = most_output;
        what.log_file = settings_.log_file;
        return what;
    }

    task<result<salt_rows>> run(question asked, process::command what, std::vector<std::string> expected,
                                process::line_sink on_line) {
        const auto shown = process::to_words(what.argv);
        const auto limit = what.total_timeout;
        const auto ended = co_await runner_.run(std::move(what), std::move(on_line));
        if (!ended) co_return ended.error().within("running " + shown);
        auto rows = read_rows(asked, {.out = ended->out, .err = ended->err, .exit_code = ended->code}, expected);
        note_ending(*ended, limit, rows);
        co_return rows;
    }

    /// Whatever cut the run short makes it worse: hosts without a row stay missing, and the run is never well.
    static void note_ending(const process::outcome& ended, milliseconds limit, salt_rows& rows) {
        const auto worse = [&rows](std::string why) {
            rows.complaint = untrusted{std::move(why)};
            if (rows.exit_code == 0) rows.exit_code = -1;
        };
        if (ended.how == process::ending::timed_out || ended.how == process::ending::idle_timed_out)
            worse("salt was ended after " + to_words(limit) + "; the job may go on on hosts that did not answer");
        if (ended.how == process::ending::cancelled)
            worse("salt was stopped on request; the job may go on on hosts that did not answer");
        if (ended.how == process::ending::signalled) worse("salt was killed by signal " + std::to_string(ended.code));
        if (ended.output_cut) worse("salt printed more than can be kept: rows may be lost");
    }

    process::runner& runner_;
    cli_settings settings_;
};

}  // namespace

std::unique_ptr<salt_client> create_salt_cli(process::runner& runner, cli_settings settings) {
    return std::make_unique<salt_cli>(runner, std::move(settings));
}

}  // namespace slipway::salt
