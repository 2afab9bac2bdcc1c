// The verdict over a whole run: expected hosts against rows. The exit code can only make it worse.
#include <algorithm>
#include <set>

#include "integrations/base/printable.hpp"
#include "integrations/salt/jobs.hpp"
#include "integrations/salt/output.hpp"
#include "integrations/salt/values.hpp"

namespace slipway::salt {
namespace {

constexpr std::size_t longest_host = 255;
constexpr std::string_view no_row = "salt printed no row for this host";

/// "web1", "web1.example.com", "web_1": what a minion id can be. Anything else is output that looks like a row.
bool is_host(std::string_view name) noexcept {
    return !name.empty() && name.size() <= longest_host && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"._-:@+"}.find(c) != std::string_view::npos;
    });
}

void read_documents(question asked, const split_output& from, salt_rows& into) {
    for (const auto& document : from.documents)
        for (const auto& each : document) {
            const std::string_view host{each.key().data(), each.key().size()};
            if (!is_host(host)) continue;
            auto row = read_value(asked, host, each.value());
            const auto [known, fresh] = into.hosts.try_emplace(std::string{host}, row);
            if (!fresh) merge_row(known->second, std::move(row));
        }
}

/// The word between `before` and `after`, when the line has that form.
std::string between(std::string_view line, std::string_view before, std::string_view after) {
    if (!line.starts_with(before)) return {};
    line.remove_prefix(before.size());
    const auto end = after.empty() ? line.size() : line.find(after);
    return end == std::string_view::npos ? std::string{} : std::string{line.substr(0, end)};
}

/// A host that chatter calls silent is missing unless it answered after all.
void note_silent(const std::string& host, std::string_view line, salt_rows& into) {
    if (!is_host(host)) return;
    host_row row;
    row.host = host;
    row.text = untrusted{std::string{line}};
    into.hosts.try_emplace(host, std::move(row));
}

void learn_from_chatter(salt_rows& into) {
    for (const auto& each : into.chatter) {
        const auto& line = each.raw();
        if (line.starts_with("No minions matched the target")) into.complaint = each;
        if (auto job = between(line, "Executed command with job ID: ", ""); !job.empty()) into.job = std::move(job);
        if (auto job = between(line, "jid: ", ""); !job.empty()) into.job = std::move(job);
        if (const auto host = between(line, "Minion ", " did not respond"); !host.empty())
            note_silent(host, line, into);
        if (const auto host = between(line, "Execution is still running on ", ""); !host.empty())
            note_silent(host, line, into);
    }
}

/// The last "ERROR: …" of standard error that speaks of the whole run. That nothing came back is no news once standard
/// output has said why.
void learn_from_errors(std::string_view err, salt_rows& into) {
    for (const auto& each : split(err).chatter) {
        const auto& line = each.raw();
        const bool about_hosts = line.find("Minions returned with non-zero exit code") != std::string::npos;
        const bool whole_run = line.find("ERROR") != std::string::npos || line.find("CRITICAL") != std::string::npos;
        const bool is_told = into.complaint && line.find("No return received") != std::string::npos;
        if (whole_run && !about_hosts && !is_told) into.complaint = each;
    }
}

void compare_with_expected(const std::vector<std::string>& expected, salt_rows& into) {
    if (expected.empty()) return;
    const std::set<std::string> wanted{expected.begin(), expected.end()};
    for (auto& [name, row] : into.hosts) row.expected = wanted.contains(name);
    for (const auto& name : wanted) {
        const auto [row, absent] = into.hosts.try_emplace(name);
        if (!absent) continue;
        row->second.host = name;
        row->second.text = untrusted{std::string{no_row}};
    }
}

/// {"return": …, "retcode": …}, as the job cache keeps it; old masters keep the value alone under "return".
json::value as_full_return(const json::value& entry) {
    const auto* kept = entry.if_object();
    const auto* value = kept != nullptr ? kept->if_contains("return") : nullptr;
    if (value == nullptr) return entry;
    const auto* code = kept->if_contains("retcode");
    if (code == nullptr) return *value;
    json::object full;
    full["ret"] = *value;
    full["retcode"] = *code;
    return full;
}

}  // namespace

salt_rows rows_of(question asked, const job_record& record, const std::vector<std::string>& expected) {
    salt_rows found;
    for (const auto& [name, entry] : record.results) {
        const std::string host{name};
        if (is_host(host)) found.hosts[host] = read_value(asked, host, as_full_return(entry));
    }
    compare_with_expected(expected, found);
    for (auto& [name, row] : found.hosts)
        if (row.what == reply::missing && row.text.raw() == no_row) row.text = untrusted{"it has not answered yet"};
    return found;
}

salt_rows read_rows(question asked, const printed& from, const std::vector<std::string>& expected) {
    salt_rows found;
    found.exit_code = from.exit_code;
    auto pieces = split(from.out);
    read_documents(asked, pieces, found);
    found.chatter = std::move(pieces.chatter);
    learn_from_chatter(found);
    learn_from_errors(from.err, found);
    if (found.hosts.empty() && !found.complaint)
        found.complaint = untrusted{"salt printed no row at all and ended with code " + std::to_string(from.exit_code)};
    compare_with_expected(expected, found);
    return found;
}

}  // namespace slipway::salt
