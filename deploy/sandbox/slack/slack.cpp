#include "deploy/sandbox/slack/slack.hpp"

namespace slipway::sandbox::slack {

void mount(company&) {}

}  // namespace slipway::sandbox::slack
