// Results of state.sls: {"module_|-id_|-name_|-function": {"result":…, "changes":…, "comment":…, "__run_num__":…}}.
#include <algorithm>
#include <array>
#include <tuple>

#include "integrations/base/printable.hpp"
#include "integrations/salt/values.hpp"

namespace slipway::salt {
namespace {

constexpr std::string_view separator = "_|-";
constexpr std::size_t longest_comment = 4000;
constexpr std::size_t most_change_bytes = 16U << 10U;

/// module, id, name, function; fewer parts leave the rest empty.
std::array<std::string, 4> split_key(std::string_view key) {
    std::array<std::string, 4> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto end = i + 1 < parts.size() ? key.find(separator) : std::string_view::npos;
        parts[i] = printable(key.substr(0, end), 300);
        if (end == std::string_view::npos) break;
        key.remove_prefix(end + separator.size());
    }
    return parts;
}

/// Text, or a list of texts in some modules.
std::string read_comment(const json::object& from) {
    const auto* comment = from.if_contains("comment");
    if (comment == nullptr || comment->is_null()) return {};
    if (const auto* text = comment->if_string()) return printable({text->data(), text->size()}, longest_comment);
    const auto* list = comment->if_array();
    if (list == nullptr) return printable(json::serialize(*comment), longest_comment);
    std::string lines;
    for (const auto& each : *list) {
        if (!lines.empty()) lines += '\n';
        lines += each.is_string() ? std::string{each.get_string()} : json::serialize(each);
    }
    return printable(lines, longest_comment);
}

/// Milliseconds as a number; very old versions wrote "12.3 ms".
double read_duration(const json::object& from) {
    const auto* found = from.if_contains("duration");
    if (found == nullptr) return 0;
    json::error_code error;
    const auto number = found->to_number<double>(error);
    if (!error) return number;
    const auto* text = found->if_string();
    return text != nullptr ? std::strtod(text->c_str(), nullptr) : 0;
}

/// true, false or null; anything else is no success.
std::optional<bool> read_result(const json::object& from) {
    const auto* found = from.if_contains("result");
    if (found != nullptr && found->is_null()) return std::nullopt;
    return found != nullptr && found->is_bool() && found->get_bool();
}

state_row read_state(std::string_view key, const json::object& from) {
    const auto parts = split_key(key);
    state_row row;
    row.id = from.contains("__id__") ? printable(text_at(from, "__id__"), 300) : parts[1];
    row.name = from.contains("name") ? printable(text_at(from, "name"), 300) : parts[2];
    row.function = parts[0] + "." + parts[3];
    row.sls = printable(text_at(from, "__sls__"), 300);
    row.result = read_result(from);
    const auto comment = read_comment(from);
    row.follower = row.result == false && comment.starts_with("One or more requisite failed");
    row.comment = untrusted{comment};
    row.changes = object_at(from, "changes");
    if (json::serialize(row.changes).size() > most_change_bytes)
        row.changes = {{"changes", "more than " + std::to_string(most_change_bytes) + " bytes"}};
    row.order = number_at(from, "__run_num__");
    row.duration_ms = read_duration(from);
    return row;
}

}  // namespace

bool is_state_run(const json::object& value) noexcept {
    return !value.empty() && std::ranges::all_of(value, [](const auto& each) {
        return each.value().is_object() && each.key().find(separator) != json::string_view::npos;
    });
}

std::vector<state_row> read_states(const json::object& value) {
    std::vector<state_row> rows;
    rows.reserve(value.size());
    for (const auto& each : value)
        if (const auto* one = each.value().if_object()) rows.push_back(read_state(each.key(), *one));
    std::ranges::sort(rows, {}, [](const state_row& each) { return std::tie(each.order, each.id, each.name); });
    return rows;
}

}  // namespace slipway::salt
