#include "commands/views/change_table.hpp"

#include "commands/views/parts.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

/// What a submodule brings, beneath the merge request that moved it.
void add_submodule(const json::object& moved, std::vector<markup>& rows) {
    rows.push_back(say("      ↳ {}", slack::one_line(text_at(moved, "text"))));
    for (const auto& each : array_at(moved, "lines"))
        rows.push_back(say("            {}{} · {}", slack::hyperlink(text_at(each, "url"), text_at(each, "name")),
                           text_at(each, "author").empty() ? markup{} : say(" · {}", text_at(each, "author")),
                           slack::cut(slack::one_line(text_at(each, "title")), 100)));
    if (const auto more = number_at(moved, "more"); more > 0) rows.push_back(say("            … and {} more", more));
}

}  // namespace

markup change_table(const json::object& data) {
    std::vector<markup> rows;
    const auto& all = array_at(data, "table");
    for (const auto& each : all) {
        rows.push_back(say("{} {}, +{} −{}{} {}", slack::hyperlink(text_at(each, "url"), text_at(each, "name")),
                           number_at(each, "files") == 1 ? say("1 file") : say("{} files", number_at(each, "files")),
                           number_at(each, "added"), number_at(each, "removed"),
                           text_at(each, "author").empty() ? markup{} : say(" · {} ·", text_at(each, "author")),
                           slack::cut(slack::one_line(text_at(each, "title")), 100)));
        for (const auto& moved : array_at(each, "submodules"))
            if (moved.is_object()) add_submodule(moved.get_object(), rows);
    }
    const auto more = number_at(data, "table_rows") - static_cast<std::int64_t>(all.size());
    if (more > 0) rows.push_back(say("… and {} more: the file of the diff has them all", more));
    return slack::join(rows, "\n");
}

}  // namespace slipway::views
