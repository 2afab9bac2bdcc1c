// Names that the files of the journal share. Not for other rooms.
#pragma once

#include <string>

#include "commands/conductor/journal.hpp"

namespace slipway::conductor {

namespace json = boost::json;

/// How often a command is decided anew because somebody else wrote first.
constexpr int most_conflicts = 20;

inline std::string house_stream_of(const std::string& project) {
    return "project/" + project;
}
inline std::string resource_claim(const std::string& name) {
    return "resource/" + name;
}
/// The janitor of a project's queue.
inline store::work_put queue_row(const std::string& project, instant due) {
    json::object payload;
    payload["project"] = project;
    return {"project/" + project + "/queue", work::queue, std::move(payload), due};
}

}  // namespace slipway::conductor
