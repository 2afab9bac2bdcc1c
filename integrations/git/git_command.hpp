// Inside this room only: how the git program is started. The same environment every time, secrets in it and never in
// argv.
#pragma once

#include "integrations/git/transport.hpp"
#include "integrations/process/process.hpp"

namespace slipway::git::detail {

/// `arguments` follow the program's name. `url` "" = a command that speaks to no remote. errc::invalid when the token
/// would travel unencrypted to another machine.
result<process::command> git_command(const transport_settings& settings, std::string directory, std::string url,
                                     std::vector<std::string> arguments);

}  // namespace slipway::git::detail
