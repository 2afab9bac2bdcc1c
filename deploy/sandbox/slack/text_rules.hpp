// How Slack reads text: lengths in characters, and whom a message would notify. Pure.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::sandbox::slack {

namespace json = boost::json;

/// Characters (code points), as Slack counts; malformed bytes count one each.
std::size_t length_of(std::string_view text) noexcept;

/// The first `most` characters.
std::string first_characters(std::string_view text, std::size_t most);

/// A person or a crowd that a message makes a sound for.
struct mention {
    std::string kind;  ///< "user", "usergroup", "here", "channel", "everyone"
    std::string who;   ///< user or group id; "" for the crowds
    friend bool operator==(const mention&, const mention&) = default;
};

/// Mentions in one mrkdwn text. `plainly_written`: "@here" without brackets counts too (verbatim is not set).
std::vector<mention> mentions_in(std::string_view mrkdwn, bool plainly_written);

/// Everything that posting `text` with `blocks` would notify, each once, in order of appearance.
std::vector<mention> mentions_of(std::string_view text, const json::array& blocks);

/// "&lt;" → "<" and friends: what a reader sees.
std::string unescape(std::string_view text);
/// What Slack does to typed text before an app sees it.
std::string escape(std::string_view text);

}  // namespace slipway::sandbox::slack
