#include "integrations/base/json.hpp"

#include <array>
#include <charconv>

#include "integrations/base/json_pool.hpp"

namespace slipway {
namespace {

const json::value* member(const json::value& from, std::string_view name) noexcept {
    if (const auto* object = from.if_object()) return object->if_contains(name);
    if (const auto* array = from.if_array()) {
        std::size_t index = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
        if (error != std::errc{} || end != name.data() + name.size()) return nullptr;
        return array->if_contains(index);
    }
    return nullptr;
}

const json::value* walk(const json::value* here, std::string_view path) noexcept {
    while (here != nullptr && !path.empty()) {
        const auto dot = path.find('.');
        here = member(*here, path.substr(0, dot));
        path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    }
    return here;
}

std::string as_text(const json::value* found) {
    const auto* text = found != nullptr ? found->if_string() : nullptr;
    return text != nullptr ? std::string{text->data(), text->size()} : std::string{};
}

std::int64_t as_number(const json::value* found, std::int64_t otherwise) noexcept {
    if (found == nullptr) return otherwise;
    if (const auto* whole = found->if_int64()) return *whole;
    if (const auto* large = found->if_uint64()) return static_cast<std::int64_t>(*large);
    if (const auto* real = found->if_double()) return static_cast<std::int64_t>(*real);
    return otherwise;
}

bool as_flag(const json::value* found) noexcept {
    return found != nullptr && found->is_bool() && found->get_bool();
}

const json::array& as_array(const json::value* found) noexcept {
    static const json::array none;
    const auto* array = found != nullptr ? found->if_array() : nullptr;
    return array != nullptr ? *array : none;
}

const json::object& as_object(const json::value* found) noexcept {
    static const json::object none;
    const auto* object = found != nullptr ? found->if_object() : nullptr;
    return object != nullptr ? *object : none;
}

result<json::value> parse_into(std::string_view text, json::storage_ptr memory) {
    json::error_code error;
    json::parse_options options;
    options.max_depth = 64;
    std::array<unsigned char, 4096> room;  // what the parser needs for itself; more of it comes from the heap
    json::stream_parser parser{{}, options, room.data(), room.size()};
    parser.reset(std::move(memory));
    std::size_t used = parser.write_some(text.data(), text.size(), error);
    if (!error) {
        used = text.find_first_not_of(" \t\r\n", used) == std::string_view::npos ? text.size() : used;
        if (used < text.size()) error = json::make_error_code(json::error::extra_data);
    }
    if (!error) parser.finish(error);
    if (error)
        return failure{errc::lost,
                       "the text is not JSON (" + error.message() + " near byte " + std::to_string(used) + ")"};
    return parser.release();
}

}  // namespace

result<json::value> parse_json(std::string_view text) {
    return parse_into(text, {});
}

result<pooled_json> parse_pooled_json(std::string_view text) {
    const json_pool pool{2 * text.size() + 512};  // a document takes about twice the room of its text
    auto parsed = parse_into(text, pool.get());
    if (!parsed) return parsed.error();
    return pooled_json{pool, std::move(*parsed)};
}

const json::value* at_path(const json::value& from, std::string_view path) noexcept {
    return walk(&from, path);
}

const json::value* at_path(const json::object& from, std::string_view path) noexcept {
    const auto dot = path.find('.');
    const auto* first = from.if_contains(path.substr(0, dot));
    return walk(first, dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1));
}

std::string text_at(const json::value& from, std::string_view path) {
    return as_text(at_path(from, path));
}
std::string text_at(const json::object& from, std::string_view path) {
    return as_text(at_path(from, path));
}
std::int64_t number_at(const json::value& from, std::string_view path, std::int64_t otherwise) noexcept {
    return as_number(at_path(from, path), otherwise);
}
std::int64_t number_at(const json::object& from, std::string_view path, std::int64_t otherwise) noexcept {
    return as_number(at_path(from, path), otherwise);
}
bool flag_at(const json::value& from, std::string_view path) noexcept {
    return as_flag(at_path(from, path));
}
bool flag_at(const json::object& from, std::string_view path) noexcept {
    return as_flag(at_path(from, path));
}
const json::array& array_at(const json::value& from, std::string_view path) noexcept {
    return as_array(at_path(from, path));
}
const json::array& array_at(const json::object& from, std::string_view path) noexcept {
    return as_array(at_path(from, path));
}
const json::object& object_at(const json::value& from, std::string_view path) noexcept {
    return as_object(at_path(from, path));
}
const json::object& object_at(const json::object& from, std::string_view path) noexcept {
    return as_object(at_path(from, path));
}

}  // namespace slipway
