// Untrusted text into GitLab Markdown without effect: no mention, no quick action, no hidden comment, no broken fence.
#pragma once

#include <string>

#include "integrations/base/untrusted.hpp"

namespace slipway::errors {

/// As running text. Mentions, references, quick actions, HTML, links and formatting are shown as typed, not obeyed.
std::string markdown_text(const untrusted& text, std::size_t most = 500);
/// As `code` within a line or a table cell.
std::string markdown_code(const untrusted& text, std::size_t most = 200);
/// As a fenced block; the fence is longer than any inside.
std::string markdown_block(const untrusted& text, std::size_t most = 8000);
/// As the title of an issue: one line, no mention, no reference.
std::string title_text(const untrusted& text, std::size_t most = 200);

}  // namespace slipway::errors
