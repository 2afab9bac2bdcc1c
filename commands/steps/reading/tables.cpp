#include "commands/steps/reading/tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t widest_title = 70;

std::string short_title(const untrusted& title) {
    auto text = title.raw();
    std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    if (text.size() <= widest_title) return text;
    auto end = widest_title;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "…";
}

}  // namespace

std::vector<std::string> table_lines(const std::vector<risk::request_row>& rows, std::size_t most) {
    std::vector<std::string> lines;
    for (const auto& each : rows) {
        if (lines.size() == most) {
            lines.push_back("… and " + std::to_string(rows.size() - most) + " more");
            break;
        }
        lines.push_back(
            fmt::format("{:<19} {:>9} {:>7} {:>7}  {}{}", risk::name_of(each.from), count(each.files, "file"),
                        "+" + std::to_string(each.added), "-" + std::to_string(each.removed),
                        each.from.author.empty() ? "" : each.from.author + ": ", short_title(each.from.title)));
    }
    return lines;
}

json::array table_data(const std::vector<risk::request_row>& rows, std::size_t most) {
    json::array all;
    for (std::size_t at = 0; at < std::min(rows.size(), most); ++at) {
        const auto& each = rows[at];
        json::object row;
        row["name"] = risk::name_of(each.from);
        row["url"] = each.from.url;
        row["title"] = each.from.title.raw();
        row["author"] = each.from.author;
        row["files"] = each.files;
        row["added"] = each.added;
        row["removed"] = each.removed;
        all.push_back(std::move(row));
    }
    return all;
}

}  // namespace slipway::steps
