#include "integrations/runner/pursue.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <string_view>
#include <system_error>

#include "integrations/async/timers.hpp"
#include "integrations/base/mask.hpp"

namespace slipway::runner {
namespace {

constexpr milliseconds between_saves{5'000};
constexpr std::size_t most_tail = 4'000;

/// The full output of drivers that have no file of their own.
class log_writer {
public:
    log_writer(const std::string& file, std::size_t most, std::vector<std::string> secrets)
        : left_{most}, mask_{std::move(secrets)} {
        if (file.empty()) return;
        to_ = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
        if (to_ < 0) trouble_ = std::generic_category().message(errno);
    }
    log_writer(const log_writer&) = delete;
    log_writer& operator=(const log_writer&) = delete;
    ~log_writer() {
        if (to_ >= 0) ::close(to_);
    }
    std::string masked_line(const std::string& line) const { return mask_(line); }
    void add(std::string line) {
        if (to_ < 0) return;
        line += '\n';
        if (line.size() > left_) {
            if (!std::exchange(cut_, true))
                line = "(the output is longer than the log may be; the rest is not kept)\n";
            else
                return;
        } else {
            left_ -= line.size();
        }
        for (std::string_view left{line}; !left.empty();) {
            const auto written = ::write(to_, left.data(), left.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) {
                if (trouble_.empty()) trouble_ = std::generic_category().message(errno);
                return;
            }
            left.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    bool cut() const { return cut_; }
    /// Why not everything is in the file; "" = it is, as far as it may be.
    const std::string& trouble() const { return trouble_; }

private:
    int to_ = -1;
    std::size_t left_;
    masker mask_;
    bool cut_ = false;
    std::string trouble_;
};

class tail_keeper {
public:
    void add(const std::string& line) {
        lines_.push_back(line.substr(0, most_tail));
        size_ += lines_.back().size() + 1;
        while (size_ > most_tail && lines_.size() > 1) {
            size_ -= lines_.front().size() + 1;
            lines_.pop_front();
        }
    }
    std::string text() const {
        std::string all;
        for (const auto& each : lines_) all += each + "\n";
        return all;
    }

private:
    std::deque<std::string> lines_;
    std::size_t size_ = 0;
};

failure nobody_knows(const order& what, const std::string& why) {
    return failure{errc::lost, "Job " + what.key.substr(0, 12) + " may have been started, and " + why};
}

/// What a start whose answer was never written down left behind; nullopt = surely nothing. A bot that cannot look into
/// the place where it was begun must not take what it does not see for nothing (R5.4).
task<result<std::optional<std::string>>> find_again(driver& with, order what, note begun) {
    if (!begun.place.empty() && begun.place != with.place())
        co_return nobody_knows(what, "it was begun at " + begun.place + ", where only a bot of that machine can look");
    auto found = co_await with.find(what);
    if (!found) co_return nobody_knows(what, "the tool cannot tell: " + found.error().sentence());
    co_return std::move(*found);
}

/// The note with a reference: as it was kept, found again, or just begun.
task<result<note>> begin(driver& with, order what, notebook& notes, timers& time) {
    const auto known = co_await notes.read(what.key);
    if (!known) co_return known.error();
    if (*known && !(*known)->ref.empty()) co_return **known;
    note made;
    made.key = what.key;
    if (*known) {
        // A start whose answer was never written down: only the tool knows.
        made = **known;
        const auto found = co_await find_again(with, what, made);
        if (!found) co_return found.error();
        if (*found) {
            made.ref = **found;
            const auto kept = co_await notes.write(made);
            if (!kept) co_return kept.error();
            co_return made;
        }
    } else {
        made.started = time.now();
        made.place = with.place();
        const auto kept = co_await notes.write(made);
        if (!kept) co_return kept.error();
    }
    auto begun = co_await with.start(what);
    if (!begun && may_have_happened(begun.error().kind())) {
        const auto found = co_await with.find(what);
        if (!found || !*found) {
            if (!found) co_return nobody_knows(what, found.error().sentence());
            co_return failure{errc::unavailable, "It was not begun: " + begun.error().sentence()};
        }
        begun = **found;
    }
    if (!begun) co_return begun.error();
    made.ref = *begun;
    // It runs now; a store that is away for a moment must not make us forget it.
    for (int attempt = 0;; ++attempt) {
        const auto kept = co_await notes.write(made);
        if (kept) break;
        if (attempt == 30)
            co_return nobody_knows(what, "its reference could not be stored: " + kept.error().sentence());
        co_await time.sleep(milliseconds{1'000});
    }
    co_return made;
}

/// INT, TERM, KILL: one step further each `grace`.
struct ending_pressure {
    std::optional<state> why;
    int level = 0;
    instant pressed{};
};

}  // namespace

task<result<ended>> pursue(driver& with, order what, notebook& notes, timers& time, limits within, hooks told) {
    auto begun = co_await begin(with, what, notes, time);
    if (!begun) co_return begun.error();
    note mine = std::move(*begun);
    log_writer log{with.writes_log() ? std::string{} : what.log_file, within.most_log, told.secrets};
    tail_keeper last_lines;
    ending_pressure pressing;
    ended how;
    how.ref = mine.ref;
    auto last_output = time.now(), last_save = time.now();
    std::string trouble;
    for (;;) {
        const auto seen = co_await with.poll(mine.ref, mine.cursor);
        const auto now = time.now();
        if (seen) {
            trouble.clear();
            for (const auto& each : seen->lines) {
                const auto line = log.masked_line(each);
                log.add(line);
                last_lines.add(line);
                if (told.on_line) told.on_line(line);
            }
            if (!seen->lines.empty() || seen->cursor != mine.cursor) last_output = now;
            mine.cursor = seen->cursor;
            if (seen->state != state::running) {
                how.state = seen->state;
                how.text = seen->text;
                // It may have succeeded while we asked it to end: then that is the truth.
                const bool stopped = how.state == state::failed || how.state == state::cancelled;
                if (pressing.why && stopped) how.state = *pressing.why;
                if (!pressing.why && mine.ending && stopped) how.state = state::cancelled;
                how.rows = seen->rows;
                how.warned = seen->warned;
                break;
            }
        } else if (seen.error() == errc::not_found) {
            how.state = state::lost;
            how.text = seen.error().sentence() + "; nobody knows how it ended";
            break;
        } else if (seen.error() == errc::unauthorised || seen.error() == errc::invalid) {
            co_return nobody_knows(what, "how it is cannot be asked: " + seen.error().sentence());
        } else {
            trouble = seen.error().sentence();
        }
        if (!pressing.why) {
            if (now - mine.started >= within.total)
                pressing.why = state::timed_out;
            else if (within.idle > milliseconds{0} && now - last_output >= within.idle)
                pressing.why = state::timed_out;
            else if (told.is_unwanted) {
                const auto unwanted = co_await told.is_unwanted();
                if (unwanted) pressing.why = state::cancelled;
            }
        }
        if (pressing.why && (pressing.level == 0 || now - pressing.pressed >= within.grace)) {
            if (pressing.level == 3) {
                how.state = *pressing.why == state::cancelled ? state::lost : state::timed_out;
                how.text = "it was asked to end and still runs" + (trouble.empty() ? "" : " (" + trouble + ")");
                break;
            }
            if (!mine.ending) {
                mine.ending = true;
                const auto noted = co_await notes.write(mine);
                if (!noted) trouble = noted.error().sentence();
            }
            const auto asked = co_await with.cancel(mine.ref, static_cast<pressure>(pressing.level));
            if (asked && *asked == cancel_answer::unsupported) {
                how.state = *pressing.why == state::cancelled ? state::lost : state::timed_out;
                how.text = "the tool cannot end it; it still runs";
                break;
            }
            if (!asked) trouble = asked.error().sentence();
            ++pressing.level;
            pressing.pressed = now;
        } else if (now - last_save >= between_saves) {
            last_save = now;
            const auto saved = co_await notes.write(mine);
            if (!saved) trouble = saved.error().sentence();
        }
        co_await time.sleep(pressing.why ? std::min(within.poll, within.grace) : within.poll);
    }
    how.tail = last_lines.text();
    how.log_cut = log.cut();
    if (!log.trouble().empty() && how.state == state::succeeded) {
        how.state = state::failed;
        how.text = "it succeeded, but its log " + what.log_file + " could not be written (" + log.trouble() +
                   "), so nobody can read what it did; make room there, then try again";
    }
    if (how.state == state::timed_out) {
        const bool idle = time.now() - mine.started < within.total;
        how.text = (idle ? "no output for " + slipway::to_words(within.idle)
                         : "longer than " + slipway::to_words(within.total)) +
                   (how.text.empty() ? "" : "; " + how.text);
    }
    co_return how;
}

task<result<std::optional<progress>>> look_up(driver& with, order what, notebook& notes) {
    const auto known = co_await notes.read(what.key);
    if (!known) co_return known.error();
    if (!*known) co_return std::optional<progress>{};
    auto ref = (*known)->ref;
    if (ref.empty()) {
        const auto found = co_await find_again(with, what, **known);
        if (!found) co_return found.error();
        if (!*found) co_return std::optional<progress>{};
        ref = **found;
    }
    auto seen = co_await with.poll(ref, (*known)->cursor);
    if (!seen && seen.error() == errc::not_found) co_return nobody_knows(what, seen.error().sentence());
    if (!seen) co_return seen.error();
    if (seen->state == state::lost) co_return nobody_knows(what, seen->text);
    co_return std::optional{std::move(*seen)};
}

}  // namespace slipway::runner
