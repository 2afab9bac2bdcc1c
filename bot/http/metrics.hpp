// Figures for Prometheus, in its text format (exposition format 0.0.4). Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "integrations/async/task.hpp"

namespace slipway::bot {

enum class metric_kind { gauge, counter };

struct metric_sample {
    std::string labels;  ///< `result="sent"`; made of our own words, never of what others wrote
    double value = 0;
};

/// One name with its samples. What is not known has no sample: an absent figure is not a zero.
struct metric {
    std::string name;  ///< "slipway_outbox_depth"; counters end in _total
    std::string help;
    metric_kind kind = metric_kind::gauge;
    std::vector<metric_sample> samples;
};

/// Asked at each scrape, so that nothing shown is older than that.
using metrics_source = std::function<task<std::vector<metric>>()>;

std::string to_prometheus(const std::vector<metric>& all);

}  // namespace slipway::bot
