// One walk that knows strings and brackets, and nothing else of JSON: the parser sees what is left.
#include "integrations/telemetry/protocol/essence.hpp"

#include <bit>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace slipway::telemetry {
namespace {

constexpr auto npos = std::string_view::npos;

/// Members whose lists and objects hold nothing for us, wherever in an event they stand. A text or number of the same
/// name (a tag called "request") is kept. Asked of every name in every event: the first letter rules most out.
bool is_unread(std::string_view name) noexcept {
    if (name.empty()) return false;
    switch (name.front()) {
        case 'b':
            return name == "breadcrumbs";
        case 'c':
            return name == "contexts";
        case 'd':
            return name == "debug_meta" || name == "dynamic_sampling";
        case 'e':
            return name == "extra";
        case 'f':
            return name == "features";
        case 'i':
            return name == "integrations";
        case 'm':
            return name == "modules";
        case 'p':
            return name == "pre_context" || name == "post_context" || name == "packages" || name == "params";
        case 'r':
            return name == "request" || name == "registers" || name == "raw_stacktrace";
        case 'u':
            return name == "user";
        case 'v':
            return name == "vars";
        case '_':
            return name == "_meta";
        default:
            return false;
    }
}

constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

constexpr bool opens(char c) noexcept {
    return c == '{' || c == '[';
}

constexpr bool closes(char c) noexcept {
    return c == '}' || c == ']';
}

std::size_t behind_blanks(std::string_view in, std::size_t at) noexcept {
    while (at < in.size() && is_blank(in[at])) ++at;
    return at;
}

/// True when an odd number of backslashes stands before it.
bool is_escaped(std::string_view in, std::size_t at) noexcept {
    auto run = at;
    while (run > 0 && in[run - 1] == '\\') --run;
    return (at - run) % 2 != 0;
}

#ifdef __SSE2__
constexpr std::size_t block = sizeof(__m128i);
/// One bit for each quote among the `block` bytes from `at`.
unsigned quotes_in_block(const char* at) noexcept {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))));
}
#endif

/// Where strings open and close, in turn. Events are made of hundreds of short strings: looking for each anew costs
/// twice as much.
std::vector<std::size_t> quotes_of(std::string_view in) {
    std::vector<std::size_t> found;
    found.reserve(in.size() / 8);
    const auto take = [&](std::size_t at) {
        if (!is_escaped(in, at)) found.push_back(at);
    };
    std::size_t seen = 0;
#ifdef __SSE2__
    for (; seen + block <= in.size(); seen += block)
        for (auto bits = quotes_in_block(in.data() + seen); bits != 0; bits &= bits - 1)
            take(seen + static_cast<std::size_t>(std::countr_zero(bits)));
#endif
    for (auto at = in.find('"', seen); at != npos; at = in.find('"', at + 1)) take(at);
    return found;
}

/// Walks from string to string; what lies between copied_ and the walk is kept as it is.
class extractor {
public:
    explicit extractor(std::string_view event) : event_{event}, quotes_{quotes_of(event)} {
        made_.text.reserve(event.size() / 2);
    }

    essence run() {
        while (next_ + 1 < quotes_.size()) {
            const auto begin = quotes_[next_] + 1;
            const auto name = event_.substr(begin, quotes_[next_ + 1] - begin);
            const auto behind = behind_member(name, behind_string());
            if (behind == npos) break;  // cut off: the parser says so
            if (depth_ > 0) look_for_end_of_trace(behind);
        }
        made_.text.append(event_, copied_);
        return std::move(made_);
    }

private:
    /// Behind the string that opens next.
    std::size_t behind_string() {
        next_ += 2;
        return quotes_[next_ - 1] + 1;
    }
    /// Where the next string opens, or everything ends.
    std::size_t end_of_gap() const { return next_ < quotes_.size() ? quotes_[next_] : event_.size(); }

    /// Where the walk goes on behind the string that ends at `end`; npos when its value does not end.
    std::size_t behind_member(std::string_view name, std::size_t end) {
        const auto colon = behind_blanks(event_, end);
        if (colon >= event_.size() || event_[colon] != ':') return end;
        const bool opens_trace = depth_ == 0 && name == "stacktrace";
        if (!opens_trace && !is_unread(name)) return end;
        const auto value = behind_blanks(event_, colon + 1);
        if (value >= end_of_gap()) return end;
        if (opens_trace) return event_[value] == '{' ? open_trace(value) : end;
        if (event_[value] != '{' && event_[value] != '[') return end;
        const auto behind = behind_brackets(value);
        if (behind == npos) return npos;
        keep_until(value);
        made_.text += "null";
        copied_ = behind;
        return behind;
    }
    /// Behind the object or list that opens at `at`; npos when it does not end.
    std::size_t behind_brackets(std::size_t at) {
        for (std::size_t depth = 0;; at = behind_string()) {
            for (const auto end = end_of_gap(); at < end; ++at) {
                depth += opens(event_[at]) ? 1 : 0;
                if (closes(event_[at]) && --depth == 0) return at + 1;
            }
            if (next_ + 1 >= quotes_.size()) return npos;
        }
    }
    std::size_t open_trace(std::size_t brace) {
        keep_until(brace);
        made_.traces.push_back({made_.text.size(), 0});
        depth_ = 1;
        return brace + 1;
    }
    /// Between `at` and the next string.
    void look_for_end_of_trace(std::size_t at) {
        for (const auto end = end_of_gap(); depth_ > 0 && at < end; ++at) {
            depth_ += opens(event_[at]) ? 1 : 0;
            if (!closes(event_[at]) || --depth_ > 0) continue;
            keep_until(at + 1);
            made_.traces.back().size = made_.text.size() - made_.traces.back().begin;
        }
    }
    void keep_until(std::size_t end) {
        made_.text.append(event_, copied_, end - copied_);
        copied_ = end;
    }

    std::string_view event_;
    std::vector<std::size_t> quotes_;
    std::size_t next_ = 0;  ///< of quotes_: the next string's first
    essence made_;
    std::size_t copied_ = 0;
    std::size_t depth_ = 0;  ///< of brackets in the trace that is open
};

}  // namespace

essence essence_of(std::string_view event) {
    return extractor{event}.run();
}

}  // namespace slipway::telemetry
