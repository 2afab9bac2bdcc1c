// Running a program: reading both streams, limits, ending its group, reaping. No signal handler: a pidfd tells the end.
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "integrations/process/output.hpp"
#include "integrations/process/spawn.hpp"

namespace slipway::process {
namespace {

using steady = std::chrono::steady_clock;
using asio::posix::stream_descriptor;

/// After the program's end its pipes may stay open in a background process it left behind: that one is not waited for.
constexpr milliseconds drain_limit{500};
/// More than a pipe holds (64 KiB, at most 1 MiB): what comes after that was written after the end.
constexpr int most_drains = 16;
constexpr milliseconds longest{std::chrono::hours{24 * 365}};
constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

/// One output stream on its way: masked, logged, cut into lines, kept.
struct channel {
    channel(const executor& loop, descriptor from, const command& what, bool is_error)
        : pipe{loop, from.release()}, mask{what.secrets}, kept{what.most_output}, error_stream{is_error} {}
    stream_descriptor pipe;
    masker mask;
    line_cutter lines;
    tail kept;
    bool error_stream;
    bool open = true;
};

enum class pressure { none, interrupted, terminated, killed };

struct run_state {
    run_state(const executor& on, const command& what, started begun, descriptor log_to, line_sink sink)
        : loop{on},
          running{std::move(begun.child)},
          out{on, std::move(begun.out), what, false},
          err{on, std::move(begun.err), what, true},
          life{on, begun.life.release()},
          in{on},
          changed{on},
          done{on, steady::time_point::max()},
          log{std::move(log_to)},
          on_line{std::move(sink)},
          total{std::min(what.total_timeout, longest)},
          idle{what.idle_timeout},
          grace{what.grace} {
        if (begun.in.get() >= 0) in.assign(begun.in.release());
        out.pipe.non_blocking(true);
        err.pipe.non_blocking(true);
    }
    executor loop;
    process::child running;
    channel out;
    channel err;
    stream_descriptor life;
    stream_descriptor in;
    asio::steady_timer changed;  ///< cancelled to wake the supervisor
    asio::steady_timer done;     ///< cancelled once `finished`
    bool finished = false;
    descriptor log;
    std::string log_trouble;  ///< why the log ends before the output does
    line_sink on_line;
    milliseconds total;
    milliseconds idle;
    milliseconds grace;
    steady::time_point began = steady::now();
    steady::time_point last_output = steady::now();
    steady::time_point exited_at{};
    steady::time_point pressed_at{};
    pressure level = pressure::none;
    bool exited = false;
    bool cancelled = false;
    outcome ended;
};

using state_ptr = std::shared_ptr<run_state>;

void write_log(run_state& state, std::string_view text) {
    while (!text.empty() && state.log.get() >= 0) {
        const auto count = ::write(state.log.get(), text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            // The program goes on: to end it in its middle would be worse. What it did counts only with its log.
            state.log_trouble = std::generic_category().message(errno);
            state.log = descriptor{};
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

void tell(run_state& state, const std::vector<std::string>& lines, bool is_error) {
    if (!state.on_line) return;
    try {
        for (const auto& each : lines) state.on_line(each, is_error);
    } catch (const std::exception& bug) {
        // The program must go on and be reaped, whatever its listener does.
        spdlog::error("the listener of a program's output failed and hears no more: {}", bug.what());
        state.on_line = {};
    }
}

void take_in(run_state& state, channel& from, const std::string& text) {
    write_log(state, text);
    from.kept.add(text);
    tell(state, from.lines.feed(text), from.error_stream);
}

void end_channel(run_state& state, channel& which) {
    if (!std::exchange(which.open, false)) return;
    take_in(state, which, which.mask.finish());
    tell(state, which.lines.finish(), which.error_stream);
    which.pipe.close();
}

task<> read_output(state_ptr state, channel& from) {
    std::string chunk(64U << 10U, '\0');
    while (from.open) {
        const auto [ec, count] = co_await from.pipe.async_read_some(asio::buffer(chunk), as_values);
        if (count > 0 && from.open) {
            state->last_output = steady::now();
            take_in(*state, from, from.mask.feed(std::string_view{chunk}.substr(0, count)));
        }
        if (ec) break;
    }
    end_channel(*state, from);
    state->changed.cancel();
}

/// What was written before the program ended is in the pipe already: it is taken even when the pipe stays open.
void drain(run_state& state, channel& from) {
    std::string chunk(64U << 10U, '\0');
    for (int reads = 0; reads < most_drains && from.open; ++reads) {
        const auto count = ::read(from.pipe.native_handle(), chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        take_in(state, from, from.mask.feed(std::string_view{chunk}.substr(0, static_cast<std::size_t>(count))));
    }
    end_channel(state, from);
}

task<> write_input(state_ptr state, std::string input) {
    co_await asio::async_write(state->in, asio::buffer(input), as_values);  // a program need not read all of it
    boost::system::error_code ignored;
    state->in.close(ignored);
}

task<> watch_life(state_ptr state) {
    co_await state->life.async_wait(stream_descriptor::wait_read, as_values);
    state->exited = true;
    state->exited_at = steady::now();
    state->changed.cancel();
}

bool is_silent(const run_state& state) {
    return !state.out.open && !state.err.open;
}

/// Nothing more is to be waited for.
bool is_over(const run_state& state) {
    if (!state.exited) return false;
    if (is_silent(state)) return true;
    const bool waits_for_others = state.level == pressure::interrupted || state.level == pressure::terminated;
    return !waits_for_others && steady::now() >= state.exited_at + drain_limit;
}

steady::time_point next_deadline(const run_state& state) {
    if (state.level == pressure::interrupted || state.level == pressure::terminated)
        return state.pressed_at + state.grace;
    if (state.exited) return state.exited_at + drain_limit;
    if (state.level == pressure::killed) return steady::time_point::max();
    const auto total = state.began + state.total;
    return state.idle > milliseconds{0} ? std::min(total, state.last_output + state.idle) : total;
}

void press(run_state& state) {
    const int signals[] = {SIGINT, SIGTERM, SIGKILL};
    const auto step = static_cast<std::size_t>(state.level);
    if (state.level == pressure::killed) return;
    state.running.signal(signals[step]);
    state.level = static_cast<pressure>(step + 1);
    state.pressed_at = steady::now();
}

void begin_ending(run_state& state, ending why) {
    state.ended.how = why;
    press(state);
}

/// What the clock and the caller demand now.
void react(run_state& state) {
    const auto now = steady::now();
    if (state.level != pressure::none) {
        if (state.level != pressure::killed && now >= state.pressed_at + state.grace) press(state);
        return;
    }
    if (state.cancelled) return begin_ending(state, ending::cancelled);
    if (state.exited) return;
    if (now >= state.began + state.total) return begin_ending(state, ending::timed_out);
    if (state.idle > milliseconds{0} && now >= state.last_output + state.idle)
        begin_ending(state, ending::idle_timed_out);
}

void conclude(run_state& state) {
    drain(state, state.out);
    drain(state, state.err);
    if (state.level != pressure::none) state.running.signal(SIGKILL);  // what of the group outlived its leader
    const int status = state.running.reap();
    boost::system::error_code ignored;
    state.in.close(ignored);
    state.ended.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    if (state.ended.how == ending::exited && WIFSIGNALED(status)) state.ended.how = ending::signalled;
    state.ended.out = state.out.kept.take();
    state.ended.err = state.err.kept.take();
    state.ended.output_cut = state.out.kept.cut() || state.err.kept.cut();
    state.on_line = {};
}

task<> supervise(state_ptr state) {
    while (!is_over(*state)) {
        react(*state);
        state->changed.expires_at(next_deadline(*state));
        co_await state->changed.async_wait(as_values);
    }
    conclude(*state);
    state->finished = true;
    state->done.cancel();
}

void report_bug(const std::exception_ptr& thrown) {
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const std::exception& bug) {
        spdlog::error("task=process ended by a bug: {}", bug.what());
    }
}

result<descriptor> open_log(const std::string& path) {
    if (path.empty()) return descriptor{};
    descriptor log{::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640)};
    if (log.get() >= 0) return log;
    return failure{errc::invalid,
                   "the log file " + path + " cannot be written: " + std::generic_category().message(errno)};
}

/// Also when the caller is cancelled the wait goes on until the group has ended: no program outlives its task.
task<> wait_until_finished(state_ptr state) {
    const bool threw = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!state->finished) {
        co_await state->done.async_wait(as_values);
        const auto asked = co_await asio::this_coro::cancellation_state;
        if (asked.cancelled() == asio::cancellation_type::none || state->cancelled) continue;
        state->cancelled = true;
        state->changed.cancel();
    }
    co_await asio::this_coro::throw_if_cancelled(threw);
}

failure log_lost(const command& what, const run_state& state) {
    const auto number = std::to_string(state.ended.code);
    const auto how = state.ended.how == ending::exited ? "with exit code " + number : "by signal " + number;
    return failure{errc::lost, to_words(what.argv) + " ended " + how + ", but its log " + what.log_file +
                                   " could not be written (" + state.log_trouble +
                                   "), so nobody can read what it did; make room there, then try again"};
}

task<result<outcome>> run_program(executor loop, command what, line_sink on_line) {
    const auto asked = co_await asio::this_coro::cancellation_state;
    if (asked.cancelled() != asio::cancellation_type::none) {
        co_return failure{errc::cancelled, to_words(what.argv) + " was not started: cancelled"};
    }
    auto log = open_log(what.log_file);
    if (!log) co_return log.error();
    auto begun = spawn(what);
    if (!begun) co_return begun.error();
    const auto state = std::make_shared<run_state>(loop, what, std::move(*begun), std::move(*log), std::move(on_line));
    if (!what.input.empty()) asio::co_spawn(loop, write_input(state, std::move(what.input)), report_bug);
    asio::co_spawn(loop, read_output(state, state->out), report_bug);
    asio::co_spawn(loop, read_output(state, state->err), report_bug);
    asio::co_spawn(loop, watch_life(state), report_bug);
    asio::co_spawn(loop, supervise(state), report_bug);
    co_await wait_until_finished(state);
    if (!state->log_trouble.empty()) co_return log_lost(what, *state);
    co_return std::move(state->ended);
}

/// Writing to a program that no longer reads shall be an error code, not the end of our process. Programs that we
/// start get the signal's default back.
void ignore_broken_pipes() {
    struct sigaction now{};
    if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) std::signal(SIGPIPE, SIG_IGN);
}

class local_runner final : public runner {
public:
    explicit local_runner(executor loop) : loop_{std::move(loop)} { ignore_broken_pipes(); }
    task<result<outcome>> run(command what, line_sink on_line) override {
        return run_program(loop_, std::move(what), std::move(on_line));
    }

private:
    executor loop_;
};

}  // namespace

std::unique_ptr<runner> create_runner(executor loop) {
    return std::make_unique<local_runner>(std::move(loop));
}

}  // namespace slipway::process
