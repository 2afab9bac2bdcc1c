// Takes secrets out of text before anybody can read it: log lines, output of programs, files for a thread. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway {

inline constexpr std::string_view masked = "[masked]";

/// Replaces the configured values, and whatever looks like a secret of a service we talk to: Slack and GitLab tokens,
/// `ticket=` of a websocket address, response URLs (hooks.slack.com/…), trigger ids, Authorization and PRIVATE-TOKEN
/// headers, passwords in URLs. Rather masks too much than too little.
class masker {
public:
    masker() = default;
    /// Values shorter than 6 characters are left out: masking them would only tear holes into ordinary words.
    explicit masker(std::vector<std::string> secrets);
    std::string operator()(std::string_view text) const;

private:
    std::vector<std::string> secrets_;  // the longest first: one may contain another
};

}  // namespace slipway
