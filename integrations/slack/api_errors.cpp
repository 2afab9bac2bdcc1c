#include "integrations/slack/api_errors.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "integrations/base/json.hpp"

namespace slipway::slack {
namespace {

struct code_kind {
    std::string_view code;
    errc kind;
};

constexpr std::array kinds{
    code_kind{"access_denied", errc::unauthorised},
    code_kind{"accesslimited", errc::unauthorised},
    code_kind{"account_inactive", errc::unauthorised},
    code_kind{"already_in_channel", errc::exists},
    code_kind{"already_pinned", errc::exists},
    code_kind{"already_reacted", errc::exists},
    code_kind{"channel_not_found", errc::not_found},
    code_kind{"deprecated_endpoint", errc::invalid},
    code_kind{"duplicate_external_id", errc::exists},
    code_kind{"ekm_access_denied", errc::unauthorised},
    code_kind{"enterprise_is_restricted", errc::unauthorised},
    code_kind{"fatal_error", errc::lost},
    code_kind{"file_not_found", errc::not_found},
    code_kind{"forbidden_team", errc::unauthorised},
    code_kind{"hash_conflict", errc::moved},
    code_kind{"insecure_request", errc::invalid},
    code_kind{"internal_error", errc::lost},
    code_kind{"invalid_arg_name", errc::invalid},
    code_kind{"invalid_arguments", errc::invalid},
    code_kind{"invalid_array_arg", errc::invalid},
    code_kind{"invalid_attachments", errc::invalid},
    code_kind{"invalid_auth", errc::unauthorised},
    code_kind{"invalid_blocks", errc::invalid},
    code_kind{"invalid_blocks_format", errc::invalid},
    code_kind{"invalid_charset", errc::invalid},
    code_kind{"invalid_cursor", errc::invalid},
    code_kind{"invalid_form_data", errc::invalid},
    code_kind{"invalid_json", errc::invalid},
    code_kind{"invalid_post_type", errc::invalid},
    code_kind{"json_not_object", errc::invalid},
    code_kind{"message_not_found", errc::not_found},
    code_kind{"metadata_too_large", errc::invalid},
    code_kind{"method_deprecated", errc::invalid},
    code_kind{"missing_args", errc::invalid},
    code_kind{"missing_post_type", errc::invalid},
    code_kind{"missing_scope", errc::unauthorised},
    code_kind{"msg_blocks_too_long", errc::invalid},
    code_kind{"msg_too_long", errc::invalid},
    code_kind{"no_permission", errc::unauthorised},
    code_kind{"no_pin", errc::not_found},
    code_kind{"no_reaction", errc::not_found},
    code_kind{"no_such_subteam", errc::not_found},
    code_kind{"no_text", errc::invalid},
    code_kind{"not_allowed_token_type", errc::unauthorised},
    code_kind{"not_authed", errc::unauthorised},
    code_kind{"not_found", errc::not_found},
    code_kind{"not_pinned", errc::not_found},
    code_kind{"org_login_required", errc::unauthorised},
    code_kind{"rate_limited", errc::limited},
    code_kind{"ratelimited", errc::limited},
    code_kind{"request_timeout", errc::unavailable},
    code_kind{"service_unavailable", errc::lost},
    code_kind{"team_access_not_granted", errc::unauthorised},
    code_kind{"team_added_to_org", errc::unavailable},
    code_kind{"team_disabled", errc::unauthorised},
    code_kind{"thread_not_found", errc::not_found},
    code_kind{"token_expired", errc::unauthorised},
    code_kind{"token_revoked", errc::unauthorised},
    code_kind{"too_many_attachments", errc::invalid},
    code_kind{"two_factor_setup_required", errc::unauthorised},
    code_kind{"unknown_method", errc::invalid},
    code_kind{"user_not_found", errc::not_found},
    code_kind{"user_not_visible", errc::not_found},
    code_kind{"user_removed_from_team", errc::unauthorised},
    code_kind{"users_not_found", errc::not_found},
    code_kind{"view_too_large", errc::invalid},
};
static_assert(std::ranges::is_sorted(kinds, {}, &code_kind::code));

struct code_advice {
    std::string_view code;
    std::string_view advice;
};

constexpr std::array advices{
    code_advice{"account_inactive", "install the app again and put the new bot token into SLACK_BOT_TOKEN"},
    code_advice{"cant_update_message", "only the bot's own messages can be edited; a new one has to be posted"},
    code_advice{"channel_not_found",
                "check the channel id in the project's settings; a private channel is invisible until somebody types "
                "/invite and the bot's name in it"},
    code_advice{"edit_window_closed", "the workspace forbids late edits; a new message has to be posted"},
    code_advice{"exchanged_trigger_id", "the click was used already; click again"},
    code_advice{"expired_trigger_id", "more than three seconds passed since the click; click again"},
    code_advice{"file_uploads_disabled", "an administrator of the workspace has to allow uploads"},
    code_advice{"forbidden_team", "the app is not allowed in this workspace; ask its administrators"},
    code_advice{"hash_conflict", "somebody changed the view meanwhile; read it again"},
    code_advice{"invalid_auth", "put a valid token into SLACK_BOT_TOKEN (xoxb-) or SLACK_APP_TOKEN (xapp-)"},
    code_advice{"is_archived", "take the channel out of the archive or name another one in the project's settings"},
    code_advice{"message_not_found", "somebody deleted the message; a new one has to be posted"},
    code_advice{"missing_scope", "add the scope to the app (deploy/slack-app-manifest.yaml) and install it again"},
    code_advice{"msg_blocks_too_long", "split the message"},
    code_advice{"msg_too_long", "shorten the text to 4,000 characters"},
    code_advice{"not_allowed_token_type",
                "SLACK_BOT_TOKEN wants the token that begins with xoxb-, SLACK_APP_TOKEN the one with xapp-"},
    code_advice{"not_authed", "set SLACK_BOT_TOKEN (xoxb-) and SLACK_APP_TOKEN (xapp-)"},
    code_advice{"not_enabled", "switch the Home tab on in the app's settings"},
    code_advice{"not_in_channel", "type /invite and the bot's name in that channel"},
    code_advice{"restricted_action", "ask an administrator of the workspace to let the bot post there"},
    code_advice{"restricted_action_read_only_channel",
                "let the bot post in that read-only channel or name another one"},
    code_advice{"storage_limit_reached", "the workspace's file storage is full; delete files or raise the limit"},
    code_advice{"team_disabled", "the workspace was deactivated; ask its owners"},
    code_advice{"token_expired", "make a new token and put it into the environment of the bot"},
    code_advice{"token_revoked", "install the app again and put the new token into the environment of the bot"},
    code_advice{"user_disabled", "the person's account is deactivated; name somebody else"},
    code_advice{"user_not_found", "check the user id in the settings; it begins with U or W"},
    code_advice{"user_not_in_channel", "the person has to join the channel first"},
};
static_assert(std::ranges::is_sorted(advices, {}, &code_advice::code));

std::string tried(std::string_view method, std::string_view target) {
    std::string words{method};
    if (!target.empty()) words += " for " + std::string{target};
    return words;
}

/// "needs scope chat:write, the token has commands", and the validator's own words with their JSON pointers.
std::string details(const json::object& answer) {
    std::string words;
    if (const auto needed = text_at(answer, "needed"); !needed.empty())
        words += "; it needs the scope " + needed + ", the token has " + text_at(answer, "provided");
    for (const auto& each : array_at(answer, "response_metadata.messages"))
        if (const auto* text = each.if_string(); text != nullptr && words.size() < 600)
            words += "; " + std::string{text->data(), text->size()};
    return words;
}

}  // namespace

errc kind_of(std::string_view code, repetition again) noexcept {
    const auto* found = std::ranges::lower_bound(kinds, code, {}, &code_kind::code);
    if (found == kinds.end() || found->code != code) return errc::refused;
    // A read that failed inside Slack simply did not answer; a write may have been done all the same.
    if (found->kind == errc::lost && again == repetition::safe) return errc::unavailable;
    return found->kind;
}

std::string_view way_out(std::string_view code) noexcept {
    const auto* found = std::ranges::lower_bound(advices, code, {}, &code_advice::code);
    return found != advices.end() && found->code == code ? found->advice : std::string_view{};
}

failure refusal(const method_facts& facts, std::string_view method, std::string_view target,
                const json::object& answer) {
    auto code = text_at(answer, "error");
    if (code.empty()) code = "no_error_code";
    const auto kind = kind_of(code, facts.again);
    auto sentence = "Slack answered " + tried(method, target) + " with " + code + details(answer);
    if (const auto advice = way_out(code); !advice.empty()) sentence += "; " + std::string{advice};
    if (may_have_happened(kind)) sentence += "; it is not known whether it happened";
    failure made{kind, std::move(sentence)};
    made.code = std::move(code);
    return made;
}

failure bad_status(const method_facts& facts, std::string_view method, std::string_view target, int status) {
    auto kind = errc::refused;
    std::string advice;
    if (status >= 500 || status == 408) {
        kind = facts.again == repetition::safe ? errc::unavailable : errc::lost;
        advice = "Slack is unwell (status.slack.com); nothing is lost, it is tried again or looked up";
    } else if (status >= 300 && status < 400) {
        advice = "redirects are refused, a token would travel with them; correct SLACK_API_URL";
    } else if (status == 401 || status == 403) {
        kind = errc::unauthorised;
        advice = "check the token and any proxy between the bot and Slack";
    } else {
        kind = errc::invalid;
        advice = "check that SLACK_API_URL is Slack's API and ends with /api/";
    }
    failure made{kind, "Slack answered " + tried(method, target) + " with HTTP " + std::to_string(status) +
                           " and no JSON; " + advice};
    made.code = std::to_string(status);
    return made;
}

std::optional<milliseconds> retry_after(std::optional<std::string> header) {
    if (!header) return std::nullopt;
    int seconds = 0;
    const auto* end = header->data() + header->size();
    const auto [stopped, error] = std::from_chars(header->data(), end, seconds);
    if (error != std::errc{} || stopped != end || seconds < 0) return std::nullopt;
    return milliseconds{std::min(seconds, 3600) * 1000};
}

failure too_often(std::string_view method, std::optional<milliseconds> wait) {
    const auto span = wait.value_or(milliseconds{30'000});
    failure made{errc::limited, "Slack allows no more " + std::string{method} + " for " +
                                    std::to_string(span.count() / 1000) + " s; the call waits"};
    made.retry_after = span;
    made.code = "ratelimited";
    return made;
}

}  // namespace slipway::slack
