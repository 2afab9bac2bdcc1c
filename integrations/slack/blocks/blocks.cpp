#include "integrations/slack/blocks/blocks.hpp"

#include <algorithm>
#include <set>

#include "integrations/slack/blocks/limits.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::slack {
namespace {

constexpr std::size_t verbatim_piece = 2600;

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \n\t") == std::string_view::npos;
}

block made(std::string_view type, json::object rest, const markup& text) {
    block out;
    out.json["type"] = type;
    for (auto& [key, value] : rest) out.json[key] = std::move(value);
    out.characters = characters_in(out.json);
    out.said = text;
    return out;
}

/// action_id must be unique inside its block; what was clicked is told by the value, so a number is enough.
std::string unique_id(std::string wanted, std::set<std::string>& taken) {
    auto id = wanted;
    for (int n = 2; !taken.insert(id).second; ++n) id = wanted + "." + std::to_string(n);
    return id;
}

}  // namespace

std::vector<block> header_blocks(std::string_view title) {
    const auto line = one_line(title);
    if (line.empty()) return {};
    block head;
    head.json["type"] = "header";
    head.json["text"] = plain_text(line, limit::header);
    head.characters = characters_in(head.json);
    head.said = escape(line);
    std::vector<block> all{std::move(head)};
    if (length_of(line) > limit::header) std::ranges::copy(section_blocks(escape(line)), std::back_inserter(all));
    return all;
}

std::vector<block> section_blocks(const markup& text, const std::optional<element>& accessory) {
    std::vector<block> all;
    for (const auto& piece : split(text, limit::section)) {
        if (is_blank(piece.text())) continue;
        json::object rest;
        rest["text"] = mrkdwn(piece, limit::text);
        if (accessory && all.empty()) rest["accessory"] = to_json(*accessory);
        all.push_back(made("section", std::move(rest), piece));
    }
    return all;
}

std::vector<block> field_blocks(const std::vector<field>& fields) {
    std::vector<block> all, after;
    json::array row;
    markup shown;
    const auto flush = [&] {
        if (row.empty()) return;
        json::object rest;
        rest["fields"] = std::move(row);
        all.push_back(made("section", std::move(rest), shown));
        row = {};
        shown = {};
    };
    for (const auto& each : fields) {
        const auto text = say("*{}*\n{}", each.label, each.value.empty() ? say("–") : each.value);
        if (length_of(text.text()) > limit::field) {
            std::ranges::move(section_blocks(text), std::back_inserter(after));
            continue;
        }
        const bool full =
            row.size() == limit::fields || length_of(shown.text()) + length_of(text.text()) > limit::section;
        if (full) flush();
        row.push_back(mrkdwn(text, limit::field));
        if (!shown.empty()) shown += say("\n");
        shown += text;
    }
    flush();
    std::ranges::move(after, std::back_inserter(all));
    return all;
}

std::vector<block> context_blocks(const markup& text) {
    std::vector<block> all;
    for (const auto& piece : split(text, limit::section)) {
        if (is_blank(piece.text())) continue;
        json::object rest;
        rest["elements"] = json::array{mrkdwn(piece, limit::text)};
        all.push_back(made("context", std::move(rest), piece));
    }
    return all;
}

std::vector<block> action_blocks(const std::vector<element>& elements) {
    std::vector<block> all;
    for (std::size_t from = 0; from < elements.size(); from += limit::action_elements) {
        const auto to = std::min(from + limit::action_elements, elements.size());
        json::array row;
        std::set<std::string> taken;
        for (auto i = from; i < to; ++i) {
            auto each = to_json(elements[i]);
            const std::string wanted{each.at("action_id").as_string()};
            each["action_id"] = unique_id(wanted, taken);
            row.push_back(std::move(each));
        }
        json::object rest;
        rest["elements"] = std::move(row);
        all.push_back(made("actions", std::move(rest), {}));
    }
    return all;
}

block divider_block() {
    return made("divider", {}, {});
}

std::vector<block> verbatim_blocks(std::string_view text) {
    std::vector<block> all;
    for (auto& piece : split_lines(tidy(text), verbatim_piece)) {
        if (is_blank(piece)) continue;
        json::object words;
        words["type"] = "text";
        words["text"] = piece;
        json::object fence;
        fence["type"] = "rich_text_preformatted";
        fence["elements"] = json::array{std::move(words)};
        block out;
        out.json["type"] = "rich_text";
        out.json["elements"] = json::array{std::move(fence)};
        out.characters = length_of(piece);
        out.verbatim = std::move(piece);
        all.push_back(std::move(out));
    }
    return all;
}

}  // namespace slipway::slack
