// The Slack of the sandbox: Web API, Socket Mode, the page, and the control interface behind the page.
#pragma once

#include <filesystem>

#include "deploy/sandbox/sandbox.hpp"

namespace slipway::sandbox::slack {

/// Mounts /slack/ (Web API, links, files, response URLs), /control/ (what the page and checks use) and / (the page).
/// `page_folder`: serve the page from there instead of from the program itself, for people who work on the page.
void mount(company& into, const std::filesystem::path& page_folder = {});

}  // namespace slipway::sandbox::slack
