// A verdict as the journal keeps it (R10.5): plain JSON that views, later steps and people years later can read.
#pragma once

#include <boost/json.hpp>

#include "commands/errors/verdict.hpp"

namespace slipway::errors {

namespace json = boost::json;

/// {overall, advice, why, before, after, before_minutes, after_minutes, new, regressed, louder, total_at_least, unit,
/// servers_new, servers_old}: one row of the table of looks.
json::object record_of(const verdict& judged);

/// {hash, title, what, before, after, ratio, at_least, p, alarming, spared, servers, why}; the title is untrusted text.
json::object record_of(const group_verdict& judged);

/// The groups that need an issue, worst first, at most `most`.
json::array needing_records(const verdict& judged, std::size_t most);

}  // namespace slipway::errors
