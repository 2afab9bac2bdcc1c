#include "commands/steps/local_clone.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/thread_pool.hpp>
#include <filesystem>

#include "commands/release/setting_checks.hpp"
#include "integrations/async/deadline.hpp"

namespace slipway::steps {
namespace {

/// Longer than git or libgit2 hold a lock without a git program at work in the clone.
constexpr std::chrono::minutes longest_held{1};

}  // namespace

local_clone::local_clone(asio::thread_pool& pool, git::transport& transport, std::string url, std::string directory,
                         std::optional<ref_agreement> with_others)
    : pool_{pool}, transport_{transport}, url_{std::move(url)}, directory_{std::move(directory)} {
    if (with_others)
        shared_ = std::make_unique<shared_refs>(pool, transport, std::move(*with_others), url_, directory_);
}

result<> local_clone::own() {
    if (owned_) return {};
    auto held = git::clone_lock::take(directory_);
    if (!held) return held.error();
    owned_.emplace(std::move(*held));
    return {};
}

task<result<>> local_clone::clear_locks(std::filesystem::file_time_type older_than) {
    auto work = [directory = directory_, older_than] { return git::remove_stale_locks(directory, older_than); };
    const auto removed = co_await offload(pool_, std::move(work));
    if (!removed) co_return removed.error();
    for (const auto& each : *removed)
        spdlog::warn("clone={} removed {}: a git that was killed had left it", directory_, each);
    co_return result<>{};
}

task<result<git::repository*>> local_clone::ready() {
    const auto usable = co_await open();
    if (!usable) co_return usable.error();
    if (shared_) {
        const auto followed = co_await shared_->catch_up(ungated_.get());
        if (!followed) co_return followed.error();
    }
    co_return opened_.get();
}

task<result<>> local_clone::open() {
    if (opened_) co_return result<>{};
    const auto own_it = own();
    if (!own_it) co_return own_it.error();
    std::error_code unreadable;
    if (!std::filesystem::exists(directory_, unreadable)) {
        std::filesystem::create_directories(std::filesystem::path{directory_}.parent_path(), unreadable);
        const auto cloned = co_await transport_.clone_bare(url_, directory_);
        // Two steps may need it at the same moment; whoever comes second finds it there.
        if (!cloned && !(cloned.error() == errc::exists)) co_return cloned.error().within("cloning " + url_);
    }
    // Nothing of ours has worked in it yet, so whatever lock is there is an earlier process's.
    const auto cleared = co_await clear_locks(std::filesystem::file_time_type::clock::now());
    if (!cleared) co_return cleared.error();
    auto ungated = co_await git::open_repository(pool_, directory_);
    if (!ungated) co_return ungated.error();
    git::ref_gate gate;
    if (shared_)
        gate = [this](std::string name, git::object_id to, git::object_id expected) {
            return shared_->agree(ungated_.get(), std::move(name), std::move(to), std::move(expected));
        };
    auto opened = co_await git::open_repository(pool_, directory_, std::move(gate));
    if (!opened) co_return opened.error();
    if (opened_) co_return result<>{};
    ungated_ = std::move(*ungated);
    opened_ = std::move(*opened);
    co_return result<>{};
}

task<result<git::fetched>> local_clone::fetch() {
    const auto usable = co_await ready();
    if (!usable) co_return usable.error();
    const auto cleared = co_await clear_locks(std::filesystem::file_time_type::clock::now() - longest_held);
    if (!cleared && !(cleared.error() == errc::unavailable)) co_return cleared.error();
    auto got = co_await transport_.fetch(directory_, url_);
    if (!got) co_return got.error();
    if (!got->moved_tags.empty()) {
        const auto& first = got->moved_tags.front();
        co_return failure{errc::refused,
                          first.name + " points at " + first.there.substr(0, 10) + " on the remote but was " +
                              first.here.substr(0, 10) +
                              " before: somebody moved a published tag. Find out who and why before you release."};
    }
    if (shared_) {
        const auto told = co_await shared_->fetched(ungated_.get(), got->remote);
        if (!told) co_return told.error();
    }
    co_return got;
}

clone_shelf::clone_shelf(asio::thread_pool& pool, git::transport& transport, std::string folder,
                         std::optional<ref_agreement> with_others)
    : pool_{pool}, transport_{transport}, folder_{std::move(folder)}, with_others_{std::move(with_others)} {}

result<local_clone*> clone_shelf::at(const std::string& path, const std::string& url) {
    if (!checks::is_path_inside(path)) return failure{errc::invalid, "`" + path + "` is no path of a project"};
    auto& place = clones_[path + " " + url];
    if (place) return place.get();
    auto with_others = with_others_;
    if (with_others) with_others->name.append("/").append(path);
    place =
        std::make_unique<local_clone>(pool_, transport_, url, folder_ + "/" + path + ".git", std::move(with_others));
    return place.get();
}

}  // namespace slipway::steps
