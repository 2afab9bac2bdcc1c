// What a server of the sandbox runs, as files: hosts/<host>/{current → releases/<tag>, build-info.json,
// services/*.json}. Written by salt, read by the website and by probes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deploy/sandbox/gitlab/repository.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/base/result.hpp"

namespace slipway::sandbox::salt {

struct build_info {
    std::string version;  ///< the tag
    std::string commit;
    instant deployed_at;
};

struct service_info {
    std::string name;
    instant started_at;
    std::int64_t generation = 0;  ///< how often it was started
};

std::string host_folder(const std::string& state, const std::string& host);
/// Where the files that the host serves are; "" when nothing was deployed.
std::string served_folder(const std::string& state, const std::string& host);

std::optional<build_info> deployed(const std::string& state, const std::string& host);

/// The highest x.y.z tag that `branch` contains; errc::not_found when there is none.
result<tag_info> newest_tag(const repository& from, const std::string& branch);

/// Checks the tag out beside what runs, then switches over in one rename. errc::unavailable when a file cannot be
/// written.
result<> deploy(const std::string& state, const std::string& host, const repository& from, const tag_info& tag,
                instant now);

/// errc::not_found when the host has no such service.
result<service_info> service(const std::string& state, const std::string& host, const std::string& name);
/// Starts the service again: started_at becomes `now`.
result<service_info> restart(const std::string& state, const std::string& host, const std::string& name, instant now);
/// Puts a service on a host, started at `now`.
result<> install(const std::string& state, const std::string& host, const std::string& name, instant now);
std::vector<service_info> services(const std::string& state, const std::string& host);

/// Replaces the file in one rename, so that a reader never sees half of it.
result<> write_file(const std::string& file, const std::string& bytes);
std::optional<std::string> read_file(const std::string& file);

}  // namespace slipway::sandbox::salt
