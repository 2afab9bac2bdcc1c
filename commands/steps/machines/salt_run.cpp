#include "commands/steps/machines/salt_run.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <fstream>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/salt_words.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/base/mask.hpp"
#include "integrations/store/store.hpp"

namespace slipway::steps {
namespace {

constexpr const char* runs_collection = "salt_runs";
constexpr milliseconds store_pause{1'000};
constexpr int most_store_tries = 30;
constexpr std::size_t most_causes = 3;

json::array texts(const std::vector<std::string>& all) {
    return json::array(all.begin(), all.end());
}
std::vector<std::string> texts(const json::array& all) {
    std::vector<std::string> read;
    for (const auto& each : all)
        if (each.is_string()) read.emplace_back(each.get_string());
    return read;
}

salt::reply reply_of(const std::string& word) {
    for (const auto each : {salt::reply::ok, salt::reply::would, salt::reply::failed, salt::reply::busy})
        if (salt::to_string(each) == word) return each;
    return salt::reply::missing;
}

json::object to_json(const salt_run& what) {
    json::object body;
    if (what.function == "state.sls")
        body["sls"] = what.arguments.empty() ? "" : what.arguments.front();  // for a bot of before
    body["function"] = what.function;
    body["arguments"] = texts(what.arguments);
    body["commit"] = what.commit;
    body["began"] = to_unix_ms(what.began);
    body["stopped"] = what.stopped;
    body["unsure"] = what.unsure;
    json::array waves;
    for (const auto& each : what.waves) {
        json::object wave;
        wave["hosts"] = texts(each.hosts);
        wave["jid"] = each.jid;
        wave["begun"] = each.begun;
        wave["began"] = to_unix_ms(each.began);
        wave["over"] = each.over;
        wave["note"] = each.note;
        waves.push_back(std::move(wave));
    }
    body["waves"] = std::move(waves);
    json::object hosts;
    for (const auto& [name, each] : what.hosts) {
        json::object host;
        host["what"] = salt::to_string(each.what);
        host["why"] = each.why;
        hosts[name] = std::move(host);
    }
    body["hosts"] = std::move(hosts);
    return body;
}

salt_run from_json(std::string key, const json::object& body) {
    salt_run what;
    what.key = std::move(key);
    what.function = text_at(body, "function");
    what.arguments = texts(array_at(body, "arguments"));
    if (what.function.empty()) {  // of a bot that knew states alone
        what.function = "state.sls";
        what.arguments = {text_at(body, "sls")};
    }
    what.commit = text_at(body, "commit");
    what.began = from_unix_ms(number_at(body, "began"));
    what.stopped = flag_at(body, "stopped");
    what.unsure = flag_at(body, "unsure");
    for (const auto& each : array_at(body, "waves"))
        what.waves.push_back({texts(array_at(each, "hosts")), text_at(each, "jid"), flag_at(each, "begun"),
                              from_unix_ms(number_at(each, "began")), flag_at(each, "over"), text_at(each, "note")});
    for (const auto& [name, each] : object_at(body, "hosts"))
        what.hosts[std::string{name}] = {reply_of(text_at(each, "what")), text_at(each, "why")};
    return what;
}

std::string key_of(const salt_run& what, std::size_t wave) {
    return fingerprint({"salt-wave", what.key, std::to_string(wave)});
}

/// Something runs now: a store that is away for a moment must not make us forget it.
task<result<>> insist(context here, salt_run what) {
    for (int attempt = 1;; ++attempt) {
        auto kept = co_await write_run(*here.with.store, what);
        if (kept || attempt == most_store_tries) co_return kept;
        co_await here.with.time->sleep(store_pause);
    }
}

salt::job_order order_of(const salt_run& what, std::size_t number) {
    salt::job_order order;
    order.hosts = what.waves[number].hosts;
    order.function = what.function;
    order.arguments = what.arguments;
    order.key = key_of(what, number);
    return order;
}

/// Begins the wave, or finds out that it was.
task<result<salt_run>> begin_wave(context here, salt_run what, std::size_t number) {
    auto& wave = what.waves[number];
    wave.begun = true;
    wave.began = here.with.time->now();
    const auto noted = co_await write_run(*here.with.store, what);
    if (!noted) co_return noted.error();  // nothing was begun, and nobody will think so
    auto begun = co_await here.with.salt_jobs->start(order_of(what, number));
    if (!begun && may_have_happened(begun.error().kind())) {
        const auto why = begun.error();
        auto found = co_await find_lost_wave(here, what);
        if (!found) co_return failure{errc::lost, why.sentence() + "; afterwards: " + found.error().sentence()};
        if (!found->waves[number].begun) co_return failure{errc::unavailable, why.sentence()};
        co_return found;
    }
    if (!begun) {
        wave.begun = false;
        const auto undone = co_await insist(here, what);
        if (!undone) co_return undone.error();
        co_return begun.error();
    }
    wave.jid = begun->jid;
    const auto kept = co_await insist(here, what);
    if (!kept)
        co_return failure{errc::lost,
                          "Salt's job " + wave.jid + " was begun, but could not be noted: " + kept.error().sentence()};
    co_return what;
}

std::string note_of(const salt::followed& seen, milliseconds limit) {
    std::string note;
    const auto strangers = seen.rows.unexpected();
    if (!strangers.empty()) note = listed(strangers) + " answered without being asked";
    const auto add = [&note](const std::string& text) { note += (note.empty() ? "" : "; ") + text; };
    switch (seen.how) {
        case salt::following::timed_out:
            add("Salt's job " + seen.rows.job + " was ended after " + to_words(limit));
            break;
        case salt::following::cancelled:
            add("Salt's job " + seen.rows.job + " was ended because the release is being aborted");
            break;
        case salt::following::unknown:
            add("the master no longer knows its job " + seen.rows.job);
            break;
        case salt::following::complete:
        case salt::following::gone:
            break;
    }
    if (seen.rows.complaint) add(seen.rows.complaint->raw());
    return note;
}

/// Every host's whole answer, for the log of the attempt: what people see is only the cause.
void keep_answers(const context& here, const salt::salt_rows& rows) {
    if (here.log_file.empty()) return;
    std::ofstream log{here.log_file, std::ios::app | std::ios::binary};
    const masker mask;
    for (const auto& [name, row] : rows.hosts)
        log << mask(name + " " + (row.value.is_null() ? row.text.raw() : json::serialize(row.value))) << "\n";
}

task<result<salt_run>> follow_wave(context here, salt_run what, std::size_t number) {
    auto& wave = what.waves[number];
    const auto& settings = here.project->salt;
    const auto left = what.began + here.rule.timeout - wave.began;
    salt::follow_limits within;
    within.poll = settings.poll;
    within.quiet = std::chrono::seconds{settings.reply_timeout_s};
    within.total = std::clamp(std::chrono::duration_cast<milliseconds>(left), milliseconds{1'000}, settings.run_limit);
    within.grace = settings.grace;
    salt::follow_hooks told;
    told.is_unwanted = here.is_aborting;
    told.on_row = [log = here.log](const salt::host_row& row) {
        const auto why = cause_of(row);
        log(row.host + ": " + std::string{salt::to_string(row.what)} + (why.empty() ? "" : ", " + why));
    };
    auto seen = co_await salt::follow(*here.with.salt_jobs, *here.with.time, wave.jid, wave.hosts,
                                      salt::question_of(what.function), wave.began, within, told);
    if (!seen) co_return seen.error();
    for (const auto& name : wave.hosts) {
        const auto row = seen->rows.hosts.find(name);
        host_result& mine = what.hosts[name];
        mine.what = row == seen->rows.hosts.end() ? salt::reply::missing : row->second.what;
        mine.why = mine.what == salt::reply::ok ? std::string{} : cause_of(row->second);
    }
    keep_answers(here, seen->rows);
    wave.over = true;
    wave.note = note_of(*seen, within.total);
    what.stopped = what.stopped || seen->how == salt::following::cancelled;
    const auto kept = co_await insist(here, what);
    if (!kept) co_return kept.error();
    co_return what;
}

bool is_well(const salt_run& what, const salt_wave& wave) {
    return wave.note.empty() && std::ranges::all_of(wave.hosts, [&](const std::string& name) {
               const auto found = what.hosts.find(name);
               return found != what.hosts.end() && found->second.what == salt::reply::ok;
           });
}

}  // namespace

std::vector<std::string> salt_run::of(salt::reply what) const {
    std::vector<std::string> names;
    for (const auto& [name, each] : hosts)
        if (each.what == what) names.push_back(name);
    return names;
}

std::vector<std::string> salt_run::untouched() const {
    std::vector<std::string> names;
    for (const auto& each : waves)
        if (!each.begun) names.insert(names.end(), each.hosts.begin(), each.hosts.end());
    return names;
}

bool salt_run::is_over() const noexcept {
    bool stops = stopped;
    for (const auto& each : waves) {
        if (each.begun && !each.over) return false;
        if (!each.begun && !stops) return false;
        stops = stops || !is_well(*this, each);
    }
    return true;
}

bool salt_run::all_done() const noexcept {
    return std::ranges::all_of(waves, [this](const auto& each) { return each.over && is_well(*this, each); });
}

std::string salt_run::sentence() const {
    const auto all = hosts.size() + untouched().size();
    std::size_t causes = 0;
    auto text = fmt::format("{} of {} are built", done().size(), count(all, "host"));
    for (const auto& [name, each] : hosts) {
        if (each.what != salt::reply::failed && each.what != salt::reply::busy) continue;
        if (++causes <= most_causes)
            text += "; " + name + (each.what == salt::reply::busy ? " is busy with another run: " : ": ") + each.why;
    }
    if (causes > most_causes) text += fmt::format("; and {} more failed", causes - most_causes);
    const auto silent = of(salt::reply::missing);
    if (!silent.empty()) text += "; no answer from " + listed(silent) + " (the run may go on there)";
    if (const auto later = untouched(); !later.empty()) text += "; not begun on " + listed(later);
    for (const auto& each : waves)
        if (!each.note.empty()) text += "; " + each.note;
    return text;
}

std::vector<std::vector<std::string>> into_waves(const std::vector<std::string>& hosts,
                                                 const release::wave_settings& how) {
    std::size_t size = hosts.size();
    if (how.hosts > 0) size = static_cast<std::size_t>(how.hosts);
    if (how.percent > 0) size = std::max<std::size_t>(hosts.size() * static_cast<std::size_t>(how.percent) / 100, 1);
    std::vector<std::vector<std::string>> waves;
    for (std::size_t at = 0; at < hosts.size(); at += size)
        waves.emplace_back(hosts.begin() + static_cast<std::ptrdiff_t>(at),
                           hosts.begin() + static_cast<std::ptrdiff_t>(std::min(at + size, hosts.size())));
    return waves;
}

task<result<std::optional<salt_run>>> read_run(store::store& memory, std::string key) {
    const auto kept = co_await memory.document_of(runs_collection, key);
    if (!kept) co_return kept.error();
    if (!*kept) co_return std::optional<salt_run>{};
    co_return std::optional{from_json(std::move(key), **kept)};
}

task<result<>> write_run(store::store& memory, salt_run what) {
    store::batch changes;
    changes.documents.push_back({runs_collection, what.key, to_json(what)});
    auto kept = co_await memory.commit(std::move(changes));
    co_return kept;
}

task<result<salt_run>> find_lost_wave(context here, salt_run what) {
    for (std::size_t number = 0; number < what.waves.size(); ++number) {
        auto& wave = what.waves[number];
        if (!wave.begun || !wave.jid.empty()) continue;
        const auto found = co_await here.with.salt_jobs->find(key_of(what, number));
        if (!found)
            co_return failure{errc::lost, "Salt may have been sent to " + listed(wave.hosts) +
                                              ", and the master cannot tell: " + found.error().sentence()};
        wave.begun = found->has_value();
        wave.jid = found->value_or("");
        const auto kept = co_await insist(here, what);
        if (!kept) co_return kept.error();
    }
    co_return what;
}

task<result<salt_run>> go_on(context here, salt_run what) {
    auto found = co_await find_lost_wave(here, std::move(what));
    if (!found) co_return found.error();
    what = std::move(*found);
    for (std::size_t number = 0; number < what.waves.size(); ++number) {
        if (!what.waves[number].over) {
            const bool late = here.with.time->now() - what.began >= here.rule.timeout;
            if (!what.waves[number].begun && (what.stopped || late)) break;
            if (!what.waves[number].begun && here.is_aborting) {
                const auto unwanted = co_await here.is_aborting();
                if (unwanted) what.stopped = true;
                if (unwanted) break;
            }
            if (!what.waves[number].begun) {
                if (number > 0 && here.project->salt.waves.pause > milliseconds{0})
                    co_await here.with.time->sleep(here.project->salt.waves.pause);
                if (what.waves.size() > 1)
                    here.log(fmt::format("wave {} of {}: {}", number + 1, what.waves.size(),
                                         listed(what.waves[number].hosts)));
                auto begun = co_await begin_wave(here, what, number);
                if (!begun) co_return begun.error();
                what = std::move(*begun);
            }
            auto seen = co_await follow_wave(here, what, number);
            if (!seen) co_return seen.error();
            what = std::move(*seen);
        }
        if (!is_well(what, what.waves[number])) {
            what.stopped = true;  // a wave that is not all well stops the next
            break;
        }
    }
    const auto kept = co_await insist(here, what);
    if (!kept) co_return kept.error();
    co_return what;
}

}  // namespace slipway::steps
