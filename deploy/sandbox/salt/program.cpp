#include "deploy/sandbox/salt/program.hpp"

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include "deploy/sandbox/salt/deployment.hpp"
#include "deploy/sandbox/salt/jobs.hpp"
#include "deploy/sandbox/salt/master.hpp"

namespace slipway::sandbox::salt {

namespace {

constexpr int exit_nothing_done = 2;
constexpr int exit_some_minion_failed = 1;

/// Python's json.dumps(indent=n), near enough: nested, one member a line.
void pretty(std::ostream& out, const json::value& what, int indent, int depth) {
    const auto line = [&](int level) { out << "\n" << std::string(static_cast<std::size_t>(indent * level), ' '); };
    const auto* object = what.if_object();
    const auto* array = what.if_array();
    if ((object && !object->empty()) || (array && !array->empty())) {
        out << (object ? "{" : "[");
        bool first = true;
        const auto next = [&] {
            if (!first) out << ",";
            first = false;
            line(depth + 1);
        };
        if (object) {
            for (const auto& [name, value] : *object) {
                next();
                out << json::serialize(json::value(name)) << ": ";
                pretty(out, value, indent, depth + 1);
            }
        } else {
            for (const auto& each : *array) {
                next();
                pretty(out, each, indent, depth + 1);
            }
        }
        line(depth);
        out << (object ? "}" : "]");
    } else {
        out << json::serialize(what);
    }
}

/// One return, as the chosen outputter writes it.
void write_row(std::ostream& out, const arguments& job, const minion_return& row) {
    if (job.json) {
        json::object document;
        document[row.id] = row.value;
        if (job.indent < 0) {
            out << json::serialize(document);
        } else {
            pretty(out, document, job.indent, 0);
        }
        out << "\n" << std::flush;
        return;
    }
    out << row.id << ":\n    ";
    if (row.value.is_bool()) {
        out << (row.value.as_bool() ? "True" : "False");
    } else if (row.value.is_string()) {
        out << std::string_view{row.value.as_string()};
    } else {
        pretty(out, row.value, 4, 1);
    }
    out << "\n" << std::flush;
}

/// How many minions work at the same time: "2", "25%", or all.
std::size_t batch_size(const arguments& job, std::size_t all) {
    const int number = std::atoi(job.batch.c_str());
    if (job.batch.empty() || number <= 0) return std::max<std::size_t>(all, 1);
    const auto wanted = static_cast<std::size_t>(number);
    return job.batch.ends_with('%') ? std::max<std::size_t>(all * wanted / 100, 1) : wanted;
}

/// A minion that works, until it has answered or was stopped.
minion_return work(const master& of, const std::string& id, const arguments& job, const std::string& jid,
                   const machine& on) {
    constexpr milliseconds glance{50};
    if (of.faults.slow.count() > 0) on.sleep(of.faults.slow);
    while (hangs(of, id, job) && !is_stopped(of, id, jid)) on.sleep(glance);
    if (is_stopped(of, id, jid)) return no_answer(id);  // a process that was ended returns nothing
    auto row = run_on_minion(of, id, job, on.now());
    const bool about_jobs = job.function.starts_with("saltutil.");
    if (row.returned && !about_jobs) note_on_host(of, id, job, jid, row.retcode, on.now());
    return row;
}

int run_job(const master& of, const arguments& job, const std::vector<std::string>& ids, const std::string& jid,
            streams say, const machine& on) {
    bool all_well = true;
    json::object together;
    job_file kept{of, job, ids, jid, on.process()};
    const auto size = batch_size(job, ids.size());
    for (std::size_t each = 0; each < ids.size(); ++each) {
        if (!job.batch.empty() && each % size == 0) {
            const auto last = ids.begin() + static_cast<std::ptrdiff_t>(std::min(each + size, ids.size()));
            say.out << "\nExecuting run on "
                    << json::serialize(json::array(ids.begin() + static_cast<std::ptrdiff_t>(each), last)) << "\n\n";
        }
        const auto row = work(of, ids[each], job, jid, on);
        if (job.in_one_object) {
            if (row.returned) together[row.id] = row.value;
        } else {
            write_row(say.out, job, row);
        }
        all_well = all_well && row.retcode == 0;
        const auto noted = kept.add(row);
        if (!noted) say.err << "[WARNING ] " << noted.error().sentence() << "\n";
    }
    const auto closed = kept.close();
    if (!closed) say.err << "[WARNING ] " << closed.error().sentence() << "\n";
    if (job.in_one_object) {
        if (job.indent < 0) {
            say.out << json::serialize(together) << "\n";
        } else {
            pretty(say.out, together, job.indent, 0);
            say.out << "\n";
        }
        return together.empty() ? exit_nothing_done : 0;
    }
    if (all_well) return 0;
    say.err << "ERROR: Minions returned with non-zero exit code\n";
    return exit_some_minion_failed;
}

}  // namespace

int run_salt(const std::vector<std::string>& argv, const std::string& state, streams say, const machine& on) {
    const auto job = read_arguments(argv);
    if (!job) {
        say.err << "Usage: salt [options] '<target>' <function> [arguments]\n\nsalt: error: " << job.error().sentence()
                << "\n";
        return 64;
    }
    if (job->shows_version) {
        say.out << "salt 3006.9 (Sulfur)\n";
        return 0;
    }
    const auto of = open_master(state);
    if (!of) {
        say.err << "ERROR: " << of.error().sentence() << "\n";
        return exit_nothing_done;
    }
    if (of->faults.unauthenticated) {
        say.err << "ERROR: Authentication failed\n";
        return exit_nothing_done;
    }
    const auto ids = match(of->minions, job->kind, job->target);
    if (!ids) {
        say.err << "ERROR: Invalid compound target: " << job->target << ": " << ids.error().sentence() << "\n";
        return exit_nothing_done;
    }
    if (ids->empty()) {
        say.out << "No minions matched the target. No command was sent, no jid was assigned.\n";
        say.err << "ERROR: No return received\n";
        return exit_nothing_done;
    }
    if (job->only_preview) {
        for (const auto& id : *ids) say.out << "- " << id << "\n";
        return 0;
    }
    for (const auto& line : of->faults.chatter) say.out << line << "\n";
    const auto jid = unused_job_id(state, on.now());
    if (job->shows_job || job->in_background) say.out << "Executed command with job ID: " << jid << "\n";
    if (job->shows_job) say.out << std::string(44, '-') << "\n";
    say.out << std::flush;
    // The master knows the job before anybody is told its id.
    if (job->in_background) job_file{*of, *job, *ids, jid, on.process()};
    const bool stays = !job->in_background || on.stay_behind();
    return stays ? run_job(*of, *job, *ids, jid, say, on) : 0;
}

int run_salt_run(const std::vector<std::string>& argv, const std::string& state, streams say) {
    std::vector<std::string> words;
    for (const auto& each : argv) {
        if (!each.starts_with('-')) words.push_back(each);
    }
    const auto asked = words.empty() ? std::string{} : words[0];
    if (asked == "jobs.active") {
        say.out << "{}\n";
        return 0;
    }
    if (asked == "jobs.list_jobs") {
        json::object search;
        constexpr std::string_view by = "search_metadata=";
        if (words.size() > 1 && words[1].starts_with(by))
            if (const auto read = parse_json(words[1].substr(by.size())); read && read->is_object())
                search = read->get_object();
        say.out << json::serialize(list_jobs(state, search)) << "\n";
        return 0;
    }
    const bool lists = asked == "jobs.list_job";
    if (words.size() != 2 || (!lists && asked != "jobs.lookup_jid")) {
        say.err << "salt-run: jobs.list_job JID, jobs.lookup_jid JID, jobs.list_jobs and jobs.active can be asked "
                   "for\n";
        return 64;
    }
    say.out << json::serialize(lists ? list_job(state, words[1]) : lookup_jid(state, words[1])) << "\n";
    return 0;
}

}  // namespace slipway::sandbox::salt
