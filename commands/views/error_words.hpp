// Words that the alert, the cards and the calls about errors share. Room-internal.
#pragma once

#include <string>

#include "commands/views/error_cards.hpp"

namespace slipway::views {

/// "Ana" when the project knows the GitLab account, else the name git has.
std::string person_name(const std::string& username, const std::string& otherwise, const names& people);
/// "new: 0 before, 30 after"
markup counts(const error_report& about);
markup issue_link(const error_report& about);  ///< "#31"
/// " · issue #31, assigned to Bo"; nothing while there is no issue.
markup issue_words(const error_report& about, const names& people);
/// One line, at most so many bytes.
std::string short_title(const error_report& about, std::size_t most);
/// Verdicts are written to stand after a colon; here they begin a line.
std::string capital(std::string text);

/// The step that looks at the errors; null when the checklist has none.
const release::step_state* watch_of(const release::release_state& state);
/// R7.14: what is not taken back by pressing again asks once more.
slack::confirm_dialog sure_about(const std::string& title, const markup& text, const std::string& yes);

}  // namespace slipway::views
