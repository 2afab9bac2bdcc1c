#include "deploy/sandbox/slack/methods.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "deploy/sandbox/slack/block_rules.hpp"
#include "deploy/sandbox/slack/text_rules.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {

bool arguments::has(std::string_view name) const {
    const auto* found = all_.if_contains(name);
    return found != nullptr && !found->is_null();
}

std::string arguments::text(std::string_view name) const {
    const auto* found = all_.if_contains(name);
    if (found == nullptr || found->is_null() || found->is_object() || found->is_array()) return {};
    if (found->is_string()) return std::string{found->get_string()};
    return json::serialize(*found);
}

std::int64_t arguments::number(std::string_view name, std::int64_t otherwise) const {
    const auto written = text(name);
    std::int64_t value = otherwise;
    std::from_chars(written.data(), written.data() + written.size(), value);
    return value;
}

bool arguments::flag(std::string_view name) const {
    const auto written = text(name);
    return written == "true" || written == "1";
}

json::value arguments::nested(std::string_view name, bool* broken) const {
    if (broken != nullptr) *broken = false;
    const auto* found = all_.if_contains(name);
    if (found == nullptr) return nullptr;
    if (!found->is_string()) return *found;
    const std::string_view written{found->get_string().data(), found->get_string().size()};
    if (written.empty()) return nullptr;
    auto parsed = parse_json(written);
    if (parsed) return std::move(*parsed);
    if (broken != nullptr) *broken = true;
    return nullptr;
}

json::object refused(std::string_view code) {
    return {{"ok", false}, {"error", code}};
}

json::object accepted() {
    return {{"ok", true}};
}

const method* find_method(std::string_view name) {
    for (const auto family :
         {chat_methods(), conversation_methods(), people_methods(), view_methods(), mark_methods(), file_methods()}) {
        const auto found = std::ranges::find(family, name, &method::name);
        if (found != family.end()) return &*found;
    }
    return nullptr;
}

conversation* channel_of(world& all, const std::string& channel) {
    auto& here = all.workspace;
    if (channel.starts_with("U") && here.find_user(channel) != nullptr) return &here.im_with(channel);
    auto* found = here.find(channel);
    if (found == nullptr && channel.starts_with("#")) {
        for (auto& [id, each] : here.conversations) {
            if (!each.is_im() && "#" + each.name == channel) found = &each;
        }
    }
    const bool visible = found != nullptr && (!found->is_private || found->members.contains(here.bot_user));
    return visible ? found : nullptr;
}

namespace {

std::optional<json::object> take_blocks(const arguments& asked, message& into) {
    if (!asked.has("blocks")) return {};
    bool broken = false;
    auto blocks = asked.nested("blocks", &broken);
    if (broken || !blocks.is_array()) return refused("invalid_blocks_format");
    const auto problems = problems_of_blocks(blocks, surface::message, "/blocks");
    if (problems.empty()) {
        into.blocks = std::move(blocks.get_array());
        complete_ids(into.blocks, random_hex(3));
        return {};
    }
    json::array messages;
    for (const auto& each : problems) messages.emplace_back(each.words());
    auto refusal = refused("invalid_blocks");
    refusal["errors"] = messages;
    refusal["response_metadata"] = {{"messages", std::move(messages)}};
    return refusal;
}

std::optional<json::object> take_metadata(const arguments& asked, message& into) {
    if (!asked.has("metadata")) return {};
    bool broken = false;
    auto metadata = asked.nested("metadata", &broken);
    const auto* object = metadata.if_object();
    if (broken || object == nullptr) return refused("invalid_metadata_format");
    if (object->empty()) {
        into.metadata = nullptr;
        return {};
    }
    if (text_at(*object, "event_type").empty() || at_path(*object, "event_payload") == nullptr)
        return refused("invalid_metadata_schema");
    constexpr std::size_t largest = 8'000;
    if (json::serialize(metadata).size() > largest) return refused("metadata_too_large");
    into.metadata = std::move(metadata);
    return {};
}

/// All the text that readers of the blocks see, in characters.
std::size_t rendered_length(const json::value& node) {
    std::size_t sum = 0;
    if (const auto* object = node.if_object()) {
        for (const auto& each : *object) {
            if (each.key() == "text" && each.value().is_string()) {
                sum += length_of({each.value().get_string().data(), each.value().get_string().size()});
            } else {
                sum += rendered_length(each.value());
            }
        }
    }
    if (const auto* array = node.if_array()) {
        for (const auto& each : *array) sum += rendered_length(each);
    }
    return sum;
}

}  // namespace

std::optional<json::object> take_content(const arguments& asked, message& into, bool needs_content) {
    if (asked.has("text")) into.text = asked.text("text");
    if (auto refusal = take_blocks(asked, into)) return refusal;
    if (auto refusal = take_metadata(asked, into)) return refusal;
    constexpr std::size_t most_rendered = 13'200;
    if (rendered_length(into.blocks) > most_rendered) return refused("msg_blocks_too_long");
    if (needs_content && into.text.empty() && into.blocks.empty()) return refused("no_text");
    return {};
}

}  // namespace slipway::sandbox::slack
