// What one stack frame gives to the group hash, after clean-up by language. Room-internal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integrations/telemetry/protocol/trace.hpp"

namespace slipway::telemetry {

/// What identifies an error, part by part, as it is hashed: "<size>:<text>" one after the other, so that no two lists
/// give the same bytes.
class parts {
public:
    /// `kind` ("file:") and `text` as one part.
    void add(std::string_view kind, std::string_view text);
    void add(const parts& more);
    const std::string& bytes() const noexcept { return bytes_; }
    bool operator==(const parts& other) const noexcept { return bytes_ == other.bytes_; }
    /// By the texts of the parts, first to last.
    bool operator<(const parts& other) const noexcept;

private:
    std::string_view text(std::size_t number) const noexcept;
    struct place {
        std::size_t begin, end;  ///< of a part's text
    };
    std::string bytes_;
    std::vector<place> places_;
};

enum class language { javascript, python, php, ruby, java, native, other };
language language_of(std::string_view platform) noexcept;

/// The name without what changes between builds and calls; "" when it says nothing (anonymous, unknown).
std::string clean_function(std::string_view function, language of);
std::string clean_module(std::string_view module, language of);
/// Lower-cased base name; "" for origins, "<anonymous>" and the like. JavaScript content hashes become "*".
std::string clean_filename(std::string_view filename, language of);

/// Adds the parts of the frame; none when it does not contribute.
void contribute(const frame& of, language in, parts& to);
/// Adds what the calls say, those of the application alone where there are any; false when that is nothing.
bool contribute(const std::vector<frame>& calls, language in, parts& to);

/// What contribute() adds of a trace's calls.
struct trace_identity {
    language in = language::other;
    parts said;
};

}  // namespace slipway::telemetry
