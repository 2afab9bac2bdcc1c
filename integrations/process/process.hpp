// Programs: argv only, never a shell; environment by allow-list; output streamed, capped and masked.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"

namespace slipway::process {

struct command {
    std::vector<std::string> argv;                   ///< argv[0] is looked up in PATH when it has no slash
    std::string directory;                           ///< "" = ours
    std::map<std::string, std::string> environment;  ///< the whole environment; see inherited()
    std::string input;                               ///< written to its standard input, then closed
    milliseconds total_timeout{600'000};
    milliseconds idle_timeout{0};         ///< no output for this long; 0 = no such limit
    milliseconds grace{5'000};            ///< between INT, TERM and KILL of the whole process group
    std::size_t most_output = 4U << 20U;  ///< bytes kept of each stream (the tail); the log file gets all
    std::string log_file;                 ///< "" = none; both streams are appended, in order of arrival
    std::vector<std::string> secrets;     ///< replaced by "[masked]" in everything kept, streamed and logged
};

enum class ending { exited, signalled, timed_out, idle_timed_out, cancelled };

struct outcome {
    ending how = ending::exited;
    int code = 0;  ///< exit code, or signal number with `signalled`
    std::string out;
    std::string err;
    bool output_cut = false;  ///< more than most_output arrived
};

/// One line of output as it arrives (without its newline, valid UTF-8, control characters removed).
using line_sink = std::function<void(const std::string& line, bool is_error_stream)>;

/// Failures: errc::invalid (empty argv, program, directory or log missing; named), unavailable (fork refused), lost (it
/// ran to its end, and its log could not be written). A non-zero exit is an outcome. When the awaiting task is
/// cancelled the group is ended the same way as by a limit, and run() returns only after that. A background process
/// that a program left behind at an ordinary exit is neither waited for nor ended.
class runner {
public:
    virtual ~runner() = default;
    virtual task<result<outcome>> run(command what, line_sink on_line = {}) = 0;
};

std::unique_ptr<runner> create_runner(executor loop);

/// The variables of our own environment that are named (and exist); PATH, HOME, LANG, TZ are always among them.
std::map<std::string, std::string> inherited(const std::vector<std::string>& names = {});

/// "git push --atomic origin": for people. Arguments with blanks are quoted; never executed.
std::string to_words(const std::vector<std::string>& argv);

}  // namespace slipway::process
