#include "commands/steps/reading/tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t widest_title = 70;
constexpr std::size_t most_of_a_submodule = 8;  ///< on the card

std::string short_title(const untrusted& title) {
    auto text = title.raw();
    std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    if (text.size() <= widest_title) return text;
    auto end = widest_title;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "…";
}

/// The row of a landing; nullptr when there is none yet.
table_row* row_of(std::vector<table_row>& rows, const std::vector<risk::contribution>& parts,
                  const std::string& landing) {
    const auto part = std::ranges::find_if(parts, [&](const risk::contribution& each) {
        return each.from.commit == landing && each.from.kind != risk::origin_kind::merge;
    });
    const auto row = std::ranges::find_if(rows, [&](const table_row& each) {
        const auto& from = each.of.from;
        if (part == parts.end() || from.kind != part->from.kind) return from.commit == landing;
        if (from.kind == risk::origin_kind::request) return from.iid == part->from.iid;
        return from.kind == risk::origin_kind::release || from.commit == landing;
    });
    return row == rows.end() ? nullptr : &*row;
}

std::string line_of(const changelog::submodule_line& from) {
    return from.name + "  " + (from.author.empty() ? "" : from.author + ": ") + short_title(from.title);
}

json::object as_data(const changelog::submodule_change& from) {
    json::object made;
    made["text"] = changelog::words_of(from);
    json::array lines;
    for (std::size_t at = 0; at < std::min(from.lines.size(), most_of_a_submodule); ++at) {
        const auto& each = from.lines[at];
        lines.push_back(
            json::object{{"name", each.name}, {"url", each.url}, {"title", each.title.raw()}, {"author", each.author}});
    }
    made["more"] = from.lines.size() - lines.size();
    made["lines"] = std::move(lines);
    return made;
}

}  // namespace

std::vector<table_row> table_rows(const std::vector<risk::contribution>& parts,
                                  std::vector<changelog::submodule_change> submodules) {
    std::vector<table_row> rows;
    for (auto& each : risk::rows(parts)) rows.push_back({std::move(each), {}});
    for (auto& each : submodules) {
        auto* row = row_of(rows, parts, each.landing);
        if (row == nullptr) {
            risk::request_row made;
            made.from.commit = each.landing;
            rows.push_back({std::move(made), {}});
            row = &rows.back();
        }
        row->submodules.push_back(std::move(each));
    }
    return rows;
}

std::vector<std::string> table_lines(const std::vector<table_row>& rows, std::size_t most) {
    std::vector<std::string> lines;
    std::size_t shown = 0;
    for (const auto& [each, submodules] : rows) {
        if (shown++ == most) {
            lines.push_back("… and " + std::to_string(rows.size() - most) + " more");
            break;
        }
        lines.push_back(
            fmt::format("{:<19} {:>9} {:>7} {:>7}  {}{}", risk::name_of(each.from), count(each.files, "file"),
                        "+" + std::to_string(each.added), "-" + std::to_string(each.removed),
                        each.from.author.empty() ? "" : each.from.author + ": ", short_title(each.from.title)));
        for (const auto& moved : submodules) {
            lines.push_back("    " + changelog::words_of(moved));
            for (const auto& one : moved.lines) lines.push_back("      " + line_of(one));
        }
    }
    return lines;
}

json::array table_data(const std::vector<table_row>& rows, std::size_t most) {
    json::array all;
    for (std::size_t at = 0; at < std::min(rows.size(), most); ++at) {
        const auto& [each, submodules] = rows[at];
        json::object row;
        row["name"] = risk::name_of(each.from);
        row["url"] = each.from.url;
        row["title"] = each.from.title.raw();
        row["author"] = each.from.author;
        row["files"] = each.files;
        row["added"] = each.added;
        row["removed"] = each.removed;
        json::array moved;
        for (const auto& one : submodules) moved.push_back(as_data(one));
        if (!moved.empty()) row["submodules"] = std::move(moved);
        all.push_back(std::move(row));
    }
    return all;
}

}  // namespace slipway::steps
