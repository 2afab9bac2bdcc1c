// What may be told to Salt: nothing that its option parser would take for something else. Room-internal.
#pragma once

#include <string>
#include <vector>

#include "integrations/salt/jobs.hpp"

namespace slipway::salt {

result<> check_hosts(const std::vector<std::string>& hosts);
result<> check_sls(const std::string& sls);
result<> check_call(const std::string& function, const std::vector<std::string>& arguments);
result<> check_compound(const std::string& compound);
result<> check_order(const job_order& what);
bool is_jid(std::string_view text) noexcept;
std::string joined(const std::vector<std::string>& hosts);  ///< "web1,web2"

// Answers that the command line and salt-api give alike.
/// nullopt: {"Error": "Cannot contact returner or no job with this jid"}, or nothing at all.
std::optional<job_record> to_record(const json::object& listed);
/// The newest of {jid: {"Metadata": {"slipway": key}, …}}.
std::optional<std::string> newest_of(const json::object& jobs, const std::string& key);
/// Hosts whose find_job names a process.
std::vector<std::string> still_running(const salt_rows& found);

}  // namespace slipway::salt
