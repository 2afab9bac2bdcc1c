// One job from start to end, over any driver: what makes it survive a bot stands here once, not in each driver.
#pragma once

#include <functional>

#include "integrations/runner/runner.hpp"

namespace slipway {
class timers;
}

namespace slipway::runner {

/// What is remembered of a job, durably, before and right after it is started.
struct note {
    std::string key;
    std::string ref;  ///< "" = a start was begun, and its answer was never written down
    instant started{};
    std::string cursor;
    bool ending = false;  ///< somebody wanted it to end
    std::string place;    ///< driver::place() of who began it
};

/// Where notes are kept: committed when `write` returns.
class notebook {
public:
    virtual ~notebook() = default;
    virtual task<result<std::optional<note>>> read(std::string key) = 0;
    virtual task<result<>> write(note what) = 0;
};

struct limits {
    milliseconds poll{1'000};
    milliseconds idle{0};  ///< no new output for this long; 0 = no such limit
    milliseconds total{600'000};
    milliseconds grace{10'000};  ///< between INT, TERM and KILL, or whatever the tool has for them
    std::size_t most_log = 512U << 20U;
};

struct hooks {
    std::function<void(const std::string& line)> on_line;
    std::function<task<bool>()> is_unwanted;  ///< asked now and then; true = cancel it (an abort)
    std::vector<std::string> secrets;         ///< masked in the log that is written here
};

struct ended {
    runner::state state = state::lost;
    std::string text;  ///< one sentence
    std::vector<row> rows;
    std::string tail;  ///< the last lines
    bool warned = false;
    bool log_cut = false;
    std::string ref;
};

/// Starts the order, or takes up what was started under its key, and follows it to its end. Cancelling the awaiting
/// task leaves the job running: the next one attaches. Failures: those of driver::start (surely not begun); lost when
/// it may have been begun and the tool cannot tell; the notebook's own, before anything was begun.
task<result<ended>> pursue(driver& with, order what, notebook& notes, timers& time, limits within, hooks told);

/// What is known without changing anything: nullopt = surely never begun; running, or how it ended; a failure = lost
/// when it was begun and nobody can tell how it is.
task<result<std::optional<progress>>> look_up(driver& with, order what, notebook& notes);

}  // namespace slipway::runner
