// Expected failure as a value: what kind it is, and the sentence a person can act on.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace slipway {

/// What a failure means for the caller. The first group is definite: nothing was changed. The second is not:
/// the effect may have happened, so probe before repeating.
enum class errc {
    invalid = 1,   ///< the input itself is wrong: settings, grammar, arguments
    refused,       ///< a rule, or the other side, said no
    moved,         ///< somebody changed it since we looked (version, head, lease, hash)
    not_found,     ///< missing, or not visible to our token
    unauthorised,  ///< our credentials are wrong or expired: stop, never loop
    exists,        ///< it is already there
    limited,       ///< asked too often; `retry_after` says when to come back
    unavailable,   ///< not reached at all (DNS, connect, TLS): surely nothing happened
    cancelled,     ///< we were told to stop before anything happened

    timed_out,  ///< no answer within the deadline: not known whether it happened
    lost,       ///< sent, but the answer was lost or unreadable: not known whether it happened
};

/// The kind as a word for logs and JSON: "refused", "timed_out" …
std::string_view to_string(errc kind) noexcept;

/// True when the effect may have happened although we have no answer ("could not know", R1.7).
constexpr bool may_have_happened(errc kind) noexcept {
    return kind == errc::timed_out || kind == errc::lost;
}

/// A failure with its sentence: what was tried, on what, what came back, the way out.
class failure {
public:
    failure() : failure{errc::invalid, "no failure"} {}  ///< what result::error() gives when there is a value
    failure(errc kind, std::string sentence) : kind_{kind}, sentence_{std::move(sentence)} {}

    errc kind() const noexcept { return kind_; }
    const std::string& sentence() const noexcept { return sentence_; }

    /// Set with errc::limited, when the other side named a time.
    std::optional<std::chrono::milliseconds> retry_after;
    /// The other side's own code ("channel_not_found", "409"), when there was one.
    std::string code;

    /// The same failure, one level up: "<context>: <sentence>".
    failure within(std::string_view context) const;

    friend bool operator==(const failure& a, errc b) noexcept { return a.kind_ == b; }

private:
    errc kind_;
    std::string sentence_;
};

/// "moved: <sentence>", for test reports.
std::ostream& operator<<(std::ostream& out, const failure& shown);

template <class T = void>
using result = boost::system::result<T, failure>;

/// Found by argument-dependent lookup when value() is called on a failure: a bug, so it throws std::runtime_error.
[[noreturn]] void throw_exception_from_error(const failure& error, const boost::source_location& where);

}  // namespace slipway
