#include "commands/steps/local_clone.hpp"

#include <boost/asio/thread_pool.hpp>
#include <filesystem>

namespace slipway::steps {

local_clone::local_clone(asio::thread_pool& pool, git::transport& transport, std::string url, std::string directory)
    : pool_{pool}, transport_{transport}, url_{std::move(url)}, directory_{std::move(directory)} {}

task<result<git::repository*>> local_clone::ready() {
    if (opened_) co_return opened_.get();
    std::error_code unreadable;
    if (!std::filesystem::exists(directory_, unreadable)) {
        std::filesystem::create_directories(std::filesystem::path{directory_}.parent_path(), unreadable);
        const auto cloned = co_await transport_.clone_bare(url_, directory_);
        // Two steps may need it at the same moment; whoever comes second finds it there.
        if (!cloned && !(cloned.error() == errc::exists)) co_return cloned.error().within("cloning " + url_);
    }
    auto opened = co_await git::open_repository(pool_, directory_);
    if (!opened) co_return opened.error();
    if (!opened_) opened_ = std::move(*opened);
    co_return opened_.get();
}

task<result<git::fetched>> local_clone::fetch() {
    const auto open = co_await ready();
    if (!open) co_return open.error();
    auto got = co_await transport_.fetch(directory_, url_);
    if (!got) co_return got.error();
    if (!got->moved_tags.empty()) {
        const auto& first = got->moved_tags.front();
        co_return failure{errc::refused,
                          first.name + " points at " + first.there.substr(0, 10) + " on the remote but was " +
                              first.here.substr(0, 10) +
                              " before: somebody moved a published tag. Find out who and why before you release."};
    }
    co_return got;
}

}  // namespace slipway::steps
