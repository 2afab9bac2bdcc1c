// The log: one line per event on standard error, fields as key=value, secrets taken out before anything is written.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "integrations/base/mask.hpp"

namespace spdlog::sinks {
class sink;
}

namespace slipway::bot {

/// Makes the logger that spdlog::info and friends write to:
///     time=2026-11-23T18:04:05.123Z level=info release=r1 step=push attempt=2 …
/// Written on the calling thread: no queue can fill up and stop the loop. `level` as in the settings file.
void start_logging(std::string_view level, masker mask);
/// The same into a sink of the caller's, for tests.
void start_logging(std::string_view level, masker mask, std::shared_ptr<spdlog::sinks::sink> into);

/// `key=value` values with blanks, quotes or line ends, as one word: "two words" → "\"two words\"". For text that
/// others wrote, so that it can neither end the line nor pretend to be another field.
std::string log_value(std::string_view text);

}  // namespace slipway::bot
