#include "commands/steps/runbook/run_line.hpp"

#include <cstdlib>
#include <filesystem>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/job_run.hpp"
#include "integrations/process/process.hpp"
#include "integrations/runner/drivers.hpp"
#include "integrations/salt/salt.hpp"
#include "integrations/salt/salt_driver.hpp"

namespace slipway::steps {
namespace {

constexpr milliseconds program_poll{250};

/// "salt TARGET FUNCTION ARGUMENTS": who is asked for what.
struct salt_line {
    std::string target;  ///< compound, or comma-separated names with `is_list`
    bool is_list = false;
    std::string function;
    std::vector<std::string> arguments;
};

result<salt_line> read_salt(const std::vector<std::string>& argv) {
    salt_line made;
    std::size_t at = 1;
    if (at < argv.size() && (argv[at] == "-L" || argv[at] == "--list")) {
        made.is_list = true;
        ++at;
    } else if (at < argv.size() && (argv[at] == "-C" || argv[at] == "--compound")) {
        ++at;
    }
    if (at + 1 >= argv.size() || argv[at].starts_with('-') || argv[at + 1].starts_with('-'))
        return failure{errc::refused,
                       "A click runs `salt -L HOSTS FUNCTION …`, `salt -C TARGET FUNCTION …` or `salt TARGET FUNCTION "
                       "…` without other options; run this line by hand."};
    made.target = argv[at];
    made.function = argv[at + 1];
    made.arguments.assign(argv.begin() + static_cast<std::ptrdiff_t>(at) + 2, argv.end());
    return made;
}

std::vector<std::string> names_in(const std::string& list) {
    std::vector<std::string> names;
    for (std::size_t from = 0; from <= list.size();) {
        const auto end = std::min(list.find(',', from), list.size());
        if (end > from) names.push_back(list.substr(from, end - from));
        from = end + 1;
    }
    return names;
}

/// The hosts a line means: those it lists, or all that its target matches when every one of them answers.
task<result<std::vector<std::string>>> hosts_of(context here, salt_line line) {
    if (line.is_list) co_return names_in(line.target);
    const auto there = co_await here.with.salt->ping(line.target);
    if (!there) co_return there.error();
    auto hosts = there->of(salt::reply::ok);
    if (hosts.empty() || !there->of(salt::reply::missing).empty())
        co_return failure{errc::refused, "Nothing was run: " + (hosts.empty() ? "no host answered for " + line.target
                                                                              : there->summary())};
    co_return hosts;
}

/// A line with what runs it.
struct line_run {
    std::unique_ptr<runner::driver> driver;
    job_run job;
};

job_run common_run(const context& here, const std::vector<std::string>& argv, const act& intent) {
    job_run made;
    made.what.key = intent.key;
    made.within.total = here.project->runbook.timeout;
    made.within.idle = here.project->runbook.idle_timeout;
    made.name = "`" + process::to_words(argv) + "`";
    return made;
}

task<result<line_run>> by_salt(context here, std::vector<std::string> argv, act intent, bool asks) {
    if (here.with.salt_jobs == nullptr) co_return not_configured("Salt", "salt.target");
    const auto line = read_salt(argv);
    if (!line) co_return line.error();
    line_run made;
    made.job = common_run(here, argv, intent);
    made.job.within.poll = here.project->salt.poll;
    if (asks) {
        const auto hosts = co_await hosts_of(here, *line);
        if (!hosts) co_return hosts.error();
        made.job.what.params["hosts"] = json::array(hosts->begin(), hosts->end());
    }
    made.driver = salt::create_salt_driver(*here.with.salt_jobs, {line->function, line->arguments, {}});
    made.job.with = made.driver.get();
    co_return made;
}

line_run by_program(const context& here, const std::vector<std::string>& argv, const act& intent,
                    const std::string& log) {
    const auto& settings = here.project->runbook;
    runner::command_settings program;
    std::error_code ignored;
    program.directory = std::filesystem::absolute(here.project->file, ignored).parent_path().string();
    program.argv = argv;
    program.is_literal = true;  // people signed for exactly this
    program.environment = settings.environment;
    auto on = here.with.programs;
    for (const auto& name : settings.environment)
        if (const auto* value = std::getenv(name.c_str()); value != nullptr && *value != '\0')
            on.secrets.emplace_back(value);
    line_run made;
    made.job = common_run(here, argv, intent);
    made.job.within.poll = program_poll;
    made.job.what.words["{version}"] = here.state->version;
    made.job.what.log_file = log;
    made.driver = runner::create_command_driver(std::move(on), std::move(program));
    made.job.with = made.driver.get();
    return made;
}

/// Each line has its own, beside the log of the attempt.
std::string log_of(const context& here, const std::string& name) {
    if (here.log_file.empty()) return {};
    return (std::filesystem::path{here.log_file}.parent_path() / (name + ".log")).string();
}

/// For the card: the last line with words in it.
std::string last_line(const std::string& output) {
    auto end = output.find_last_not_of(" \t\r\n");
    if (end == std::string::npos) return {};
    const auto newline = output.rfind('\n', end);
    const auto begin = newline == std::string::npos ? 0 : newline + 1;
    auto line = output.substr(begin, end + 1 - begin);
    return line.size() <= 160 ? line : line.substr(0, 157) + "…";
}

/// A log may be larger than memory: people get its end.
std::string output_of(const std::string& log, const runner::ended& ran) {
    auto kept = end_of_file(log);
    if (!kept.empty()) return kept;
    return ran.rows.empty() ? ran.tail : row_lines(ran.rows);
}

task<result<line_run>> make_line(context here, std::vector<std::string> argv, act intent, std::string log, bool asks) {
    if (here.with.store == nullptr) co_return not_configured("The store", "state_directory");
    const bool is_for_salt = argv.front() == "salt" && here.with.salt != nullptr;
    if (!is_for_salt) co_return by_program(here, argv, intent, log);
    auto made = co_await by_salt(here, std::move(argv), std::move(intent), asks);
    co_return made;
}

}  // namespace

task<result<outcome>> run_line(context here, std::vector<std::string> argv, act intent, std::string name) {
    const auto log = log_of(here, name);
    const auto made = co_await make_line(here, argv, intent, log, /*asks=*/true);
    if (!made) co_return made.error();
    const auto ran = co_await follow_job(here, made->job);
    if (!ran) co_return ran.error();
    const auto output = output_of(log, *ran);
    outcome done;
    done.ok = ran->state == runner::state::succeeded;
    done.text = ran->state == runner::state::cancelled ? "stopped: " + ran->text : ran->text;
    if (const auto line = last_line(output); !line.empty()) done.text += ", “" + line + "”";
    done.detail = tail(output);
    if (!output.empty()) {
        attachment whole;
        whole.name = name + ".log";
        whole.title = process::to_words(argv);
        whole.content = output;
        done.files.push_back(std::move(whole));
    }
    co_return done;
}

task<result<probe_outcome>> probe_line(context here, std::vector<std::string> argv, act intent) {
    const auto made = co_await make_line(here, std::move(argv), std::move(intent), "", /*asks=*/false);
    if (!made) co_return made.error();
    auto seen = co_await probe_job(here, made->job);
    co_return seen;
}

}  // namespace slipway::steps
