#include "integrations/salt/values.hpp"

#include <algorithm>

#include "integrations/base/printable.hpp"

namespace slipway::salt {
namespace {

constexpr std::size_t longest_text = 8000;
constexpr std::size_t most_value_bytes = 64U << 10U;

/// A string, or a list of strings as lines; anything else as JSON.
std::string as_text(const json::value& value) {
    if (const auto* text = value.if_string()) return printable({text->data(), text->size()}, longest_text);
    const auto* list = value.if_array();
    if (list == nullptr) return printable(json::serialize(value), longest_text);
    std::string lines;
    for (const auto& each : *list) {
        if (!lines.empty()) lines += '\n';
        lines += each.is_string() ? std::string{each.get_string()} : json::serialize(each);
    }
    return printable(lines, longest_text);
}

bool says_no_return(std::string_view text) {
    return text.starts_with("Minion did not return");
}

/// The lock of state runs: 'The function "state.sls" is running as PID 4 and was started at … with jid …'.
bool says_busy(std::string_view text) {
    return text.starts_with("The function \"") && text.find("is running as PID") != std::string_view::npos;
}

/// Texts that are errors also where a function may return any text.
bool says_error(std::string_view text) {
    for (const std::string_view start : {"Passed invalid arguments", "ERROR", "The minion function caused an exception",
                                         "Traceback (most recent call last)"})
        if (text.starts_with(start)) return true;
    return text.starts_with('\'') && (text.find("' is not available") != std::string_view::npos ||
                                      text.find("' __virtual__ returned False") != std::string_view::npos);
}

void fail(host_row& row, std::string text) {
    row.what = reply::failed;
    row.text = untrusted{std::move(text)};
}

void read_state_run(const json::object& value, host_row& row) {
    if (!is_state_run(value))
        return fail(row, value.empty() ? "no state was run: the SLS is empty or matched nothing"
                                       : "the answer is no list of states: " + as_text(value));
    row.states = read_states(value);
    const auto any = [&row](std::optional<bool> result) {
        return std::ranges::find(row.states, result, &state_row::result) != row.states.end();
    };
    row.what = any(false) ? reply::failed : any(std::nullopt) ? reply::would : reply::ok;
    if (const auto* cause = row.cause()) row.text = untrusted{cause->id + ": " + cause->comment.raw()};
}

/// What a value means that is neither silence nor a lock.
void read_plain(question asked, const json::value& value, host_row& row) {
    if (asked == question::state) {
        const auto* states = value.if_object();
        return states != nullptr ? read_state_run(*states, row) : fail(row, as_text(value));
    }
    const bool is_false = value.is_bool() && !value.get_bool();
    const bool is_true = value.is_bool() && value.get_bool();
    if (is_false || (asked == question::ping && !is_true))
        return fail(row, is_false ? "the function returned false" : as_text(value));
    row.what = reply::ok;
    if (const auto* object = value.if_object(); object != nullptr && is_state_run(*object))
        return read_state_run(*object, row);
    if (value.is_string() && says_error(as_text(value))) fail(row, as_text(value));
}

/// {"ret": value, "retcode": 1, "jid": …}: the full form that some output options give.
bool is_full_return(const json::object& value) noexcept {
    return value.contains("ret") && value.contains("retcode");
}

}  // namespace

host_row read_value(question asked, std::string_view host, const json::value& value) {
    if (const auto* full = value.if_object(); full != nullptr && is_full_return(*full)) {
        auto row = read_value(asked, host, full->at("ret"));
        const bool well = row.what == reply::ok || row.what == reply::would;
        const auto code = number_at(*full, "retcode");
        if (well && code != 0) fail(row, "the job ended with code " + std::to_string(code));
        return row;
    }
    host_row row;
    row.host = host;
    const auto text = value.is_string() || value.is_array() ? as_text(value) : std::string{};
    if (value.is_string() && says_no_return(text)) {
        row.what = reply::missing;
        row.text = untrusted{text};
    } else if (says_busy(text)) {
        row.what = reply::busy;
        row.text = untrusted{text};
    } else {
        read_plain(asked, value, row);
    }
    if (json::serialize(value).size() <= most_value_bytes) row.value = value;
    return row;
}

void merge_row(host_row& earlier, host_row later) {
    const bool earlier_silent = earlier.what == reply::missing, later_silent = later.what == reply::missing;
    if (later_silent && !earlier_silent) return;
    // The order of `reply` is the order of badness, apart from `missing`, which any real answer settles.
    if (earlier_silent || later.what >= earlier.what) earlier = std::move(later);
}

}  // namespace slipway::salt
