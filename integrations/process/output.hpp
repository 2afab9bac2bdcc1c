// What happens to a program's output before anybody sees it: masked, cut into lines, kept as a tail. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::process {

/// Replaces secrets in text that arrives in pieces. What could be the beginning of a secret is held back until the
/// next piece decides, so a secret that is split between two reads is found too.
class masker {
public:
    explicit masker(std::vector<std::string> secrets);
    std::string feed(std::string_view piece);
    /// What was held back, once nothing more can come.
    std::string finish();

private:
    std::string scan(bool last);
    std::vector<std::string> secrets_;  ///< longest first, none empty
    std::string first_bytes_;
    std::string held_;
};

/// Cuts text into lines for people: valid UTF-8, without control characters and terminal colours; after a carriage
/// return the line begins anew, as on a terminal. A line longer than 64 KiB is delivered in parts.
class line_cutter {
public:
    std::vector<std::string> feed(std::string_view piece);
    /// The last line, when it had no newline.
    std::vector<std::string> finish();

private:
    std::string open_;
};

/// Invalid UTF-8 becomes U+FFFD; control characters (tab stays) and terminal escape sequences go.
std::string readable(std::string_view line);

/// Keeps the last `most` bytes.
class tail {
public:
    explicit tail(std::size_t most) : most_{most} {}
    void add(std::string_view piece);
    bool cut() const noexcept { return cut_; }
    std::string take();

private:
    void shrink();
    std::size_t most_;
    std::string kept_;
    bool cut_ = false;
};

}  // namespace slipway::process
