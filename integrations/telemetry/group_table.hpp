// What is known of each group: title, first and last sighting, and a few whole events. Room-internal.
#pragma once

#include <deque>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "integrations/telemetry/ledger.hpp"

namespace slipway::telemetry {

struct kept_event {
    std::string release;
    std::string text;  ///< JSON: a third of the memory of the event itself
};

struct group_entry {
    place where;
    group_record record;
    std::deque<kept_event> samples;  ///< oldest first
};

class group_table {
public:
    explicit group_table(const ledger_limits& limits) : limits_{limits} {}

    void see(const place& where, const event& what, const group& as, std::uint32_t times);
    /// As loaded; replaces what is known of the group.
    void put(group_entry known);
    const group_entry* find(const place& where, const std::string& hash) const;
    const std::list<group_entry>& all() const noexcept { return all_; }

private:
    using entry = std::list<group_entry>::iterator;
    entry find_or_add(const place& where, const event& what, const group& as);
    void keep_sample(group_entry& of, const event& what);
    void drop_samples(group_entry& of);
    void make_room();

    ledger_limits limits_;
    std::list<group_entry> all_;  ///< the quietest first
    std::unordered_map<std::string, entry> index_;
    std::size_t sample_bytes_ = 0;
};

}  // namespace slipway::telemetry
