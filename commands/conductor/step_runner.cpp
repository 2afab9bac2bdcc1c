#include "commands/conductor/step_runner.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

#include "integrations/async/cancelled.hpp"
#include "integrations/async/deadline.hpp"

namespace slipway::conductor {
namespace {

using release::side_effect;
using release::step_status;

/// Surely nothing happened and it may go better in a moment.
bool is_worth_repeating(const failure& why) {
    return why == errc::unavailable || why == errc::limited;
}

/// "Said no" or "could not know" (R1.7), when nothing can have happened.
step_status judge(const failure& why) {
    const bool unsure = is_worth_repeating(why) || may_have_happened(why.kind()) || why == errc::cancelled;
    return unsure ? step_status::errored : step_status::failed;
}

verdict from(step_status status, std::string text) {
    verdict made;
    made.status = status;
    made.text = std::move(text);
    return made;
}

verdict from(const steps::probe_outcome& probed, step_status status, const std::string& lead = "") {
    auto made = from(status, lead.empty() ? probed.text : lead + probed.text);
    made.data = probed.data;
    made.facts = probed.facts;
    return made;
}

std::string what_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "something that is no exception was thrown";
    }
}

/// An exception is a bug: said so, logged once, and it stops nothing but its step. Unless we were told to stop: that
/// goes on.
verdict from_bug(const steps::context& here, const std::exception_ptr& thrown) {
    if (is_cancellation(thrown)) std::rethrow_exception(thrown);
    const auto what = what_of(thrown);
    spdlog::error("step={} kind={} ended by a bug: {}", here.rule.id, here.rule.kind, what);
    return from(step_status::errored, "Slipway itself failed in this step (" + what +
                                          "); please report it, then `/release retry " + here.rule.id + "`");
}

/// Keeps a bug as a value: with_deadline would hear of an exception only after its limit.
template <class T>
task<result<T>> keep_bug(task<result<T>> doing, std::exception_ptr& bug) {
    try {
        auto ended = co_await std::move(doing);
        co_return ended;
    } catch (...) {
        bug = std::current_exception();
    }
    if (is_cancellation(bug)) std::rethrow_exception(std::exchange(bug, nullptr));
    co_return failure{errc::lost, "a bug ended it"};
}

/// What a kind does, for at most `limit`; a bug in it is thrown at once.
template <class T>
task<result<T>> limited(timers& time, milliseconds limit, std::string what, task<result<T>> doing) {
    std::exception_ptr bug;
    auto ended = co_await with_deadline(time, limit, std::move(what), keep_bug(std::move(doing), bug));
    if (bug) std::rethrow_exception(bug);
    co_return ended;
}

/// What outlives us keeps the step's limit itself and needs some time to end; ours only catches a kind that hangs.
milliseconds limit_of(const steps::step_kind& kind, const steps::context& here) {
    constexpr milliseconds to_end{300'000};
    return kind.facts().ends_itself ? here.rule.timeout + to_end : here.rule.timeout;
}

std::string title(const steps::context& here) {
    return "“" + here.rule.title + "”";
}

}  // namespace

step_runner::step_runner(timers& time, timers& limits, chance roll, runner_settings settings)
    : time_{time}, limits_{limits}, roll_{std::move(roll)}, settings_{settings} {}

milliseconds step_runner::wait(backoff& pace, const failure& why) const {
    return pace.next(why.retry_after.value_or(milliseconds{0}));
}

task<look_ending> step_runner::look_patiently(steps::step_kind& kind, steps::context here) {
    backoff pace{settings_.wait, roll_};
    for (int attempt = 1;; ++attempt) {
        auto seen = co_await limited(limits_, here.rule.timeout, title(here), kind.look(here));
        if (seen) co_return look_ending{std::move(*seen), {}};
        const auto why = seen.error();
        if (!is_worth_repeating(why) || attempt >= settings_.attempts)
            co_return look_ending{std::nullopt, from(judge(why), why.sentence())};
        spdlog::info("step={} look attempt={} failed, trying again: {}", here.rule.id, attempt, why.sentence());
        const auto pause = wait(pace, why);
        co_await time_.sleep(pause);
    }
}

