// A program under a keeper: what is known about it stands in files, so any later bot can take it up.
#include "integrations/runner/command_driver.hpp"

#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "integrations/base/json.hpp"
#include "integrations/process/output.hpp"
#include "integrations/process/process.hpp"

namespace slipway::runner {
namespace {

constexpr std::size_t most_at_once = 256U << 10U;  ///< bytes of output in one poll; of a flood the newest are shown
constexpr int keeper_says_taken = 3;
constexpr std::string_view log_lost = "; log ";

std::size_t offset_of(const std::string& cursor) {
    std::size_t offset = 0;
    std::from_chars(cursor.data(), cursor.data() + cursor.size(), offset);
    return offset;
}

int number_after(const std::string& line, std::string_view word) {
    int number = -1;
    std::from_chars(line.data() + word.size(), line.data() + line.size(), number);
    return number;
}

failure unknown(const std::string& ref) {
    return failure{errc::not_found, "there is no job " + ref + " on this machine"};
}

}  // namespace

std::string find_keeper() {
    if (const char* named = std::getenv("SLIPWAY_KEEPER")) return named;  // read only, and nobody here calls setenv
    std::error_code missing;
    const auto here = std::filesystem::read_symlink("/proc/self/exe", missing).parent_path() / "slipway-keep";
    return !missing && std::filesystem::exists(here, missing) ? here.string() : std::string{};
}

command_driver::command_driver(machine on, command_settings how, bool split)
    : on_{std::move(on)}, how_{std::move(how)}, split_{split} {}

result<planned> command_driver::plan(const order& what) const {
    if (how_.argv.empty() || how_.argv.front().empty())
        return failure{errc::invalid, "the runner has no program: give it `command`, a list of program and arguments"};
    const auto argv = argv_of(what);
    planned made;
    made.words = "run `" + process::to_words(argv) + "`";
    made.request["argv"] = json::array(argv.begin(), argv.end());
    made.request["directory"] = how_.directory;
    made.request["environment"] = json::array(how_.environment.begin(), how_.environment.end());
    return made;
}

std::vector<std::string> command_driver::argv_of(const order& what) const {
    return how_.is_literal ? how_.argv : filled(how_.argv, what.words);
}

std::vector<std::string> command_driver::keeper_argv(const order& what, const job_folder& job) const {
    const auto log = split_ ? std::string{"-"} : what.log_file.empty() ? job.path() + "/log" : what.log_file;
    std::vector<std::string> argv{on_.keeper, job.path(), how_.directory.empty() ? job.path() : how_.directory, log,
                                  std::to_string(how_.most_log)};
    for (auto& each : argv_of(what)) argv.push_back(std::move(each));
    return argv;
}

task<result<std::string>> command_driver::start(order what) {
    auto begun = co_await start_with_input(std::move(what), {});
    co_return begun;
}

task<result<std::string>> command_driver::start_with_input(order what, std::string input) {
    if (const auto possible = plan(what); !possible) co_return possible.error();
    if (!is_key(what.key)) co_return failure{errc::invalid, "“" + what.key + "” is no key of a job"};
    if (on_.keeper.empty())
        co_return failure{errc::invalid,
                          "slipway-keep is not beside the bot's program, so nothing can be run that outlives it; "
                          "install it there, or name it in SLIPWAY_KEEPER"};
    const job_folder job{on_.folder, what.key};
    if (job.line_of("keeper")) co_return what.key;  // begun already: the same key runs once
    if (const auto made = job.make(); !made) co_return made.error();
    if (!input.empty())
        if (const auto kept = job.write("input", input); !kept) co_return kept.error();
    // Where its output is, for whoever comes back: the log's name belongs to the attempt, not to the key.
    if (!split_ && !what.log_file.empty())
        if (const auto kept = job.write("log-is", what.log_file + "\n"); !kept) co_return kept.error();
    process::command keeper;
    keeper.argv = keeper_argv(what, job);
    keeper.environment = process::inherited(how_.environment);
    for (const auto& [name, value] : what.words)
        if (name == "{version}") keeper.environment["SLIPWAY_VERSION"] = value;
    keeper.environment["SLIPWAY_KEY"] = what.key;
    for (const auto& each : on_.secrets) keeper.input += each + "\n";
    keeper.total_timeout = milliseconds{30'000};
    const auto ran = co_await on_.processes->run(std::move(keeper));
    if (!ran) co_return ran.error();
    const bool begun = ran->how == process::ending::exited && (ran->code == 0 || ran->code == keeper_says_taken);
    if (begun) co_return what.key;
    // Which of both it was stands in the folder: made, but not told.
    if (job.line_of("program") && !job.line_of("ending")) co_return what.key;
    if (ran->how != process::ending::exited)
        co_return failure{errc::lost, "starting " + process::to_words(how_.argv) + " gave no answer"};
    auto why = ran->err;
    while (!why.empty() && why.back() == '\n') why.pop_back();
    co_return failure{errc::invalid, why};
}

task<result<std::optional<std::string>>> command_driver::find(order what) {
    const job_folder job{on_.folder, what.key};
    if (job.line_of("keeper")) co_return std::optional{what.key};
    co_return std::optional<std::string>{};
}

std::string command_driver::place() const {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
    return std::string{host.data()} + ":" + on_.folder;
}

progress command_driver::ending_of(const std::string& ref) const {
    const auto job = folder_of(ref);
    progress seen;
    const bool kept = job.runs("keeper");  // asked first: the ending is written before the keeper goes
    if (const auto ending = job.line_of("ending")) {
        const bool ours = std::filesystem::exists(job.path() + "/ended-by-us");
        if (ending->starts_with("exit ")) {
            judge_exit(how_.codes, number_after(*ending, "exit "), seen);
            if (ours && seen.state != state::succeeded) seen.state = state::cancelled;
            if (const auto at = ending->find(log_lost); at != std::string::npos && seen.state == state::succeeded) {
                seen.state = state::failed;
                seen.text = "it ended with exit code " + std::to_string(number_after(*ending, "exit ")) +
                            ", but its log could not be written (" + ending->substr(at + log_lost.size()) +
                            "), so nobody can read what it did; make room there, then try again";
            }
        } else if (ending->starts_with("signal ")) {
            seen.state = ours ? state::cancelled : state::failed;
            seen.text = "ended by signal " + std::to_string(number_after(*ending, "signal "));
        } else {
            seen.state = state::failed;
            seen.text = ending->starts_with("not-started ") ? ending->substr(12) : *ending;
        }
        return seen;
    }
    if (kept || job.runs("program")) return seen;
    seen.state = state::lost;
    seen.text =
        "the program and its keeper are gone without a word (was the machine restarted?); nobody knows how it "
        "ended";
    return seen;
}

task<result<progress>> command_driver::poll(std::string ref, std::string cursor) {
    const auto job = folder_of(ref);
    if (!is_key(ref) || !job.exists()) co_return unknown(ref);
    auto seen = ending_of(ref);
    const auto named = job.line_of("log-is");
    const auto file = split_ ? job.path() + "/err" : named ? *named : job.path() + "/log";
    const auto read =
        job_folder::read_from(file, offset_of(cursor), most_at_once, /*all=*/seen.state != state::running);
    if (read.skipped != 0)
        seen.lines.push_back("(" + std::to_string(read.skipped) + " bytes are left out here; the whole log is on the " +
                             "bot's disk)");
    process::line_cutter cutter;
    for (auto& each : cutter.feed(read.text)) seen.lines.push_back(std::move(each));
    for (auto& each : cutter.finish()) seen.lines.push_back(std::move(each));
    seen.cursor = std::to_string(read.next);
    co_return seen;
}

task<result<cancel_answer>> command_driver::cancel(std::string ref, pressure how) {
    const auto job = folder_of(ref);
    if (!is_key(ref) || !job.exists()) co_return unknown(ref);
    if (const auto noted = job.write("ended-by-us", "\n"); !noted) co_return noted.error();
    const int signals[] = {SIGINT, SIGTERM, SIGKILL};
    job.signal_program(signals[static_cast<int>(how)]);
    co_return cancel_answer::requested;
}

task<result<attachment>> command_driver::attach(std::string ref) {
    if (!is_key(ref) || !folder_of(ref).exists()) co_return attachment::unknown;
    const auto seen = ending_of(ref);
    if (seen.state == state::lost) co_return attachment::unknown;
    co_return seen.state == state::running ? attachment::running : attachment::finished;
}

std::unique_ptr<driver> create_command_driver(machine on, command_settings how) {
    return std::make_unique<command_driver>(std::move(on), std::move(how), /*split=*/false);
}

}  // namespace slipway::runner
