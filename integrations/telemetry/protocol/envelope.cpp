#include "integrations/telemetry/protocol/envelope.hpp"

#include <array>

#include "integrations/telemetry/protocol/dsn.hpp"
#include "integrations/telemetry/protocol/text.hpp"

namespace slipway::telemetry {
namespace {

failure malformed(std::size_t position, std::string what) {
    return {errc::invalid, "the envelope is malformed near byte " + std::to_string(position) + ": " + std::move(what)};
}

/// Walks over the bytes; every piece handed out is a view into them.
class walker {
public:
    explicit walker(std::string_view bytes) : bytes_{bytes} {}

    bool at_end() const noexcept { return at_ >= bytes_.size(); }
    std::size_t position() const noexcept { return at_; }

    std::string_view line() {
        const auto end = std::min(bytes_.find('\n', at_), bytes_.size());
        const auto found = bytes_.substr(at_, end - at_);
        at_ = std::min(end + 1, bytes_.size());
        return found;
    }
    void skip_empty_lines() {
        while (!at_end() && bytes_[at_] == '\n') ++at_;
    }
    /// Exactly `size` bytes, then a line end or the end of everything.
    result<std::string_view> exactly(std::size_t size) {
        if (size > bytes_.size() - at_)
            return malformed(at_, "an item announces " + std::to_string(size) + " bytes, but only " +
                                      std::to_string(bytes_.size() - at_) + " follow");
        const auto found = bytes_.substr(at_, size);
        at_ += size;
        if (!at_end() && bytes_[at_] != '\n') return malformed(at_, "an item is longer than its header says");
        if (!at_end()) ++at_;
        return found;
    }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

/// Memory for the tree of one header line: most fit, and nothing is freed piece by piece.
struct header_memory {
    std::array<unsigned char, 2048> first;  // not zeroed: it is written before it is read
    json::monotonic_resource arena{first.data(), first.size()};
};

result<json::object> header_of(std::string_view line, std::size_t position, std::size_t largest, header_memory& in) {
    if (line.size() > largest) return malformed(position, "a header line is longer than allowed");
    auto parsed = text::parse_lenient(line, &in.arena);
    if (!parsed || !parsed->is_object()) return malformed(position, "a header line is not a JSON object");
    return std::move(parsed->get_object());
}

void read_header(const json::object& header, envelope& into) {
    into.event_id = normal_event_id(text_at(header, "event_id"));
    if (header.contains("dsn"))
        if (const auto address = parse_dsn(text_at(header, "dsn"))) into.key = address->public_key;
    into.sent_at = from_iso(text_at(header, "sent_at"));
}

result<envelope_item> read_item(walker& bytes, const envelope_limits& limits) {
    const auto start = bytes.position();
    header_memory memory;
    const auto header = header_of(bytes.line(), start, limits.largest_header, memory);
    if (!header) return header.error();
    envelope_item item;
    item.type = printable(text_at(*header, "type"), 64);
    const auto* length = header->if_contains("length");
    if (length == nullptr || length->is_null()) {
        item.payload = bytes.line();
        return item;
    }
    json::error_code error;
    const auto size = length->to_number<std::uint64_t>(error);
    if (error) return malformed(start, "the length of an item is not a whole number");
    const auto payload = bytes.exactly(size);
    if (!payload) return payload.error();
    item.payload = *payload;
    return item;
}

}  // namespace

std::string normal_event_id(std::string_view text) {
    std::string id;
    if (text.size() != 32 && text.size() != 36) return id;
    id.reserve(32);
    for (const char c : text) {
        if (c == '-') continue;
        if (!text::is_hex(c)) return {};
        id += c;
    }
    return id.size() == 32 ? text::lower(id) : std::string{};
}

result<envelope> parse_envelope(std::string_view bytes, envelope_limits limits) {
    walker here{bytes};
    envelope found;
    header_memory memory;
    const auto header = header_of(here.line(), 0, limits.largest_header, memory);
    if (!header) return header.error();
    read_header(*header, found);
    for (here.skip_empty_lines(); !here.at_end(); here.skip_empty_lines()) {
        if (found.items.size() == limits.most_items) {
            found.cut = true;
            break;
        }
        auto item = read_item(here, limits);
        if (!item) return item.error();
        found.items.push_back(std::move(*item));
    }
    return found;
}

}  // namespace slipway::telemetry