task<steps::probe_outcome> step_runner::probe(steps::step_kind& kind, steps::context here, steps::act intent) {
    backoff pace{settings_.wait, roll_};
    steps::probe_outcome last{steps::answer::cannot_tell, "it was not possible to find out", {}, {}};
    for (int attempt = 1; attempt <= settings_.probe_attempts; ++attempt) {
        const auto patience = std::min(here.rule.timeout, milliseconds{120'000});
        auto answered = co_await limited(limits_, patience, "the probe of " + title(here), kind.probe(here, intent));
        if (answered) {
            last = std::move(*answered);
            if (last.what != steps::answer::cannot_tell) co_return last;
        } else {
            last.text = answered.error().sentence();
            // A definite no to the question itself will not get better by asking again.
            if (answered.error() == errc::unauthorised || answered.error() == errc::invalid) co_return last;
        }
        if (attempt == settings_.probe_attempts) break;
        const auto pause = pace.next();
        co_await time_.sleep(pause);
    }
    co_return last;
}

task<verdict> step_runner::perform(steps::step_kind& kind, steps::context here, steps::act intent, side_effect effect,
                                   begin_check may) {
    backoff pace{settings_.wait, roll_};
    for (int attempt = 1;; ++attempt) {
        if (may) {
            const auto allowed = co_await may();
            if (!allowed) co_return from(step_status::errored, allowed.error().sentence());
        }
        auto done = co_await limited(limits_, limit_of(kind, here), title(here), kind.perform(here, intent));
        if (done) {
            auto made = from(done->ok ? step_status::done : step_status::failed, done->text);
            made.detail = std::move(done->detail);
            made.data = std::move(done->data);
            made.facts = std::move(done->facts);
            made.files = std::move(done->files);
            co_return made;
        }
        const auto why = done.error();
        if (may_have_happened(why.kind()) && kind.facts().has_probe) {
            const auto probed = co_await probe(kind, here, intent);
            if (probed.what == steps::answer::done) co_return from(probed, step_status::done);
            const bool unsure = probed.what != steps::answer::not_done;
            if (unsure && effect == side_effect::irreversible)
                co_return from(probed, step_status::unknown_outcome, why.sentence() + "; afterwards: ");
            co_return from(step_status::errored,
                           why.sentence() + (probed.text.empty() ? "" : "; afterwards: " + probed.text));
        }
        if (may_have_happened(why.kind()) && effect == side_effect::irreversible)
            co_return from(step_status::unknown_outcome, why.sentence());
        // An error may still be a success (a merge that answers 406 and is merged): believed only when nothing is
        // there.
        const bool says_no = effect == side_effect::irreversible && !is_worth_repeating(why);
        if (says_no && kind.facts().has_probe) {
            const auto probed = co_await probe(kind, here, intent);
            if (probed.what == steps::answer::done) co_return from(probed, step_status::done);
        }
        if (!is_worth_repeating(why) || attempt >= settings_.attempts) co_return from(judge(why), why.sentence());
        spdlog::info("step={} attempt={} failed, trying again: {}", here.rule.id, attempt, why.sentence());
        const auto pause = wait(pace, why);
        co_await time_.sleep(pause);
    }
}

task<verdict> step_runner::act_carefully(steps::step_kind& kind, steps::context here, steps::act intent,
                                         side_effect effect, begin_check may) {
    if (!kind.facts().has_probe) {
        auto made = co_await perform(kind, here, intent, effect, may);
        co_return made;
    }
    const auto probed = co_await probe(kind, here, intent);
    switch (probed.what) {
        case steps::answer::done:
            co_return from(probed, step_status::done);
        case steps::answer::different:
            co_return from(probed,
                           effect == side_effect::irreversible ? step_status::unknown_outcome : step_status::failed);
        case steps::answer::cannot_tell:
            co_return from(probed,
                           effect == side_effect::irreversible ? step_status::unknown_outcome : step_status::errored);
        case steps::answer::not_done:
            break;
    }
    auto made = co_await perform(kind, here, intent, effect, may);
    co_return made;
}

task<look_ending> step_runner::look(steps::step_kind& kind, steps::context here) {
    std::exception_ptr thrown;
    try {
        auto ended = co_await look_patiently(kind, here);
        co_return ended;
    } catch (...) {
        thrown = std::current_exception();
    }
    co_return look_ending{std::nullopt, from_bug(here, thrown)};
}

task<verdict> step_runner::act(steps::step_kind& kind, steps::context here, steps::act intent, side_effect effect,
                               begin_check may) {
    std::exception_ptr thrown;
    try {
        auto made = co_await act_carefully(kind, here, intent, effect, may);
        co_return made;
    } catch (...) {
        thrown = std::current_exception();
    }
    auto made = from_bug(here, thrown);
    if (effect == side_effect::irreversible) made.status = step_status::unknown_outcome;
    co_return made;
}

}  // namespace slipway::conductor
