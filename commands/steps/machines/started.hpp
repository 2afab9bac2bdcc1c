// Inside this story only: when a service says that it was started.
#pragma once

#include <optional>
#include <string>

#include "commands/steps/step.hpp"

namespace slipway::steps {

/// An ISO time or Unix seconds (with or without a fraction), as programs print them.
std::optional<instant> read_time(std::string text);

/// "{host}" replaced in every word.
std::string with_host(std::string text, const std::string& host);
std::vector<std::string> with_host(std::vector<std::string> words, const std::string& host);

bool has_probe(const release::restart_settings& settings) noexcept;

/// Asks the probe of the settings, for that host. errc::refused: the service answered that it is not well, or not at
/// all; errc::lost: it answered something that is no time.
task<result<instant>> started_at(context here, release::restart_settings settings, std::string host);

/// Started after the intent? Clocks of the service and of the bot may differ by a second.
bool is_after(instant started, instant intended) noexcept;

}  // namespace slipway::steps
