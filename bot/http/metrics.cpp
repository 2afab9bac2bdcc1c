#include "bot/http/metrics.hpp"

#include <charconv>
#include <cmath>

namespace slipway::bot {
namespace {

std::string in_words(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    char digits[32];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
    return {digits, end};
}

}  // namespace

std::string to_prometheus(const std::vector<metric>& all) {
    std::string page;
    for (const auto& each : all) {
        if (each.samples.empty()) continue;
        page.append("# HELP ").append(each.name).append(" ").append(each.help).append("\n# TYPE ");
        page.append(each.name).append(each.kind == metric_kind::counter ? " counter\n" : " gauge\n");
        for (const auto& sample : each.samples) {
            page.append(each.name);
            if (!sample.labels.empty()) page.append("{").append(sample.labels).append("}");
            page.append(" ").append(in_words(sample.value)).append("\n");
        }
    }
    return page;
}

}  // namespace slipway::bot
