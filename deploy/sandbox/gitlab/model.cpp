#include "deploy/sandbox/gitlab/model.hpp"

namespace slipway::sandbox::gitlab {

hosted_project* instance::find_project(const std::string& id_or_path) {
    for (const auto& each : projects) {
        if (each->records.path == id_or_path || std::to_string(each->records.id) == id_or_path) return each.get();
    }
    return nullptr;
}

}  // namespace slipway::sandbox::gitlab
