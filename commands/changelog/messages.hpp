// Inside this room only: what commit messages say about requests, reverts and cherry-picks. Pure text.
#pragma once

#include <optional>

#include "commands/changelog/landed.hpp"

namespace slipway::changelog::detail {

/// Lines without their line ends (LF or CRLF).
std::vector<std::string_view> lines_of(std::string_view text);
std::string_view trimmed(std::string_view text);
std::string_view subject_of(std::string_view message);

/// What a message says it takes back.
struct revert_claim {
    std::string commit;        ///< hex, perhaps short; "" = not named
    std::int64_t request = 0;  ///< "This reverts merge request !12"; 0 = not named
    std::string project;       ///< of that request; "" = this one
    std::string subject;       ///< of 'Revert "…"', when nothing better is there
    bool any() const noexcept { return !commit.empty() || request != 0 || !subject.empty(); }
};

/// Everything one message says; read once a commit.
struct message_facts {
    std::vector<request_reference> own;     ///< in order; those of the commit itself
    std::vector<request_reference> picked;  ///< above a cherry-pick line: they came with the source's message
    std::vector<revert_claim> reverts;
    std::vector<std::string> sources;  ///< cherry-picks: the first is the origin, the last the nearest source
};
/// Only whole lines count. Lines that quote ("> …") or are indented as code or a pasted log say nothing.
message_facts facts_in(std::string_view message);

/// The first reverted thing of the message; nothing when it takes nothing back.
revert_claim revert_in(std::string_view message);

/// The nearest source of a cherry-pick: the last such line; "" = none.
std::string cherry_pick_source(std::string_view message);

/// The branch that a merge's subject says it merged, without quotes and remote: "main"; "" = no such subject.
std::string_view merged_branch_in(std::string_view subject);

/// What people would call the change: the title in GitLab's default merge message, else the subject without "(!12)".
std::string title_in(std::string_view message);

/// "group/app!12", "!12", "12", "https://host/group/app/-/merge_requests/12"; nullopt when it is none of them.
std::optional<request_reference> parse_reference(std::string_view text);

}  // namespace slipway::changelog::detail
