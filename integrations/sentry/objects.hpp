// Sentry's things as plain values: no HTTP, no JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "integrations/base/clock.hpp"
#include "integrations/base/untrusted.hpp"
#include "integrations/telemetry/protocol/event.hpp"

namespace slipway::sentry {

/// Sentry's word for a group of errors.
struct issue {
    std::string id;        ///< digits, as text
    std::string short_id;  ///< "WEB-1F"
    untrusted title, culprit;
    telemetry::severity level = telemetry::severity::error;
    std::string status;       ///< resolved, unresolved, ignored
    std::string substatus;    ///< new, ongoing, escalating, regressed, archived_…; "" where the backend has none
    std::uint64_t count = 0;  ///< of its whole life
    instant first_seen, last_seen;
    std::string permalink;
};

/// The tag by which an event of ours remembers the issue it stands for.
inline constexpr const char* issue_tag = "sentry_issue";

struct issue_query {
    std::string query;        ///< Sentry's search language; "" = every issue, resolved ones too
    std::string environment;  ///< "" = all
    std::string project_id;   ///< number; "" = all projects of the organization
    instant seen_since;       ///< reading ends with the first issue last seen before this
};

/// A commit as `set-commits` reports it.
struct release_commit {
    std::string id;
    std::string repository;  ///< "group/app", as Sentry's repositories are named
    std::string author_name, author_email;
    std::string message;
    instant at;
    struct change {
        std::string path;
        char type = 'M';  ///< A, M, D
    };
    std::vector<change> changes;
};

struct release {
    std::string version;  ///< "package@1.4.0"
    bool released = false;
    std::uint64_t commits = 0;
};

struct deploy {
    std::string environment;
    std::string name;  ///< ours: found again by it
    std::string url;
    instant started, finished;
};

}  // namespace slipway::sentry
