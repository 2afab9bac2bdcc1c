// Plain structs to JSON and back, by their Boost.Describe description, so that no event needs hand-written code.
// Reading is lenient on purpose: a member that is missing keeps its default and an unknown one is ignored, because
// events written by an older or a newer version must stay readable for ever.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "integrations/base/clock.hpp"
#include "integrations/base/untrusted.hpp"

namespace slipway {

namespace json = boost::json;

namespace detail {

template <class T>
inline constexpr bool is_described = boost::describe::has_describe_members<T>::value;
template <class T>
inline constexpr bool is_described_enum = boost::describe::has_describe_enumerators<T>::value;
template <class T>
using public_members =
    boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_text_map : std::false_type {};
template <class T>
struct is_text_map<std::map<std::string, T>> : std::true_type {};

}  // namespace detail

/// Structs become objects, enums their enumerator's name, instants ISO text, optionals their value or null.
template <class T>
json::value to_described(const T& from) {
    if constexpr (std::is_same_v<T, json::object> || std::is_same_v<T, json::value> || std::is_same_v<T, json::array>) {
        return from;
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
        return json::value(from);
    } else if constexpr (std::is_same_v<T, untrusted>) {
        return json::value(from.raw());
    } else if constexpr (std::is_same_v<T, instant>) {
        return json::value(to_iso(from));
    } else if constexpr (std::is_same_v<T, milliseconds>) {
        return json::value(from.count());
    } else if constexpr (detail::is_described_enum<T>) {
        return json::value(boost::describe::enum_to_string(from, "unknown"));
    } else if constexpr (detail::is_vector<T>::value) {
        json::array all;
        for (const auto& each : from) all.push_back(to_described(each));
        return all;
    } else if constexpr (detail::is_optional<T>::value) {
        return from ? to_described(*from) : json::value(nullptr);
    } else if constexpr (detail::is_text_map<T>::value) {
        json::object all;
        for (const auto& [name, value] : from) all[name] = to_described(value);
        return all;
    } else {
        static_assert(detail::is_described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
        json::object all;
        boost::mp11::mp_for_each<detail::public_members<T>>(
            [&](auto member) { all[member.name] = to_described(from.*member.pointer); });
        return all;
    }
}

/// Fills `into` from `from`; what is missing or of another type keeps its value.
template <class T>
void from_described(const json::value& from, T& into) {
    if constexpr (std::is_same_v<T, json::value>) {
        into = from;
    } else if constexpr (std::is_same_v<T, json::object>) {
        if (from.is_object()) into = from.get_object();
    } else if constexpr (std::is_same_v<T, json::array>) {
        if (from.is_array()) into = from.get_array();
    } else if constexpr (std::is_same_v<T, bool>) {
        if (from.is_bool()) into = from.get_bool();
    } else if constexpr (std::is_arithmetic_v<T>) {
        boost::system::error_code mismatch;
        const auto value = from.to_number<T>(mismatch);
        if (!mismatch) into = value;
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (from.is_string()) into = std::string{from.get_string()};
    } else if constexpr (std::is_same_v<T, untrusted>) {
        if (from.is_string()) into = untrusted{std::string{from.get_string()}};
    } else if constexpr (std::is_same_v<T, instant>) {
        if (const auto* text = from.if_string()) into = from_iso({text->data(), text->size()}).value_or(into);
    } else if constexpr (std::is_same_v<T, milliseconds>) {
        boost::system::error_code mismatch;
        const auto value = from.to_number<std::int64_t>(mismatch);
        if (!mismatch) into = milliseconds{value};
    } else if constexpr (detail::is_described_enum<T>) {
        if (const auto* text = from.if_string()) boost::describe::enum_from_string(text->c_str(), into);
    } else if constexpr (detail::is_vector<T>::value) {
        if (!from.is_array()) return;
        into.clear();
        for (const auto& each : from.get_array()) from_described(each, into.emplace_back());
    } else if constexpr (detail::is_optional<T>::value) {
        if (from.is_null()) return into.reset();
        typename T::value_type value{};
        from_described(from, value);
        into = std::move(value);
    } else if constexpr (detail::is_text_map<T>::value) {
        if (!from.is_object()) return;
        into.clear();
        for (const auto& each : from.get_object()) from_described(each.value(), into[std::string{each.key()}]);
    } else {
        static_assert(detail::is_described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
        const auto* object = from.if_object();
        if (object == nullptr) return;
        boost::mp11::mp_for_each<detail::public_members<T>>([&](auto member) {
            if (const auto* found = object->if_contains(member.name)) from_described(*found, into.*member.pointer);
        });
    }
}

template <class T>
T from_described(const json::value& from) {
    T into{};
    from_described(from, into);
    return into;
}

}  // namespace slipway
