#include "integrations/salt/output.hpp"

#include <algorithm>
#include <optional>

#include "integrations/base/printable.hpp"

namespace slipway::salt {
namespace {

constexpr std::size_t most_chatter = 100;  // lines: enough to see why, never enough to flood
constexpr std::size_t longest_chatter = 500;
constexpr std::string_view blanks = " \t\r\n";

struct document {
    json::object body;
    std::size_t size = 0;  ///< bytes it took
};

/// The JSON object at the front of `text`, as far as it goes; nullopt when there is none.
std::optional<document> leading_object(std::string_view text) {
    json::parse_options options;
    options.max_depth = 64;
    options.allow_invalid_utf8 = true;  // command output inside; made printable when it is shown
    json::stream_parser parser{{}, options};
    json::error_code error;
    const auto used = parser.write_some(text.data(), text.size(), error);
    if (error || !parser.done()) return std::nullopt;
    auto value = parser.release();
    if (!value.is_object()) return std::nullopt;
    return document{std::move(value.get_object()), used};
}

void add_chatter(std::string_view line, split_output& into) {
    if (into.chatter.size() == most_chatter) return;
    auto text = printable(line, longest_chatter);
    const bool says_nothing = text.find_first_not_of("- \t\r") == std::string::npos;  // rules between blocks
    if (!says_nothing) into.chatter.emplace_back(std::move(text));
}

}  // namespace

split_output split(std::string_view out) {
    split_output found;
    while (!out.empty()) {
        const auto start = out.find_first_not_of(blanks);
        if (start == std::string_view::npos) break;
        out.remove_prefix(start);
        if (out.front() == '{') {
            if (auto one = leading_object(out)) {
                found.documents.push_back(std::move(one->body));
                out.remove_prefix(one->size);
                continue;
            }
        }
        const auto end = std::min(out.find('\n'), out.size());
        add_chatter(out.substr(0, end), found);
        out.remove_prefix(end);
    }
    return found;
}

}  // namespace slipway::salt
