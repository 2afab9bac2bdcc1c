// Events to JSON and back: one line a kind comes from the variant itself.
#include "commands/release/event.hpp"

#include <boost/mp11.hpp>

#include "integrations/base/described.hpp"

namespace slipway::release {

std::string name_of(const event& happened) {
    return std::visit([](const auto& each) { return std::string{each.name}; }, happened);
}

json::object data_of(const event& happened) {
    return std::visit([](const auto& each) { return to_described(each).get_object(); }, happened);
}

result<event> event_from(std::string_view name, const json::object& data) {
    std::optional<event> found;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::add_pointer_t, event>>([&](auto* type) {
        using kind = std::remove_pointer_t<decltype(type)>;
        if (!found && name == kind::name) found = from_described<kind>(json::value(data));
    });
    if (!found)
        return failure{errc::invalid,
                       "the journal holds an event `" + std::string{name} +
                           "` that this version does not know; a newer Slipway wrote it, start that one"};
    return std::move(*found);
}

}  // namespace slipway::release
