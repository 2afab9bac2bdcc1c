// Sentry's web API as typed calls. Endpoints: Sentry's API reference (version 0) and what sentry-cli 3.8 really sends.
#pragma once

#include <memory>
#include <optional>

#include "integrations/async/backoff.hpp"
#include "integrations/async/task.hpp"
#include "integrations/sentry/objects.hpp"

namespace slipway {
class timers;
namespace net {
class http_client;
}
}  // namespace slipway

namespace slipway::sentry {

enum class backend {
    sentry,
    glitchtip,  ///< no `sort=date`, no firstRelease, no commits, no deploys, no sessions
};

struct settings {
    std::string url;           ///< "https://sentry.example"; no trailing "/api/0"
    std::string token;         ///< of an internal integration; travels in a header, to this host only
    std::string organization;  ///< slug
    std::string project;       ///< slug
    sentry::backend backend = backend::sentry;
    milliseconds request_timeout{20'000};
    int most_attempts = 4;        ///< for reads
    std::size_t most_pages = 50;  ///< of 100 issues
    backoff::settings wait;
};

/// Failures (code = HTTP status): unauthorised (token), not_found ("missing or not visible"), refused (403 and other
/// 4xx), invalid (400), limited (with retry_after), unavailable (not reached, or 5xx to a read), timed_out and lost (a
/// write may have happened).
class api {
public:
    virtual ~api() = default;

    virtual const settings& about() const noexcept = 0;

    /// Does the token work, and is the project there? For `slipway check`.
    virtual task<result<>> check() = 0;

    /// Last seen first, as far back as the query says.
    virtual task<result<std::vector<issue>>> issues(issue_query query) = 0;
    /// The newest event of an issue.
    virtual task<result<telemetry::event>> latest_event(std::string issue_id) = 0;
    /// Marks it as resolved, in `release` when one is given.
    virtual task<result<>> resolve(std::string issue_id, std::string release) = 0;
    /// Sessions between the two, a sign of life; nullopt where the backend does not count them.
    virtual task<result<std::optional<std::uint64_t>>> sessions(issue_query where, instant from, instant to) = 0;

    /// Known already is success.
    virtual task<result<release>> create_release(std::string version, instant started) = 0;
    virtual task<result<release>> read_release(std::string version) = 0;
    /// Newest first; replaces those of before. refused for backends without commits.
    virtual task<result<>> set_commits(std::string version, std::vector<release_commit> commits) = 0;
    virtual task<result<>> finalize(std::string version, instant released) = 0;
    virtual task<result<std::vector<deploy>>> deploys(std::string version) = 0;
    virtual task<result<>> create_deploy(std::string version, deploy what) = 0;
};

/// `client` and `clock` outlive the api. errc::invalid for a URL or token that cannot work.
result<std::unique_ptr<api>> create_api(net::http_client& client, timers& clock, chance roll, settings with);

}  // namespace slipway::sentry
