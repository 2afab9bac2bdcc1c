#include "commands/steps/runbook/run_line.hpp"

#include <cstdlib>

#include "commands/steps/common.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/process/process.hpp"
#include "integrations/salt/salt.hpp"
#include "integrations/store/store.hpp"

namespace slipway::steps {
namespace {

std::string collection_of(const context& here) {
    return "runbook/" + here.state->id;
}

task<result<>> leave_receipt(context here, act intent, json::object body) {
    store::batch changes;
    changes.documents.push_back({collection_of(here), intent.key, std::move(body)});
    auto kept = co_await here.with.store->commit(std::move(changes));
    co_return kept;
}

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

std::string output_of(const salt::salt_rows& rows) {
    std::string text;
    for (const auto& [host, row] : rows.hosts) {
        text += host + ": " + std::string{salt::to_string(row.what)} + "\n";
        if (!row.text.empty()) text += "    " + row.text.raw() + "\n";
        if (!row.value.is_null() && row.text.empty()) text += "    " + json::serialize(row.value) + "\n";
    }
    for (const auto& each : rows.chatter) text += each.raw() + "\n";
    if (rows.complaint) text += rows.complaint->raw() + "\n";
    return text;
}

struct ended {
    bool ok = false;
    std::string text, output;
};

task<result<ended>> by_salt(context here, std::vector<std::string> argv) {
    const auto line = read_salt(argv);
    if (!line) co_return line.error();
    auto hosts = names_in(line->is_list ? line->target : "");
    if (!line->is_list) {
        const auto there = co_await here.with.salt->ping(line->target);
        if (!there) co_return there.error();
        hosts = there->of(salt::reply::ok);
        const auto missing = there->of(salt::reply::missing);
        if (hosts.empty() || !missing.empty())
            co_return failure{
                errc::refused,
                "Nothing was run: " + (hosts.empty() ? "no host answered for " + line->target : there->summary())};
    }
    const auto sink = [log = here.log](const std::string& each, bool) { log(each); };
    const auto rows = co_await here.with.salt->call(hosts, line->function, line->arguments, sink);
    if (!rows) co_return rows.error();
    ended made;
    made.ok = rows->all_well();
    made.text = made.ok ? line->function + " on " + count(hosts.size(), "host") + ": well" : rows->summary();
    made.output = output_of(*rows);
    co_return made;
}

std::string how_it_ended(const process::outcome& ran, const release::runbook_settings& settings) {
    switch (ran.how) {
        case process::ending::exited:
            return "exit code " + std::to_string(ran.code);
        case process::ending::signalled:
            return "ended by signal " + std::to_string(ran.code);
        case process::ending::timed_out:
            return "stopped after its limit of " + to_words(settings.timeout);
        case process::ending::idle_timed_out:
            return "stopped after " + to_words(settings.idle_timeout) + " without output";
        case process::ending::cancelled:
            return "stopped";
    }
    return "ended";
}

task<result<ended>> by_program(context here, std::vector<std::string> argv) {
    const auto& settings = here.project->runbook;
    process::command what;
    what.argv = std::move(argv);
    what.environment = process::inherited(settings.environment);
    what.environment["SLIPWAY_VERSION"] = here.state->version;
    for (const auto& name : settings.environment)
        if (const auto* value = std::getenv(name.c_str()); value != nullptr && *value != '\0')
            what.secrets.emplace_back(value);
    what.total_timeout = settings.timeout;
    what.idle_timeout = settings.idle_timeout;
    what.log_file = here.log_file;
    const auto began = here.with.time->now();
    const auto sink = [log = here.log](const std::string& each, bool) { log(each); };
    const auto ran = co_await here.with.processes->run(std::move(what), sink);
    if (!ran) co_return ran.error();
    ended made;
    made.ok = ran->how == process::ending::exited && ran->code == 0;
    made.text = how_it_ended(*ran, settings) + " after " + to_words(here.with.time->now() - began);
    made.output = ran->out + (ran->err.empty() ? "" : (ran->out.empty() ? "" : "\n") + ran->err);
    co_return made;
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

}  // namespace

task<result<outcome>> run_line(context here, std::vector<std::string> argv, act intent, std::string name) {
    if (here.with.store == nullptr) co_return not_configured("The store", "state_directory");
    json::object begun;
    begun["state"] = "begun";
    begun["line"] = process::to_words(argv);
    begun["at"] = to_iso(here.with.time->now());
    const auto kept = co_await leave_receipt(here, intent, begun);
    if (!kept) co_return kept.error();
    const bool is_salt = argv.front() == "salt" && here.with.salt != nullptr;
    auto running = is_salt ? by_salt(here, argv) : by_program(here, argv);
    const auto ran = co_await std::move(running);
    if (!ran && may_have_happened(ran.error().kind())) co_return ran.error();
    auto over = begun;
    over["state"] = ran ? "ended" : "not begun";
    over["ok"] = ran && ran->ok;
    over["text"] = ran ? ran->text : ran.error().sentence();
    const auto told = co_await leave_receipt(here, intent, std::move(over));
    if (!ran) co_return ran.error();
    if (!told) here.log("the end of this line could not be kept: " + told.error().sentence());
    outcome done;
    done.ok = ran->ok;
    done.text = ran->text;
    if (const auto line = last_line(ran->output); !line.empty()) done.text += ", “" + line + "”";
    done.detail = tail(ran->output);
    if (!ran->output.empty()) {
        constexpr std::size_t most = 900'000;
        attachment log;
        log.name = name + ".log";
        log.title = process::to_words(argv);
        log.content = ran->output.size() <= most ? ran->output : tail(ran->output, most);
        done.files.push_back(std::move(log));
    }
    co_return done;
}

task<result<probe_outcome>> look_for_receipt(context here, act intent) {
    probe_outcome seen;
    if (here.with.store == nullptr) co_return not_configured("The store", "state_directory");
    const auto found = co_await here.with.store->document_of(collection_of(here), intent.key);
    if (!found) co_return found.error();
    if (!*found || text_at(**found, "state") == "not begun") co_return seen;
    const auto& receipt = **found;
    if (text_at(receipt, "state") == "begun") {
        seen.what = answer::cannot_tell;
        seen.text = "`" + text_at(receipt, "line") + "` was begun at " + text_at(receipt, "at") +
                    " and nobody saw its end: it may have run, in whole or in part";
    } else {
        seen.what = flag_at(receipt, "ok") ? answer::done : answer::different;
        seen.text = text_at(receipt, "text");
    }
    co_return seen;
}

}  // namespace slipway::steps
