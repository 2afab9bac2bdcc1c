#include "deploy/sandbox/salt/program.hpp"

#include <algorithm>
#include <ostream>

#include "deploy/sandbox/salt/deployment.hpp"
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

/// Keeps what --async and salt-run read later.
result<> record(const master& of, const std::string& jid, const arguments& job, const std::vector<std::string>& ids,
                const std::vector<minion_return>& rows) {
    json::object returned;
    for (const auto& each : rows) {
        if (!each.returned) continue;
        json::object entry;
        entry["return"] = each.value;
        entry["retcode"] = each.retcode;
        entry["success"] = each.retcode == 0;
        returned[each.id] = std::move(entry);
    }
    json::object body;
    body["jid"] = jid;
    body["Function"] = job.function;
    body["Arguments"] = json::array(job.positional.begin(), job.positional.end());
    body["Minions"] = json::array(ids.begin(), ids.end());
    body["Target"] = job.target;
    body["Result"] = std::move(returned);
    return write_file(of.state + "/salt/jobs/" + jid + ".json", json::serialize(body) + "\n");
}

int run_job(const master& of, const arguments& job, const std::vector<std::string>& ids, const std::string& jid,
            streams say, const machine& on) {
    std::vector<minion_return> rows;
    json::object together;
    if (!job.batch.empty()) {
        say.out << "\nExecuting run on " << json::serialize(json::array(ids.begin(), ids.end())) << "\n\n";
    }
    for (const auto& id : ids) {
        if (of.faults.slow.count() > 0) on.sleep(of.faults.slow);
        auto row = run_on_minion(of, id, job, on.now());
        if (job.in_one_object) {
            if (row.returned) together[id] = row.value;
        } else {
            write_row(say.out, job, row);
        }
        rows.push_back(std::move(row));
        const auto kept = record(of, jid, job, ids, rows);
        if (!kept) say.err << "[WARNING ] " << kept.error().sentence() << "\n";
    }
    if (job.in_one_object) {
        if (job.indent < 0) {
            say.out << json::serialize(together) << "\n";
        } else {
            pretty(say.out, together, job.indent, 0);
            say.out << "\n";
        }
        return together.empty() ? exit_nothing_done : 0;
    }
    if (std::ranges::all_of(rows, [](const minion_return& each) { return each.retcode == 0; })) return 0;
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
    const auto jid = job_id(on.now());
    if (job->shows_job || job->in_background) say.out << "Executed command with job ID: " << jid << "\n";
    if (job->shows_job) say.out << std::string(44, '-') << "\n";
    say.out << std::flush;
    const bool stays = !job->in_background || on.stay_behind();
    return stays ? run_job(*of, *job, *ids, jid, say, on) : 0;
}

int run_salt_run(const std::vector<std::string>& argv, const std::string& state, streams say) {
    std::vector<std::string> words;
    for (const auto& each : argv) {
        if (!each.starts_with('-')) words.push_back(each);
    }
    if (!words.empty() && words[0] == "jobs.active") {
        say.out << "{}\n";
        return 0;
    }
    const bool lists = words.size() == 2 && words[0] == "jobs.list_job";
    if (words.size() != 2 || (!lists && words[0] != "jobs.lookup_jid")) {
        say.err << "salt-run: jobs.list_job JID, jobs.lookup_jid JID and jobs.active can be asked for\n";
        return 64;
    }
    const bool is_job = words[1].find_first_not_of("0123456789") == std::string::npos;
    const auto text = is_job ? read_file(state + "/salt/jobs/" + words[1] + ".json") : std::nullopt;
    if (!text) {
        say.out << (lists ? "{\"Error\": \"Cannot contact returner or no job with this jid\"}\n" : "{}\n");
        return 0;
    }
    const auto body = parse_json(*text);
    if (!body) {
        say.err << "ERROR: " << body.error().sentence() << "\n";
        return exit_nothing_done;
    }
    if (lists) {
        say.out << json::serialize(*body) << "\n";
        return 0;
    }
    json::object returned;
    for (const auto& [id, entry] : object_at(*body, "Result")) returned[id] = *at_path(entry, "return");
    say.out << json::serialize(returned) << "\n";
    return 0;
}

}  // namespace slipway::sandbox::salt
