#include "integrations/slack/blocks/modal.hpp"

#include <stdexcept>

#include "integrations/slack/blocks/limits.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::slack {
namespace {

constexpr std::size_t text_bytes = 150'000;  ///< of the 250 KB; the rest is for inputs and JSON around them

json::object input_block(const std::string& block_id, const std::string& label, const std::string& hint, bool optional,
                         json::object element) {
    json::object made;
    made["type"] = "input";
    made["block_id"] = block_id;
    made["label"] = plain_text(label, limit::label);
    if (!hint.empty()) made["hint"] = plain_text(hint, limit::label);
    if (optional) made["optional"] = true;
    made["element"] = std::move(element);
    return made;
}

}  // namespace

modal_builder::modal_builder(std::string_view title, std::string callback_id) : callback_id_{std::move(callback_id)} {
    title_ = one_line(title);
    if (length_of(title_) > limit::view_title) section(bold(say("{}", title_)));
}

void modal_builder::add(std::vector<block> blocks) {
    for (auto& each : blocks) entries_.push_back({std::move(each), false});
}

void modal_builder::add_input(json::object block_json) {
    block made;
    made.json = std::move(block_json);
    entries_.push_back({std::move(made), true});
}

modal_builder& modal_builder::private_metadata(std::string text) {
    if (length_of(text) > limit::private_metadata)
        throw std::logic_error{"private_metadata longer than 3000 characters"};
    private_metadata_ = std::move(text);
    return *this;
}

modal_builder& modal_builder::submit(std::string_view label) {
    submit_ = label;
    return *this;
}

modal_builder& modal_builder::close(std::string_view label) {
    close_ = label;
    return *this;
}

modal_builder& modal_builder::section(const markup& text) {
    add(section_blocks(text));
    return *this;
}

modal_builder& modal_builder::context(const markup& text) {
    add(context_blocks(text));
    return *this;
}

modal_builder& modal_builder::fields(const std::vector<field>& fields) {
    add(field_blocks(fields));
    return *this;
}

modal_builder& modal_builder::divider() {
    add({divider_block()});
    return *this;
}

modal_builder& modal_builder::verbatim(std::string_view text) {
    add(verbatim_blocks(text));
    return *this;
}

modal_builder& modal_builder::input(const text_input& wanted) {
    json::object element;
    element["type"] = "plain_text_input";
    element["action_id"] = input_action_id;
    if (wanted.multiline) element["multiline"] = true;
    if (wanted.min_length > 0) element["min_length"] = wanted.min_length;
    element["max_length"] = wanted.max_length;
    if (!wanted.initial.empty())
        element["initial_value"] = cut(tidy(wanted.initial), static_cast<std::size_t>(wanted.max_length));
    if (!wanted.placeholder.empty()) element["placeholder"] = plain_text(wanted.placeholder, limit::placeholder);
    add_input(input_block(wanted.block_id, wanted.label, wanted.hint, wanted.optional, std::move(element)));
    return *this;
}

modal_builder& modal_builder::input(const select_input& wanted) {
    auto element = to_json(choice{std::string{input_action_id}, "Choose", wanted.options, wanted.initial});
    add_input(input_block(wanted.block_id, wanted.label, wanted.hint, wanted.optional, std::move(element)));
    return *this;
}

modal_builder& modal_builder::input(const external_input& wanted) {
    json::object element;
    element["type"] = "external_select";
    element["action_id"] = input_action_id;
    element["min_query_length"] = 0;
    element["placeholder"] = plain_text(wanted.placeholder, limit::placeholder);
    if (wanted.initial) element["initial_option"] = options_of({*wanted.initial})[0];
    auto made = input_block(wanted.block_id, wanted.label, wanted.hint, wanted.optional, std::move(element));
    if (wanted.tells) made["dispatch_action"] = true;
    add_input(std::move(made));
    return *this;
}

modal_builder& modal_builder::input(const number_input& wanted) {
    json::object element;
    element["type"] = "number_input";
    element["action_id"] = input_action_id;
    element["is_decimal_allowed"] = true;
    add_input(input_block(wanted.block_id, wanted.label, wanted.hint, wanted.optional, std::move(element)));
    return *this;
}

modal_builder& modal_builder::input(const boxes_input& wanted) {
    json::object element;
    element["type"] = "checkboxes";
    element["action_id"] = input_action_id;
    element["options"] = options_of(wanted.options);
    add_input(input_block(wanted.block_id, wanted.label, wanted.hint, wanted.optional, std::move(element)));
    return *this;
}

json::object modal_builder::render() const {
    std::size_t inputs = 0;
    for (const auto& each : entries_) inputs += each.is_input ? 1 : 0;
    if (inputs > limit::view_blocks - 1) throw std::logic_error{"a modal with more than 99 inputs"};

    std::size_t blocks_left = limit::view_blocks - 1 - inputs, bytes_left = text_bytes;
    bool cut_off = false;
    json::array blocks;
    for (const auto& each : entries_) {
        const auto bytes = each.is_input ? 0 : json::serialize(each.shown.json).size();
        if (!each.is_input && (cut_off || blocks_left == 0 || bytes > bytes_left)) {
            if (!cut_off)
                blocks.push_back(context_blocks(say("… more than a window holds; the thread has all of it"))[0].json);
            cut_off = true;
            continue;
        }
        if (!each.is_input) {
            --blocks_left;
            bytes_left -= bytes;
        }
        blocks.push_back(each.shown.json);
    }
    json::object view;
    view["type"] = "modal";
    view["callback_id"] = callback_id_;
    if (!private_metadata_.empty()) view["private_metadata"] = private_metadata_;
    view["title"] = plain_text(title_, limit::view_title);
    if (inputs > 0 || !submit_.empty())
        view["submit"] = plain_text(submit_.empty() ? "Send" : submit_, limit::view_title);
    view["close"] = plain_text(close_, limit::view_title);
    view["blocks"] = std::move(blocks);
    return view;
}

}  // namespace slipway::slack
