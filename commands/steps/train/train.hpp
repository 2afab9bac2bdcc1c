// A train: releases of several projects that go to production by one decision (R9.5). Who is in it is frozen into each
// release (fact "train"). What changes are documents in the store, each written by one lane alone: that it has arrived,
// and who wrote its migrations (R3.2); and by the first lane: that all depart.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "commands/steps/step.hpp"

namespace slipway::steps {

struct train_lane {
    std::string project, version, release;
};
BOOST_DESCRIBE_STRUCT(train_lane, (), (project, version, release))

/// As it is frozen into each of its releases.
struct train {
    std::string id;
    std::vector<train_lane> lanes;  ///< the first one asks
};
BOOST_DESCRIBE_STRUCT(train, (), (id, lanes))

inline constexpr const char* train_fact = "train";
inline constexpr const char* train_collection = "trains";

/// The plan of one lane: before the step `gate_step` stands one that gathers the train (of the first lane: with that
/// step's gate) or arrives at it (of the others); the step itself asks nobody any more. errc::invalid when the plan has
/// no such step, or it asks nobody.
result<release::checklist> plan_of_lane(release::checklist plan, const std::string& gate_step, bool is_first);

}  // namespace slipway::steps
