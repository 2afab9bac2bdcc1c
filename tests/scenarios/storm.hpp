// Error reports as a web site under fire sends them: over several kept connections, as fast as they are answered.
#pragma once

#include <map>
#include <string>

namespace slipway::scenarios {

struct storm {
    unsigned short port = 0;
    std::string kind = "QueueFull";  ///< type of the one exception that all reports have in common
    std::string title;               ///< its message
    std::string version = "1.4.0";   ///< that the reports name as their release
    int events = 1;
    int connections = 4;
};

/// How many reports got which answer; throws std::runtime_error when the listener goes away.
std::map<int, int> send(const storm& what);

}  // namespace slipway::scenarios
