// Salt, from the master's command line: who is there, what would change, change it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/process/process.hpp"
#include "integrations/salt/rows.hpp"

namespace slipway::salt {

enum class run_mode { dry_run, real };

/// Failures: invalid (program missing, host list empty, a name Salt would read as something else), unavailable.
/// Whatever the hosts said is a salt_rows, never a failure; so is a run that was ended by its time limit, which leaves
/// the silent hosts `missing`: the job may still run there.
class salt_client {
public:
    virtual ~salt_client() = default;

    /// test.ping on a compound target ("p-prod* and G@roles:app"): who answered, who is known and silent.
    virtual task<result<salt_rows>> ping(std::string compound) = 0;
    /// state.sls on exactly these hosts. `on_line` sees output as it arrives (untrusted).
    virtual task<result<salt_rows>> state(std::vector<std::string> hosts, std::string sls, run_mode mode,
                                          process::line_sink on_line = {}) = 0;
    /// Any function of the configured ones, on exactly these hosts.
    virtual task<result<salt_rows>> call(std::vector<std::string> hosts, std::string function,
                                         std::vector<std::string> arguments, process::line_sink on_line = {}) = 0;
    /// The command line of the three above, for `--dry-run` and the board.
    virtual std::vector<std::string> ping_argv(const std::string& compound) const = 0;
    virtual std::vector<std::string> state_argv(const std::vector<std::string>& hosts, const std::string& sls,
                                                run_mode mode) const = 0;
    virtual std::vector<std::string> call_argv(const std::vector<std::string>& hosts, const std::string& function,
                                               const std::vector<std::string>& arguments) const = 0;
};

struct cli_settings {
    std::vector<std::string> program = {"salt"};  ///< argv prefix, e.g. {"sudo", "-n", "salt"}
    std::vector<std::string> environment;         ///< names of our variables it may see
    int reply_timeout_s = 15;                     ///< -t: when salt starts to ask whether the job still runs
    milliseconds ping_limit{60'000};
    milliseconds run_limit{3'600'000};
    std::string log_file;  ///< both streams are appended; "" = none
};

/// `runner` outlives the client.
std::unique_ptr<salt_client> create_salt_cli(process::runner& runner, cli_settings settings);

}  // namespace slipway::salt
