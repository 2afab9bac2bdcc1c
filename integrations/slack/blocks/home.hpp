// The Home tab of one person. Blocks in reading order, at most 100: what does not fit gives way to a line that says so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integrations/slack/blocks/blocks.hpp"

namespace slipway::slack {

class home_builder {
public:
    explicit home_builder(std::string callback_id) : callback_id_{std::move(callback_id)} {}
    home_builder& header(std::string_view title);
    home_builder& section(const markup& text);
    home_builder& section(const markup& text, const element& accessory);
    /// One thing with its own buttons; text and buttons are shown together or not at all.
    home_builder& item(const markup& text, const std::vector<element>& elements);
    home_builder& context(const markup& text);
    home_builder& actions(const std::vector<element>& elements);
    home_builder& divider();

    /// {"type":"home","callback_id":…,"blocks":[…]}, ≤ 250 KB.
    json::object render() const;

private:
    std::string callback_id_;
    std::vector<std::vector<block>> entries_;
};

}  // namespace slipway::slack
