// Slack's answers that are not ok, as failures with a sentence and the way out (slack.md §3.1, §3.3). Pure.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "integrations/base/clock.hpp"
#include "integrations/base/result.hpp"
#include "integrations/slack/method_table.hpp"

namespace slipway::slack {

namespace json = boost::json;

/// What kind of failure Slack's error code is. For an unsafe write, codes that leave it open whether the action
/// happened (internal_error, fatal_error, service_unavailable) are errc::lost.
errc kind_of(std::string_view code, repetition again) noexcept;

/// The way out, as a sentence without the final full stop: "invite the bot …"; "" when there is nothing general to say.
std::string_view way_out(std::string_view code) noexcept;

/// `target` is what the call was about ("C123"); "" = nothing worth naming. Never contains tokens, URLs or message
/// texts.
failure refusal(const method_facts& facts, std::string_view method, std::string_view target,
                const json::object& answer);

/// An HTTP status that is not 200 and whose body is no JSON answer.
failure bad_status(const method_facts& facts, std::string_view method, std::string_view target, int status);

/// Retry-After in whole seconds; nullopt when missing or unreadable.
std::optional<milliseconds> retry_after(std::optional<std::string> header);

/// 429: definitely not done. Without a usable header: 30 s.
failure too_often(std::string_view method, std::optional<milliseconds> wait);

}  // namespace slipway::slack
