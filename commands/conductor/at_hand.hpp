// What is kept in memory of things that can be made again: the most recently used of them.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <utility>

namespace slipway::conductor {

/// At most so many values by name; putting one more drops the one that was not used for longest.
template <class Value>
class at_hand {
public:
    explicit at_hand(std::size_t most) : most_{most} {}

    /// nullptr = not at hand. Valid until the next put.
    Value* find(const std::string& name) {
        const auto found = places_.find(name);
        if (found == places_.end()) return nullptr;
        newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
        return &found->second->second;
    }
    Value& put(const std::string& name, Value value) {
        if (auto* known = find(name)) return *known = std::move(value);
        newest_first_.emplace_front(name, std::move(value));
        places_[name] = newest_first_.begin();
        if (places_.size() > most_) {
            places_.erase(newest_first_.back().first);
            newest_first_.pop_back();
        }
        return newest_first_.front().second;
    }
    void drop(const std::string& name) {
        const auto found = places_.find(name);
        if (found == places_.end()) return;
        newest_first_.erase(found->second);
        places_.erase(found);
    }
    std::size_t size() const noexcept { return places_.size(); }

private:
    using entry = std::pair<std::string, Value>;
    std::size_t most_;
    std::list<entry> newest_first_;
    std::map<std::string, typename std::list<entry>::iterator> places_;
};

}  // namespace slipway::conductor
