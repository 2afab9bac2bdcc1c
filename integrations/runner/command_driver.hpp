// The command driver as a class, because the external driver is one with a language. Room-internal.
#pragma once

#include "integrations/runner/drivers.hpp"
#include "integrations/runner/job_folder.hpp"

namespace slipway::runner {

class command_driver final : public driver {
public:
    /// `split`: standard output and error go to files of their own in the job's folder, not to the order's log.
    command_driver(machine on, command_settings how, bool split);

    result<planned> plan(const order& what) const override;
    task<result<std::string>> start(order what) override;
    task<result<std::optional<std::string>>> find(order what) override;
    task<result<progress>> poll(std::string ref, std::string cursor) override;
    task<result<cancel_answer>> cancel(std::string ref, pressure how) override;
    task<result<attachment>> attach(std::string ref) override;
    std::string place() const override;
    bool writes_log() const override { return !split_; }

    task<result<std::string>> start_with_input(order what, std::string input);
    job_folder folder_of(const std::string& ref) const { return {on_.folder, ref}; }
    /// Only how it is, no output: running, or what the ending says.
    progress ending_of(const std::string& ref) const;

private:
    std::vector<std::string> argv_of(const order& what) const;
    std::vector<std::string> keeper_argv(const order& what, const job_folder& job) const;
    machine on_;
    command_settings how_;
    bool split_;
};

}  // namespace slipway::runner
