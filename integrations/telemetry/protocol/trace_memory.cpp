#include "integrations/telemetry/protocol/trace_memory.hpp"

#include <array>
#include <utility>

#include "integrations/telemetry/protocol/frames.hpp"
#include "integrations/telemetry/protocol/text.hpp"

namespace slipway::telemetry {
namespace {

result<trace> read_trace(std::string_view text, language in) {
    std::array<unsigned char, 32UL * 1024> first;  // not zeroed: it is written before it is read
    json::monotonic_resource arena{first.data(), first.size()};
    const auto parsed = text::parse_lenient(text, &arena);
    if (!parsed) return parsed.error();
    auto calls = read_frames(&*parsed);
    auto said = std::make_shared<trace_identity>();
    said->in = in;
    contribute(calls, in, said->said);
    return trace{std::move(calls), std::move(said)};
}

}  // namespace

result<trace> trace_memory::read(std::string_view text, language in) {
    if (const auto* known = find(text, in)) return *known;
    auto made = read_trace(text, in);
    if (!made || !came_before(text)) return made;
    return keep(std::string{text}, std::move(*made));
}

bool trace_memory::came_before(std::string_view text) {
    const auto hashed = hash{}(text);
    return std::exchange(seen_[hashed % seen_.size()], hashed) == hashed;
}

const trace* trace_memory::find(std::string_view text, language in) {
    if (const auto recent = recent_.find(text); recent != recent_.end())
        return recent->second.identity()->in == in ? &recent->second : nullptr;
    const auto older = older_.find(text);
    if (older == older_.end() || older->second.identity()->in != in) return nullptr;
    auto moved = older_.extract(older);
    return &keep(std::move(moved.key()), std::move(moved.mapped()));
}

const trace& trace_memory::keep(std::string text, trace made) {
    if (recent_bytes_ + text.size() > most_bytes_) age();
    recent_bytes_ += text.size();
    return recent_.insert_or_assign(std::move(text), std::move(made)).first->second;
}

void trace_memory::age() {
    older_ = std::exchange(recent_, {});
    recent_bytes_ = 0;
}

}  // namespace slipway::telemetry
