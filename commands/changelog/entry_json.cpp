// An entry's plan as a release keeps it in its facts.
#include "commands/changelog/entry.hpp"
#include "integrations/base/described.hpp"

namespace slipway::changelog {

boost::json::object to_json(const entry_plan& plan) {
    return to_described(plan).as_object();
}

entry_plan plan_from_json(const boost::json::object& kept) {
    return from_described<entry_plan>(boost::json::value(kept));
}

}  // namespace slipway::changelog
