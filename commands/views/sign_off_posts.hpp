// What people are told about a gate beside its card: a reminder before it expires, a veto, a gate opened past its
// rules.
#pragma once

#include "commands/views/parts.hpp"

namespace slipway::views {

/// Calls those who are missing, once, ten minutes before the question expires (R3.9).
rendered reminder_post(const release::release_state& state, const release::step_state& step, const names& people);

/// To whoever asked for the release: somebody vetoed, and why (R3.7).
rendered veto_message(const release::release_state& state, const release::step_state& step, const names& people);

/// To the leads of all roles (R3.13).
rendered broken_glass_message(const release::release_state& state, const release::broken_glass& broken,
                              const names& people);

/// "Break-glass: Ana opened “Push” past its rules at 14:02: …", a line each; empty when all gates were kept (R3.13).
markup broken_words(const release::release_state& state, const names& people);

}  // namespace slipway::views
