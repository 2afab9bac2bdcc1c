#include "deploy/sandbox/slack/envelope_ledger.hpp"

#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {

std::string_view to_string(ack_verdict verdict) {
    switch (verdict) {
        case ack_verdict::accepted:
            return "accepted";
        case ack_verdict::unknown_envelope:
            return "unknown_envelope";
        case ack_verdict::other_link:
            return "other_link";
        case ack_verdict::late:
            return "late";
        case ack_verdict::repeated:
            return "repeated";
        case ack_verdict::too_large:
            return "too_large";
        case ack_verdict::fragmented:
            return "fragmented";
        case ack_verdict::not_an_ack:
            return "not_an_ack";
    }
    return "?";
}

void envelope_ledger::sent(std::string id, std::string type, int link, int attempt, instant now) {
    constexpr std::size_t most = 2'000;
    if (order_.size() >= most) {
        all_.erase(order_.front());
        order_.erase(order_.begin());
    }
    entry made;
    made.id = id;
    made.type = std::move(type);
    made.link = link;
    made.sent = now;
    made.attempt = attempt;
    order_.push_back(id);
    all_[std::move(id)] = std::move(made);
}

const envelope_ledger::entry* envelope_ledger::find(const std::string& id) const {
    const auto found = all_.find(id);
    return found == all_.end() ? nullptr : &found->second;
}

ack_verdict envelope_ledger::judge(int link, std::string_view frame, int pieces, instant now, std::string* id) {
    if (frame.size() >= largest_frame) return ack_verdict::too_large;
    if (pieces != 1) return ack_verdict::fragmented;
    const auto parsed = parse_json(frame);
    if (!parsed || !parsed->is_object()) return ack_verdict::not_an_ack;
    const auto named = text_at(*parsed, "envelope_id");
    if (named.empty()) return ack_verdict::not_an_ack;
    const auto found = all_.find(named);
    if (found == all_.end()) return ack_verdict::unknown_envelope;
    auto& entry = found->second;
    if (entry.link != link) return ack_verdict::other_link;
    if (entry.acked) return ack_verdict::repeated;
    if (now - entry.sent > deadline) return ack_verdict::late;
    entry.acked = now;
    if (const auto* payload = at_path(*parsed, "payload")) entry.answer = *payload;
    if (id != nullptr) *id = named;
    return ack_verdict::accepted;
}

ack_verdict envelope_ledger::read(int link, std::string_view frame, int pieces, instant now, std::string* id) {
    const auto verdict = judge(link, frame, pieces, now, id);
    ++verdicts_[verdict];
    return verdict;
}

}  // namespace slipway::sandbox::slack
