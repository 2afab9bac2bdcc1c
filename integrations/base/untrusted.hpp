// Text written by people or machines we do not control: commit titles, branch names, error messages, Slack input.
#pragma once

#include <compare>
#include <string>
#include <utility>

namespace slipway {

/// Cannot be concatenated into a message by accident: only the block builder and the mrkdwn escaper take it.
/// `raw()` is for comparing, storing and handing to programs as one argv element, never for showing.
class untrusted {
public:
    untrusted() = default;
    explicit untrusted(std::string text) : text_{std::move(text)} {}
    const std::string& raw() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }
    friend auto operator<=>(const untrusted&, const untrusted&) = default;

private:
    std::string text_;
};

}  // namespace slipway
