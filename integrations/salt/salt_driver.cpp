#include "integrations/salt/salt_driver.hpp"

#include <charconv>

#include "integrations/salt/names.hpp"

namespace slipway::salt {
namespace {

using runner::attachment;
using runner::cancel_answer;
using runner::order;
using runner::planned;
using runner::pressure;
using runner::progress;

/// How many polls without a new answer before the rest is asked whether it still works, and how often it has to say no.
constexpr int patient_polls = 5, times_gone = 2;

/// "3 4 1": answers known, polls without news, times gone.
struct cursor_numbers {
    std::size_t known = 0;
    int quiet = 0, gone = 0;
};
cursor_numbers read_cursor(const std::string& text) {
    cursor_numbers read;
    const char* const end = text.data() + text.size();
    auto at = std::from_chars(text.data(), end, read.known).ptr;
    if (at != end) at = std::from_chars(at + 1, end, read.quiet).ptr;
    if (at != end) std::from_chars(at + 1, end, read.gone);
    return read;
}
std::string write_cursor(const cursor_numbers& of) {
    return std::to_string(of.known) + " " + std::to_string(of.quiet) + " " + std::to_string(of.gone);
}

/// What the function said; a value that is no text is shown as JSON.
untrusted text_of(const host_row& row) {
    constexpr std::size_t most = 2'000;
    if (!row.text.empty() || row.value.is_null()) return row.text;
    auto shown = boost::json::serialize(row.value);
    if (shown.size() > most) shown = shown.substr(0, most) + "…";
    return untrusted{std::move(shown)};
}

class salt_driver final : public runner::driver {
public:
    salt_driver(job_client& jobs, driver_settings how) : jobs_{jobs}, how_{std::move(how)} {}

    result<planned> plan(const order& what) const override {
        const auto wanted = order_for(what);
        if (const auto ok = check_order(wanted); !ok) return ok.error();
        planned made;
        made.words = jobs_.words(wanted);
        return made;
    }
    task<result<std::string>> start(order what) override {
        const auto begun = co_await jobs_.start(order_for(what));
        if (!begun) co_return begun.error();
        co_return begun->jid;
    }
    task<result<std::optional<std::string>>> find(order what) override {
        auto found = co_await jobs_.find(what.key);
        co_return found;
    }
    task<result<progress>> poll(std::string ref, std::string cursor) override {
        const auto record = co_await jobs_.read(ref);
        if (!record) co_return record.error();
        auto now = read_cursor(cursor);
        if (!*record) {
            // The cache may lag behind the start for a moment.
            if (++now.quiet > patient_polls)
                co_return failure{errc::not_found, "the master does not know Salt's job " + ref};
            progress waiting;
            waiting.cursor = write_cursor(now);
            co_return waiting;
        }
        const auto rows = rows_of(question_of(how_.function), **record, (*record)->minions);
        auto seen = shown(rows);
        const auto silent = rows.of(reply::missing);
        const auto answered = rows.hosts.size() - silent.size();
        now.quiet = answered > now.known ? 0 : now.quiet + 1;
        if (answered > now.known)
            for (const auto& [name, row] : rows.hosts)
                if (row.what != reply::missing) seen.lines.push_back(name + ": " + std::string{to_string(row.what)});
        now.known = answered;
        if (!silent.empty() && now.quiet >= patient_polls) {
            const auto there = co_await jobs_.running(ref, silent);
            now.gone = there && there->empty() ? now.gone + 1 : 0;
        }
        seen.cursor = write_cursor(now);
        const bool over = silent.empty() || now.gone >= times_gone;
        if (!over) {
            seen.state = runner::state::running;
            co_return seen;
        }
        seen.text = rows.summary();
        seen.state = !silent.empty()   ? runner::state::lost
                     : rows.all_well() ? runner::state::succeeded
                                       : runner::state::failed;
        co_return seen;
    }
    task<result<cancel_answer>> cancel(std::string ref, pressure how) override {
        const auto record = co_await jobs_.read(ref);
        if (!record) co_return record.error();
        if (!*record) co_return failure{errc::not_found, "the master does not know Salt's job " + ref};
        const auto silent = rows_of(question_of(how_.function), **record, (*record)->minions).of(reply::missing);
        if (silent.empty()) co_return cancel_answer::requested;
        const auto signal = how == pressure::kill ? job_signal::kill : job_signal::terminate;
        const auto sent = co_await jobs_.signal(ref, silent, signal);
        if (!sent) co_return sent.error();
        co_return cancel_answer::requested;
    }
    task<result<attachment>> attach(std::string ref) override {
        const auto record = co_await jobs_.read(ref);
        if (!record) co_return record.error();
        if (!*record) co_return attachment::unknown;
        const auto rows = rows_of(question_of(how_.function), **record, (*record)->minions);
        co_return rows.of(reply::missing).empty() ? attachment::finished : attachment::running;
    }

private:
    job_order order_for(const order& what) const {
        job_order made;
        made.compound = how_.target;
        if (how_.target.empty())
            for (const auto& each : array_at(what.params, "hosts"))
                if (each.is_string()) made.hosts.emplace_back(each.get_string());
        made.function = how_.function;
        made.arguments = runner::filled(how_.arguments, what.words);
        made.key = what.key;
        return made;
    }
    static progress shown(const salt_rows& rows) {
        progress seen;
        for (const auto& [name, row] : rows.hosts)
            if (row.what != reply::missing)
                seen.rows.push_back({name, row.what == reply::ok, row.changed() > 0, text_of(row)});
        return seen;
    }

    job_client& jobs_;
    driver_settings how_;
};

}  // namespace

std::unique_ptr<runner::driver> create_salt_driver(job_client& jobs, driver_settings how) {
    return std::make_unique<salt_driver>(jobs, std::move(how));
}

}  // namespace slipway::salt
