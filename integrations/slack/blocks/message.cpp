#include "integrations/slack/blocks/message.hpp"

#include <algorithm>

#include "integrations/slack/blocks/limits.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::slack {
namespace {

constexpr std::size_t short_context = 600;  ///< a longer context line is reading matter and may move to the thread
constexpr std::size_t fixed_blocks = 30;    ///< of the 50, for what must stay
constexpr std::size_t fixed_characters = 6000;
constexpr std::size_t thread_limit = 4;  ///< more parts than that are a file
constexpr std::size_t marker_characters = 200;
constexpr std::size_t log_characters = 2600;

/// What one message still has room for.
struct room {
    std::size_t blocks = limit::message_blocks - 1;
    std::size_t characters = limit::message_characters - marker_characters;

    bool takes(const std::vector<block>& group) {
        std::size_t needed = 0;
        for (const auto& each : group) needed += each.characters;
        if (blocks < group.size() || needed > characters) return false;
        blocks -= group.size();
        characters -= needed;
        return true;
    }
};

std::string last_lines_of(std::string_view text, std::size_t lines) {
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    auto from = text.size();
    for (std::size_t n = 0; n < lines && from > 0; ++n) {
        const auto line = text.rfind('\n', from - 1);
        from = line == std::string_view::npos ? 0 : line;
    }
    if (from < text.size() && text[from] == '\n') ++from;
    auto tail = text.substr(from);
    // Too long in characters: drop from the front, at a character.
    while (length_of(tail) > log_characters) tail.remove_prefix(byte_at(tail, length_of(tail) - log_characters));
    return std::string{tail};
}

rendered part(std::string text, json::array blocks) {
    rendered made;
    made.text = std::move(text);
    made.blocks = std::move(blocks);
    return made;
}

void append(const std::vector<block>& group, json::array& to) {
    for (const auto& each : group) to.push_back(each.json);
}

}  // namespace

json::object to_json(const rendered& message) {
    json::object made;
    made["text"] = message.text;
    if (!message.blocks.empty()) made["blocks"] = message.blocks;
    made["unfurl_links"] = false;
    made["unfurl_media"] = false;
    return made;
}

message_builder::message_builder(markup fallback, std::string name)
    : fallback_{std::move(fallback)}, name_{std::move(name)} {}

void message_builder::add(std::vector<block> blocks, bool stays) {
    for (auto& each : blocks) entries_.push_back({{std::move(each)}, stays});
}

message_builder& message_builder::header(std::string_view title) {
    add(header_blocks(title), true);
    return *this;
}

message_builder& message_builder::section(const markup& text) {
    add(section_blocks(text), false);
    return *this;
}

message_builder& message_builder::section(const markup& text, const element& accessory) {
    add(section_blocks(text, accessory), false);
    return *this;
}

message_builder& message_builder::item(const markup& text, const std::vector<element>& elements) {
    if (elements.size() == 1) return section(text, elements.front());
    auto group = section_blocks(text);
    if (group.size() > 2) {
        // Longer than two sections is reading matter: only its end stays with the buttons.
        add({group.begin(), group.end() - 1}, false);
        group.erase(group.begin(), group.end() - 1);
    }
    for (auto& each : action_blocks(elements)) group.push_back(std::move(each));
    entries_.push_back({std::move(group), false});
    return *this;
}

message_builder& message_builder::fields(const std::vector<field>& fields) {
    add(field_blocks(fields), false);
    return *this;
}

message_builder& message_builder::context(const markup& text) {
    add(context_blocks(text), length_of(text.text()) <= short_context);
    return *this;
}

message_builder& message_builder::actions(const std::vector<element>& elements) {
    add(action_blocks(elements), true);
    return *this;
}

message_builder& message_builder::divider() {
    add({divider_block()}, false);
    return *this;
}

message_builder& message_builder::verbatim(std::string_view text) {
    add(verbatim_blocks(text), false);
    return *this;
}

message_builder& message_builder::log(std::string_view full, std::string filename, std::size_t last_lines) {
    const auto whole = tidy(full);
    const auto tail = last_lines_of(whole, last_lines);
    add(verbatim_blocks(tail), false);
    if (tail.size() + 1 >= whole.size()) return *this;
    context(say("The end of {}; the whole is in the file below.", filename));
    files_.push_back({std::move(filename), whole});
    return *this;
}

std::string message_builder::everything() const {
    std::string whole;
    for (const auto& entry : entries_)
        for (const auto& each : entry.blocks) (whole += each.plain()) += '\n';
    return whole;
}

rendered message_builder::render() const {
    rendered made;
    made.text = cut(fallback_.empty() ? say("(no text)") : fallback_, limit::fallback).text();
    made.files = files_;

    // What must stay is counted first; what comes after a full message flows like everything else.
    room left;
    room fixed{fixed_blocks, fixed_characters};
    std::vector<bool> stays;
    stays.reserve(entries_.size());
    for (const auto& each : entries_)
        stays.push_back(each.stays && fixed.takes(each.blocks) && left.takes(each.blocks));

    // Says again whose continuation it is, and notifies nobody a second time.
    const auto again = say("{} (continued)", cut(to_plain(cut(fallback_, limit::fallback)), 200)).text();
    json::array overflow;
    std::vector<rendered> parts;
    room part_left;
    bool overflowing = false;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const auto& each = entries_[i].blocks;
        if (stays[i] || (!overflowing && left.takes(each))) {
            append(each, made.blocks);
            continue;
        }
        if (!overflowing) made.blocks.push_back(context_blocks(say("… continued in the thread"))[0].json);
        overflowing = true;
        if (parts.size() == thread_limit) continue;  // the file holds it
        if (!part_left.takes(each)) {
            parts.push_back(part(again, std::move(overflow)));
            overflow = {};
            part_left = {};
            part_left.takes(each);
        }
        append(each, overflow);
    }
    const bool needs_file = parts.size() == thread_limit;
    if (needs_file) {
        parts.back().blocks.push_back(context_blocks(say("… the whole text is in {}", name_))[0].json);
        made.files.push_back({name_, everything()});
    } else if (!overflow.empty()) {
        parts.push_back(part(again, std::move(overflow)));
    }
    made.thread_parts = std::move(parts);
    if (made.blocks.empty() && length_of(fallback_.text()) > limit::fallback)
        return message_builder{cut(fallback_, 200), name_}.section(fallback_).render();
    return made;
}

}  // namespace slipway::slack
