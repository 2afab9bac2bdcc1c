#include "integrations/net/connection_pool.hpp"

namespace slipway::net {
namespace {

/// Shorter than the keep-alive of the usual servers (nginx 75 s, Puma 20 s): the longer a connection lies idle, the
/// likelier our request crosses with its end, and then nobody knows whether the request was received.
constexpr std::chrono::seconds longest_idle{15};
constexpr std::size_t most_idle = 8;

}  // namespace

connection_pool::~connection_pool() {
    for (auto& [place, links] : places_) {
        for (auto& each : links) each.link->close();
    }
}

stream_ptr connection_pool::take(const std::string& place) {
    drop_old();
    auto& links = places_[place];
    while (!links.empty()) {
        const auto link = std::move(links.back().link);
        links.pop_back();
        if (link->is_quiet()) return link;
        link->close();
    }
    return nullptr;
}

void connection_pool::keep(const std::string& place, stream_ptr link) {
    drop_old();
    auto& links = places_[place];
    links.push_back({std::move(link), std::chrono::steady_clock::now()});
    if (links.size() <= most_idle) return;
    links.front().link->close();
    links.pop_front();
}

void connection_pool::drop_old() {
    const auto oldest = std::chrono::steady_clock::now() - longest_idle;
    for (auto& [place, links] : places_) {
        while (!links.empty() && links.front().since < oldest) {
            links.front().link->close();
            links.pop_front();
        }
    }
}

}  // namespace slipway::net
