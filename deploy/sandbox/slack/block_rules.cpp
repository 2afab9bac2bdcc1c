#include "deploy/sandbox/slack/block_rules.hpp"

#include <set>

#include "deploy/sandbox/slack/element_rules.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

using names = std::vector<std::string_view>;

void check_section(problem_list& list, const json::object& block, const std::string& at) {
    list.only(block, at, {"type", "block_id", "text", "fields", "accessory", "expand"});
    const auto* text = block.if_contains("text");
    const auto* fields = block.if_contains("fields");
    if (text == nullptr && fields == nullptr) list.add("missing required field: text", at);
    if (text != nullptr) check_text(list, *text, at + "/text", text_kind::any, 3000);
    if (fields != nullptr) {
        const auto& all = list.array(*fields, at + "/fields", 1, 10);
        for (std::size_t i = 0; i < all.size(); ++i) {
            check_text(list, all[i], at + "/fields/" + std::to_string(i), text_kind::any, 2000);
        }
    }
    if (const auto* accessory = block.if_contains("accessory")) {
        check_element(list, *accessory, at + "/accessory", placement::accessory);
    }
}

void check_context(problem_list& list, const json::object& block, const std::string& at) {
    list.only(block, at, {"type", "block_id", "elements"});
    const auto& all = list.required_array(block, "elements", at, 1, 10);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto here = at + "/elements/" + std::to_string(i);
        if (text_at(all[i], "type") == "image") {
            check_element(list, all[i], here, placement::context);
        } else {
            check_text(list, all[i], here, text_kind::any, 3000);
        }
    }
}

void check_actions(problem_list& list, const json::object& block, const std::string& at) {
    list.only(block, at, {"type", "block_id", "elements"});
    const auto& all = list.required_array(block, "elements", at, 1, 25);
    std::set<std::string> seen;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto here = at + "/elements/" + std::to_string(i);
        check_element(list, all[i], here, placement::actions);
        const auto id = text_at(all[i], "action_id");
        if (!id.empty() && !seen.insert(id).second) list.add("`action_id` \"" + id + "\" already exists", here);
    }
}

void check_input(problem_list& list, const json::object& block, const std::string& at) {
    list.only(block, at, {"type", "block_id", "label", "element", "dispatch_action", "hint", "optional"});
    list.required_text(block, "label", at, text_kind::plain, 2000);
    if (const auto* hint = block.if_contains("hint")) check_text(list, *hint, at + "/hint", text_kind::plain, 2000);
    if (const auto* element = block.if_contains("element")) {
        check_element(list, *element, at + "/element", placement::input);
    } else {
        list.add("missing required field: element", at);
    }
}

void check_image(problem_list& list, const json::object& block, const std::string& at) {
    list.only(block, at, {"type", "block_id", "image_url", "slack_file", "alt_text", "title"});
    list.required_string(block, "alt_text", at, 1, 2000);
    if (!block.contains("slack_file")) list.required_string(block, "image_url", at, 1, 3000);
    if (const auto* title = block.if_contains("title")) check_text(list, *title, at + "/title", text_kind::plain, 2000);
}

void check_rich_text(problem_list& list, const json::object& block, const std::string& at) {
    list.only(block, at, {"type", "block_id", "elements"});
    const auto& all = list.required_array(block, "elements", at, 1, 1000);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto type = text_at(all[i], "type");
        const bool known = type == "rich_text_section" || type == "rich_text_list" || type == "rich_text_quote" ||
                           type == "rich_text_preformatted";
        if (!known) list.add("unsupported type: " + type, at + "/elements/" + std::to_string(i) + "/type");
    }
}

void check_table(problem_list& list, const json::object& block, const std::string& at) {
    list.only(block, at, {"type", "block_id", "rows", "column_settings"});
    const auto& rows = list.required_array(block, "rows", at, 1, 100);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto here = at + "/rows/" + std::to_string(row);
        const auto& cells = list.array(rows[row], here, 1, 20);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const auto type = text_at(cells[i], "type");
            const auto cell = here + "/" + std::to_string(i);
            if (type != "raw_text" && type != "raw_number" && type != "rich_text")
                list.add("unsupported type: " + type, cell + "/type");
            if (type == "raw_text" && text_at(cells[i], "text").empty())
                list.add("must be more than 0 characters", cell + "/text");
        }
    }
}

void check_header(problem_list& list, const json::object& block, const std::string& at) {
    list.only(block, at, {"type", "block_id", "text"});
    list.required_text(block, "text", at, text_kind::plain, 150);
}

void check_markdown(problem_list& list, const json::object& block, const std::string& at) {
    list.only(block, at, {"type", "block_id", "text"});
    list.required_string(block, "text", at, 1, 12000);
}

void check_divider(problem_list& list, const json::object& block, const std::string& at) {
    list.only(block, at, {"type", "block_id"});
}

