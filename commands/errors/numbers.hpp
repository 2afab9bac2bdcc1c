// Numbers as people read them in verdicts. Room-internal.
#pragma once

#include <cstdint>
#include <string>

namespace slipway::errors {

std::string times(std::uint64_t count);  ///< "once", "7 times"
std::string minutes(double count);       ///< "1 minute", "5 minutes"
std::string whole(double count);         ///< "1200"
std::string servers(std::size_t count);  ///< "1 server", "3 servers"
std::string factor(double ratio);        ///< "3.1 times", "14 times"
std::string small(double probability);   ///< "2e-06", "0.03"

}  // namespace slipway::errors
