// One modal. Its answers come back as state.values[block_id]["value"].
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/slack/blocks/blocks.hpp"

namespace slipway::slack {

struct text_input {
    std::string block_id;  ///< also the key of a field error in the answer to a submission
    std::string label;
    std::string hint;
    std::string placeholder;
    std::string initial;
    bool multiline = false;
    bool optional = false;
    int min_length = 0;
    int max_length = 3000;
};

struct select_input {
    std::string block_id;
    std::string label;
    std::vector<option> options;
    std::string initial;
    std::string hint;
    bool optional = false;
};

/// A menu whose options we are asked for while it is open (block_suggestion), from the first keystroke on.
struct external_input {
    std::string block_id;
    std::string label;
    std::string placeholder;
    std::string hint;
    std::optional<option> initial;
    bool optional = false;
    bool tells = false;  ///< a choice is told at once, before the window is sent
};

/// Any number, with or without a fraction; comes back as text.
struct number_input {
    std::string block_id;
    std::string label;
    std::string hint;
    bool optional = false;
};

/// Boxes to tick; the values of the ticked ones come back.
struct boxes_input {
    std::string block_id;
    std::string label;
    std::vector<option> options;  ///< at most 10
    std::string hint;
    bool optional = false;
};

/// The action_id of every input element.
inline constexpr std::string_view input_action_id = "value";

class modal_builder {
public:
    /// The title is cut to 24 characters, then stands complete in the first section.
    modal_builder(std::string_view title, std::string callback_id);

    /// Comes back with the submission; ≤ 3000 characters or std::logic_error. An opaque id, nothing to trust.
    modal_builder& private_metadata(std::string text);
    modal_builder& submit(std::string_view label);
    modal_builder& close(std::string_view label);
    modal_builder& section(const markup& text);
    modal_builder& context(const markup& text);
    modal_builder& fields(const std::vector<field>& fields);
    modal_builder& divider();
    modal_builder& verbatim(std::string_view text);
    modal_builder& input(const text_input& wanted);
    modal_builder& input(const select_input& wanted);
    modal_builder& input(const external_input& wanted);
    modal_builder& input(const number_input& wanted);
    modal_builder& input(const boxes_input& wanted);

    /// ≤ 100 blocks and 250 KB; inputs always stay, and text that does not fit gives way to a line that says so.
    json::object render() const;

private:
    struct entry {
        block shown;
        bool is_input = false;
    };
    void add(std::vector<block> blocks);
    void add_input(json::object block);

    std::string callback_id_, private_metadata_;
    std::string title_, submit_, close_ = "Back";
    std::vector<entry> entries_;
};

}  // namespace slipway::slack
