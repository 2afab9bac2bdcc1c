#include "bot/membership.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>

namespace slipway::bot {
namespace {

boost::json::object about_us() {
    std::array<char, 256> host{};
    boost::json::object about;
    about["machine"] = ::gethostname(host.data(), host.size() - 1) == 0 ? host.data() : "unknown";
    about["version"] = SLIPWAY_VERSION;
    return about;
}

}  // namespace

membership::membership(store::store& memory, timers& clock, std::string name, membership_settings settings)
    : memory_{memory}, clock_{clock}, name_{std::move(name)}, settings_{settings} {}

task<result<>> membership::join() {
    const auto begun = std::chrono::steady_clock::now();
    const auto known = co_await memory_.announce(name_, about_us(), settings_.lease);
    if (!known) co_return known.error();
    if (begun - last_ > settings_.lease) unbroken_since_ = begun;
    last_ = begun;
    co_return result<>{};
}

task<> membership::run() {
    bool away = false;
    for (;;) {
        co_await clock_.sleep(settings_.every);
        const auto known = co_await join();
        if (!known && !away) spdlog::warn("the others may take this bot for dead: {}", known.error().sentence());
        away = !known;
    }
}

task<> membership::leave() {
    const auto gone = co_await memory_.leave(name_);
    if (!gone) spdlog::warn("the others find out by themselves that this bot is gone: {}", gone.error().sentence());
}

bool membership::may_adopt() const {
    const auto now = std::chrono::steady_clock::now();
    return now - last_ <= settings_.lease && now - unbroken_since_ > settings_.lease;
}

}  // namespace slipway::bot
