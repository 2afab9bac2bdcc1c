// Inside this story only: the scripts of the release's milestone, read from GitLab.
#pragma once

#include "commands/runbook/script.hpp"
#include "commands/steps/step.hpp"

namespace slipway::steps {

struct deploy_script {
    std::vector<runbook::line> lines;  ///< what is run before the build first; the milestone's before the issues'
    std::string downtime;              ///< the words that say that the deploy causes downtime; "" = it does not
    std::string hash;                  ///< of all lines: what QA signs
};

/// The milestone's section, then the labelled issues in order. errc::refused names what cannot be read for certain.
task<result<deploy_script>> gather_script(context here);

/// The argv of a line that a click may run, or why it is for a person: no command in it, words only a shell would
/// understand, or a program the project file does not allow.
result<std::vector<std::string>> runnable(const context& here, const runbook::line& what);

/// All lines as a file to copy.
std::string script_file(const context& here, const std::string& hash);

/// How QA's signature and the lines that ran are remembered; both survive a retry of their step.
inline constexpr const char* signed_fact = "scripts_tested";
std::string ran_fact(const std::string& line_hash);

}  // namespace slipway::steps
