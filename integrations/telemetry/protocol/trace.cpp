#include "integrations/telemetry/protocol/trace.hpp"

namespace slipway::telemetry {

trace::trace(std::vector<frame> calls) : trace{std::move(calls), nullptr} {}

trace::trace(std::initializer_list<frame> calls) : trace{std::vector<frame>{calls}} {}

trace::trace(std::vector<frame> calls, std::shared_ptr<const trace_identity> said) : said_{std::move(said)} {
    if (!calls.empty()) calls_ = std::make_shared<const std::vector<frame>>(std::move(calls));
}

const std::vector<frame>& trace::calls() const noexcept {
    static const std::vector<frame> none;
    return calls_ ? *calls_ : none;
}

}  // namespace slipway::telemetry