struct block_rule {
    std::string_view type;
    void (*check)(problem_list&, const json::object&, const std::string&);
    bool in_views;  ///< tables and markdown stand in messages only
};
constexpr std::array<block_rule, 10> block_rules{{{"section", check_section, true},
                                                  {"context", check_context, true},
                                                  {"actions", check_actions, true},
                                                  {"input", check_input, true},
                                                  {"image", check_image, true},
                                                  {"header", check_header, true},
                                                  {"divider", check_divider, true},
                                                  {"rich_text", check_rich_text, true},
                                                  {"table", check_table, false},
                                                  {"markdown", check_markdown, false}}};

void check_block(problem_list& list, const json::value& value, surface where, const std::string& at) {
    const auto* block = value.if_object();
    if (block == nullptr) return list.add("must be an object", at);
    const auto type = text_at(*block, "type");
    const auto rule = std::ranges::find(block_rules, type, &block_rule::type);
    if (rule == block_rules.end() || (where != surface::message && !rule->in_views))
        return list.add("unsupported type: " + (type.empty() ? "(none)" : type), at + "/type");
    if (block->contains("block_id")) list.required_string(*block, "block_id", at, 1, 255);
    rule->check(list, *block, at);
}

void check_blocks(problem_list& list, const json::value& value, surface where, const std::string& root) {
    const auto& blocks =
        list.array(value, root, where == surface::message ? 0 : 1, where == surface::message ? 50 : 100);
    std::set<std::string> seen;
    int tables = 0;
    std::size_t markdown = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const auto at = root + "/" + std::to_string(i);
        check_block(list, blocks[i], where, at);
        const auto id = text_at(blocks[i], "block_id");
        if (!id.empty() && !seen.insert(id).second) list.add("`block_id` \"" + id + "\" already exists", at);
        if (text_at(blocks[i], "type") == "table" && ++tables == 2) list.add("only_one_table_allowed", at);
        if (text_at(blocks[i], "type") == "markdown") markdown += length_of(text_at(blocks[i], "text"));
    }
    if (markdown > 12000) list.add("markdown blocks together must be less than 12001 characters", root);
}

bool has_input(const json::array& blocks) {
    return std::ranges::any_of(blocks, [](const json::value& each) { return text_at(each, "type") == "input"; });
}

void complete(json::object& element, const std::string& id) {
    const auto type = text_at(element, "type");
    const bool silent = type == "image" || type == "mrkdwn" || type == "plain_text" || type.starts_with("rich_text_");
    if (!silent && text_at(element, "action_id").empty()) element["action_id"] = id;
}

}  // namespace

std::string block_problem::words() const {
    return "[ERROR] " + rule + " [json-pointer:" + pointer + "]";
}

std::vector<block_problem> problems_of_blocks(const json::value& blocks, surface where, const std::string& root) {
    problem_list list;
    check_blocks(list, blocks, where, root);
    return std::move(list.all);
}

std::vector<block_problem> problems_of_view(const json::value& value) {
    problem_list list;
    const auto* view = value.if_object();
    if (view == nullptr) {
        list.add("must be an object", "/view");
        return std::move(list.all);
    }
    const auto type = text_at(*view, "type");
    if (type != "modal" && type != "home") list.add("must be one of: modal, home", "/view/type");
    list.only(*view, "/view",
              {"type", "title", "submit", "close", "blocks", "private_metadata", "callback_id", "external_id",
               "clear_on_close", "notify_on_close", "submit_disabled"});
    if (type == "modal") list.required_text(*view, "title", "/view", text_kind::plain, 24);
    for (const std::string_view button : {"submit", "close"}) {
        if (const auto* text = view->if_contains(button)) {
            check_text(list, *text, "/view/" + std::string{button}, text_kind::plain, 24);
        }
    }
    if (view->contains("private_metadata")) list.required_string(*view, "private_metadata", "/view", 0, 3000);
    if (view->contains("callback_id")) list.required_string(*view, "callback_id", "/view", 0, 255);
    if (view->contains("external_id")) list.required_string(*view, "external_id", "/view", 0, 255);
    const auto* blocks = view->if_contains("blocks");
    if (blocks == nullptr) {
        list.add("missing required field: blocks", "/view");
    } else {
        check_blocks(list, *blocks, type == "home" ? surface::home : surface::modal, "/view/blocks");
    }
    if (type == "modal" && has_input(array_at(*view, "blocks")) && !view->contains("submit"))
        list.add("missing required field: submit", "/view");
    return std::move(list.all);
}

void complete_ids(json::array& blocks, const std::string& seed) {
    int block_number = 0;
    for (auto& value : blocks) {
        auto* block = value.if_object();
        if (block == nullptr) continue;
        const auto id = seed + std::to_string(block_number++);
        if (text_at(*block, "block_id").empty()) (*block)["block_id"] = "b" + id;
        int number = 0;
        for (const std::string_view slot : {"accessory", "element"}) {
            auto* element = block->if_contains(slot);
            if (element != nullptr && element->is_object()) complete(element->get_object(), "a" + id);
        }
        auto* elements = block->if_contains("elements");
        if (elements == nullptr || !elements->is_array()) continue;
        for (auto& element : elements->get_array()) {
            if (element.is_object()) complete(element.get_object(), "a" + id + "-" + std::to_string(number++));
        }
    }
}

}  // namespace slipway::sandbox::slack
