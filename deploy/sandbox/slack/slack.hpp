// The Slack of the sandbox: Web API, Socket Mode, the page, and the control interface behind the page.
#pragma once

#include "deploy/sandbox/sandbox.hpp"

namespace slipway::sandbox::slack {

/// Mounts /slack/ (Web API, links, files, response URLs), /control/ (what the page and checks use) and / (the page).
void mount(company& into);

}  // namespace slipway::sandbox::slack
