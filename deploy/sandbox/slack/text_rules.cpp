#include "deploy/sandbox/slack/text_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace slipway::sandbox::slack {
namespace {

bool continues_character(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

void note(std::vector<mention>& all, mention found) {
    if (std::ranges::find(all, found) == all.end()) all.push_back(std::move(found));
}

/// "<@U1|ana>" without its brackets → its mention, when it is one.
void note_bracket(std::vector<mention>& all, std::string_view inside) {
    const auto name = inside.substr(0, inside.find('|'));
    if (name.starts_with("@") && name.size() > 1) note(all, {"user", std::string{name.substr(1)}});
    if (name.starts_with("!subteam^")) note(all, {"usergroup", std::string{name.substr(9)}});
    for (const std::string_view crowd : {"here", "channel", "everyone"}) {
        if (name == "!" + std::string{crowd}) note(all, {std::string{crowd}, ""});
    }
}

bool is_word(char c) noexcept {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

void note_plain(std::vector<mention>& all, std::string_view text) {
    for (const std::string_view crowd : {"@here", "@channel", "@everyone"}) {
        for (auto at = text.find(crowd); at != std::string_view::npos; at = text.find(crowd, at + 1)) {
            const auto end = at + crowd.size();
            const bool alone = (at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]));
            if (alone) note(all, {std::string{crowd.substr(1)}, ""});
        }
    }
}

void walk(std::vector<mention>& all, const json::value& node);

void walk_object(std::vector<mention>& all, const json::object& node) {
    const auto text_of = [&node](std::string_view name) -> std::string_view {
        const auto* found = node.if_contains(name);
        if (found == nullptr || !found->is_string()) return {};
        return {found->get_string().data(), found->get_string().size()};
    };
    const auto type = text_of("type");
    if (type == "mrkdwn") {
        const auto* verbatim = node.if_contains("verbatim");
        const bool literal = verbatim != nullptr && verbatim->is_bool() && verbatim->get_bool();
        for (auto& each : mentions_in(text_of("text"), !literal)) note(all, std::move(each));
    }
    if (type == "markdown") {
        for (auto& each : mentions_in(text_of("text"), true)) note(all, std::move(each));
    }
    if (type == "user") note(all, {"user", std::string{text_of("user_id")}});
    if (type == "usergroup") note(all, {"usergroup", std::string{text_of("usergroup_id")}});
    if (type == "broadcast") note(all, {std::string{text_of("range")}, ""});
    for (const auto& member : node) walk(all, member.value());
}

void walk(std::vector<mention>& all, const json::value& node) {
    if (const auto* object = node.if_object()) walk_object(all, *object);
    if (const auto* array = node.if_array()) {
        for (const auto& each : *array) walk(all, each);
    }
}

struct entity {
    char character;
    std::string_view written;
};
constexpr std::array<entity, 3> entities{{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}}};

}  // namespace

std::size_t length_of(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char byte) noexcept { return !continues_character(byte); }));
}

std::string first_characters(std::string_view text, std::size_t most) {
    std::size_t at = 0;
    for (std::size_t seen = 0; at < text.size(); ++at) {
        if (!continues_character(text[at]) && seen++ == most) break;
    }
    return std::string{text.substr(0, at)};
}

std::vector<mention> mentions_in(std::string_view mrkdwn, bool plainly_written) {
    std::vector<mention> all;
    for (auto open = mrkdwn.find('<'); open != std::string_view::npos; open = mrkdwn.find('<', open + 1)) {
        const auto close = mrkdwn.find('>', open);
        if (close == std::string_view::npos) break;
        note_bracket(all, mrkdwn.substr(open + 1, close - open - 1));
    }
    if (plainly_written) note_plain(all, mrkdwn);
    return all;
}

std::vector<mention> mentions_of(std::string_view text, const json::array& blocks) {
    auto all = mentions_in(text, /*plainly_written=*/false);
    for (const auto& each : blocks) walk(all, each);
    return all;
}

std::string unescape(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const auto fits = [&text](const entity& each) { return text.starts_with(each.written); };
        const auto found = std::ranges::find_if(entities, fits);
        plain += found != entities.end() ? found->character : text.front();
        text.remove_prefix(found != entities.end() ? found->written.size() : 1);
    }
    return plain;
}

std::string escape(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        const auto found = std::ranges::find(entities, c, &entity::character);
        if (found != entities.end()) {
            safe += found->written;
        } else {
            safe += c;
        }
    }
    return safe;
}

}  // namespace slipway::sandbox::slack
