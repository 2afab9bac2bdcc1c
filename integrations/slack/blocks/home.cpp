#include "integrations/slack/blocks/home.hpp"

#include "integrations/slack/blocks/limits.hpp"

namespace slipway::slack {
namespace {

constexpr std::size_t home_bytes = 200'000;  ///< of the 250 KB of a view; the rest is for the JSON around them

}  // namespace

home_builder& home_builder::header(std::string_view title) {
    entries_.push_back(header_blocks(title));
    return *this;
}

home_builder& home_builder::section(const markup& text) {
    entries_.push_back(section_blocks(text));
    return *this;
}

home_builder& home_builder::section(const markup& text, const element& accessory) {
    entries_.push_back(section_blocks(text, accessory));
    return *this;
}

home_builder& home_builder::item(const markup& text, const std::vector<element>& elements) {
    auto together = section_blocks(text);
    for (auto& each : action_blocks(elements)) together.push_back(std::move(each));
    entries_.push_back(std::move(together));
    return *this;
}

home_builder& home_builder::context(const markup& text) {
    entries_.push_back(context_blocks(text));
    return *this;
}

home_builder& home_builder::actions(const std::vector<element>& elements) {
    entries_.push_back(action_blocks(elements));
    return *this;
}

home_builder& home_builder::divider() {
    entries_.push_back({divider_block()});
    return *this;
}

json::object home_builder::render() const {
    json::array blocks;
    std::size_t bytes = 0;
    for (const auto& entry : entries_) {
        std::size_t more = 0;
        for (const auto& each : entry) more += json::serialize(each.json).size();
        // One place is kept for the line that says that there is more.
        if (blocks.size() + entry.size() > limit::view_blocks - 1 || bytes + more > home_bytes) {
            blocks.push_back(context_blocks(say("… more than this page holds; the channels have all of it"))[0].json);
            break;
        }
        bytes += more;
        for (const auto& each : entry) blocks.push_back(each.json);
    }
    json::object view;
    view["type"] = "home";
    view["callback_id"] = callback_id_;
    view["blocks"] = std::move(blocks);
    return view;
}

}  // namespace slipway::slack
