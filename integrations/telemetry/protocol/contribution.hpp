// What one stack frame gives to the group hash, after clean-up by language. Room-internal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integrations/telemetry/protocol/event.hpp"

namespace slipway::telemetry {

enum class language { javascript, python, php, ruby, java, native, other };
language language_of(std::string_view platform) noexcept;

/// The name without what changes between builds and calls; "" when it says nothing (anonymous, unknown).
std::string clean_function(std::string_view function, language of);
std::string clean_module(std::string_view module, language of);
/// Lower-cased base name; "" for origins, "<anonymous>" and the like. JavaScript content hashes become "*".
std::string clean_filename(std::string_view filename, language of);

/// The hashed parts of the frame; empty when it does not contribute.
std::vector<std::string> contribution(const frame& of, language in);
/// True when the two are one call repeated (recursion).
bool same_call(const frame& a, const frame& b) noexcept;

}  // namespace slipway::telemetry
