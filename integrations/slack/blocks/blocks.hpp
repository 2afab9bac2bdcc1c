// Single blocks as JSON. Each takes text of any length and gives blocks inside Slack's limits; which of them one
// message can hold is the builder's business (message.hpp, modal.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/slack/blocks/elements.hpp"

namespace slipway::slack {

/// "*label*\nvalue" in two columns.
struct field {
    std::string label;
    markup value;
};

/// A block, what it counts against the message's total, and what it says.
struct block {
    json::object json;
    std::size_t characters = 0;
    markup said;
    std::string verbatim;  ///< instead of `said`, for text in code type
    std::string plain() const { return verbatim.empty() ? to_plain(said) : verbatim; }
};

/// Nothing for an empty title; a second, complete block when it is longer than 150 characters.
std::vector<block> header_blocks(std::string_view title);
std::vector<block> section_blocks(const markup& text, const std::optional<element>& accessory = std::nullopt);
/// Rows of ten; a value too long for its field becomes a section of its own.
std::vector<block> field_blocks(const std::vector<field>& fields);
std::vector<block> context_blocks(const markup& text);
std::vector<block> action_blocks(const std::vector<element>& elements);
block divider_block();
/// Text of others, exactly (SQL, logs): rich text knows no escaping and no mentions.
std::vector<block> verbatim_blocks(std::string_view text);

}  // namespace slipway::slack
