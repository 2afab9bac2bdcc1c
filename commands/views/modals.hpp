// Windows behind buttons that ask for words: a reason, a typed version, a note.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands/views/parts.hpp"

namespace slipway::views {

namespace json = boost::json;

/// The block ids of the inputs; their value is at state.values.<block>.value.
namespace input {
inline constexpr const char* reason = "reason";
inline constexpr const char* version = "version";
inline constexpr const char* note = "note";
inline constexpr const char* person = "person";
/// Before a form field's own id.
inline constexpr const char* field_prefix = "field-";
}  // namespace input

/// What travels in the private_metadata of a window, a line each: the button's id, the compact schema of its form, and
/// the version that has to be typed, so that an answer can be judged before anything is loaded.
struct window_memory {
    std::string button_id;
    std::string schema;   ///< "" = no form
    std::string version;  ///< "" = none has to be typed
};
std::string to_text(const window_memory& memory);
window_memory memory_of(const std::string& private_metadata);

/// True when a click of `who` on this button opens a window instead of acting at once. A choice for named people asks a
/// release manager why they answer for them (R2.7), and those people nothing. A gate with a form asks whoever may fill
/// a seat (R2.12).
bool asks_for_words(const release::release_state& state, const release::button& pressed, const release::actor& who);

/// The window for such a button. callback_id is "slipway.<kind>", private_metadata a window_memory: the submission is
/// the click, with words. nullopt when the step or item is gone.
std::optional<json::object> window_for(const release::release_state& state, const release::button& pressed,
                                       const release::actor& who, const names& people);

}  // namespace slipway::views
