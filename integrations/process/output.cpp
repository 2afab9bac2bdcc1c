#include "integrations/process/output.hpp"

#include <algorithm>

namespace slipway::process {
namespace {

constexpr std::string_view mask = "[masked]";
constexpr std::string_view unknown = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t longest_line = 64U << 10U;

/// Length of the valid UTF-8 sequence at the front, or 0 (RFC 3629: no surrogates, no overlong forms).
std::size_t sequence_length(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    }
    const auto second = byte(1);
    const bool wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                       (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return wrong ? 0 : length;
}

/// Length of the terminal escape sequence at the front (ESC first).
std::size_t escape_length(std::string_view text) {
    if (text.size() < 2) return 1;
    if (text[1] == '[') {
        std::size_t i = 2;
        while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
        return std::min(i + 1, text.size());
    }
    if (text[1] == ']') {
        std::size_t i = 2;
        while (i < text.size() && text[i] != '\a' && text[i] != '\x1b') ++i;
        return std::min(i + 1, text.size());
    }
    return 2;
}

}  // namespace

masker::masker(std::vector<std::string> secrets) : secrets_{std::move(secrets)} {
    std::erase(secrets_, "");
    std::ranges::sort(secrets_, std::ranges::greater{}, &std::string::size);
    for (const auto& each : secrets_) first_bytes_ += each.front();
}

std::string masker::feed(std::string_view piece) {
    if (secrets_.empty()) return std::string{piece};
    held_ += piece;
    return scan(/*last=*/false);
}

std::string masker::finish() {
    return scan(/*last=*/true);
}

std::string masker::scan(bool last) {
    std::string out;
    std::size_t at = 0;
    while (at < held_.size()) {
        const auto next = std::min(held_.find_first_of(first_bytes_, at), held_.size());
        out.append(held_, at, next - at);
        at = next;
        if (at == held_.size()) break;
        const auto rest = std::string_view{held_}.substr(at);
        // Longest first: a longer secret that could still complete wins over a shorter one that already has.
        const auto fits = [rest, last](const std::string& secret) {
            return rest.starts_with(secret) || (!last && std::string_view{secret}.starts_with(rest));
        };
        const auto found = std::ranges::find_if(secrets_, fits);
        if (found != secrets_.end() && found->size() > rest.size()) break;
        out += found == secrets_.end() ? rest.substr(0, 1) : mask;
        at += found == secrets_.end() ? 1 : found->size();
    }
    held_.erase(0, at);
    return out;
}

std::vector<std::string> line_cutter::feed(std::string_view piece) {
    std::vector<std::string> lines;
    open_ += piece;
    std::size_t from = 0;
    while (true) {
        const auto end = open_.find('\n', from);
        if (end == std::string::npos) break;
        lines.push_back(readable(std::string_view{open_}.substr(from, end - from)));
        from = end + 1;
    }
    open_.erase(0, from);
    if (open_.size() > longest_line) {
        lines.push_back(readable(open_));
        open_.clear();
    }
    return lines;
}

std::vector<std::string> line_cutter::finish() {
    std::vector<std::string> lines;
    if (!open_.empty()) lines.push_back(readable(open_));
    open_.clear();
    return lines;
}

std::string readable(std::string_view line) {
    while (line.ends_with('\r')) line.remove_suffix(1);
    const auto anew = line.rfind('\r');
    if (anew != std::string_view::npos) line.remove_prefix(anew + 1);
    std::string out;
    out.reserve(line.size());
    while (!line.empty()) {
        std::size_t length = sequence_length(line);
        const auto first = static_cast<unsigned char>(line.front());
        const bool c1 = length == 2 && first == 0xC2 && static_cast<unsigned char>(line[1]) < 0xA0;
        if (first == 0x1B) {
            length = escape_length(line);
        } else if (length == 0) {
            out += unknown;
            length = 1;
        } else if (!c1 && first != 0x7F && (first >= 0x20 || first == '\t')) {
            out += line.substr(0, length);
        }
        line.remove_prefix(length);
    }
    return out;
}

void tail::add(std::string_view piece) {
    kept_ += piece;
    if (kept_.size() > 2 * most_) shrink();  // now and then, not with every piece
}

std::string tail::take() {
    shrink();
    return std::move(kept_);
}

void tail::shrink() {
    if (kept_.size() <= most_) return;
    cut_ = true;
    std::size_t from = kept_.size() - most_;
    while (from < kept_.size() && (static_cast<unsigned char>(kept_[from]) & 0xC0U) == 0x80U) ++from;
    kept_.erase(0, from);
}

}  // namespace slipway::process
