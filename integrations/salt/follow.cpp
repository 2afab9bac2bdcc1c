// One job until everybody has answered, or surely will not.
#include <algorithm>
#include <set>

#include "integrations/async/timers.hpp"
#include "integrations/salt/jobs.hpp"

namespace slipway::salt {
namespace {

std::vector<std::string> without_answer(const salt_rows& rows) {
    return rows.of(reply::missing);
}

/// Hosts that returned since the last time.
void tell_new(const salt_rows& rows, std::set<std::string>& known, const follow_hooks& told) {
    for (const auto& [name, row] : rows.hosts) {
        if (row.what == reply::missing || !known.insert(name).second) continue;
        if (told.on_row) told.on_row(row);
    }
}

}  // namespace

task<result<followed>> follow(job_client& jobs, timers& time, std::string jid, std::vector<std::string> hosts,
                              question asked, instant began, follow_limits within, follow_hooks told) {
    followed seen;
    seen.rows = rows_of(asked, {}, hosts);
    seen.rows.job = jid;
    std::set<std::string> known;
    auto last_news = time.now();
    int times_gone = 0, pressed = 0;
    instant pressed_at{};
    std::optional<following> why;
    for (;;) {
        const auto record = co_await jobs.read(jid);
        const auto now = time.now();
        if (!record && record.error() == errc::unauthorised) co_return record.error();
        if (record && *record) {
            const auto before = known.size();
            seen.rows = rows_of(asked, **record, hosts);
            seen.rows.job = jid;
            tell_new(seen.rows, known, told);
            if (known.size() != before) {
                last_news = now;
                times_gone = 0;
            }
            if (without_answer(seen.rows).empty()) {
                seen.how = following::complete;  // also when it was asked to end: it had ended
                co_return seen;
            }
        }
        const bool unknown = record && !*record;
        if (unknown && now - last_news >= within.quiet && known.empty()) {
            seen.how = following::unknown;
            co_return seen;
        }
        if (!why && now - began >= within.total) why = following::timed_out;
        if (!why && told.is_unwanted) {
            const auto unwanted = co_await told.is_unwanted();
            if (unwanted) why = following::cancelled;
        }
        if (why && (pressed == 0 || now - pressed_at >= within.grace)) {
            if (pressed == 2) {
                seen.how = *why;
                co_return seen;
            }
            const auto waiting = without_answer(seen.rows);
            const auto how = pressed == 0 ? job_signal::terminate : job_signal::kill;
            const auto sent = co_await jobs.signal(jid, waiting, how);
            if (!sent) seen.rows.complaint = untrusted{sent.error().sentence()};
            ++pressed;
            pressed_at = now;
        }
        if (now - last_news >= within.quiet || pressed > 0) {
            const auto there = co_await jobs.running(jid, without_answer(seen.rows));
            // Twice, because an answer may be on its way while the question is.
            times_gone = there && there->empty() ? times_gone + 1 : 0;
            if (times_gone >= 2) {
                seen.how = why.value_or(following::gone);
                co_return seen;
            }
        }
        co_await time.sleep(within.poll);
    }
}

}  // namespace slipway::salt
