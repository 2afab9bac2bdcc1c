#include "bot/policy.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "integrations/async/timers.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/git/repository.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/net/http.hpp"
#include "integrations/process/process.hpp"

namespace slipway::bot {
namespace {

/// The commit that was read last, and was the tip of a protected branch then. Survives a restart.
constexpr const char* last_read = "refs/slipway/policy";
constexpr std::size_t most_files = 1'000;

/// One copy for each address and branch: what was read of another one is never taken for this.
std::string copy_of(const settings& from) {
    return from.state_directory + "/policy-" + fingerprint({from.policy.repository, from.policy.branch}).substr(0, 12) +
           ".git";
}

task<result<>> check_protected(policy_settings policy, gitlab::api* gitlab) {
    if (policy.project.empty()) co_return result<>{};
    if (gitlab == nullptr)
        co_return failure{errc::refused, "`policy.project` is set and there is no GITLAB_URL: nobody can say whether " +
                                             policy.branch + " is protected."};
    const auto home = co_await gitlab->project_by_path(policy.project);
    if (!home) co_return home.error().within("GitLab's word on " + policy.project);
    const auto branch = co_await gitlab->branch_of(home->id, policy.branch);
    if (!branch) co_return branch.error().within("GitLab's word on the branch " + policy.branch);
    if (branch->protected_branch) co_return result<>{};
    co_return failure{errc::refused, "The branch " + policy.branch + " of " + policy.project +
                                         " is not protected in GitLab, so whoever may push there could say who "
                                         "decides. Protect it (Settings, Repository, Protected branches); until then "
                                         "nothing is read from it."};
}

/// Fetches and moves `last_read` to the tip.
task<result<>> follow(policy_settings policy, git::transport& transport, git::repository& copy) {
    const auto fetched = co_await transport.fetch(copy.directory(), policy.repository);
    if (!fetched) co_return fetched.error();
    const auto tip = co_await copy.resolve("refs/remotes/origin/" + policy.branch);
    if (!tip) co_return tip.error();
    const auto before = co_await copy.resolve(last_read);
    const auto moved = co_await copy.move_ref(last_read, *tip, before ? *before : git::object_id{});
    co_return moved;
}

task<result<std::unique_ptr<git::repository>>> open_copy(policy_settings policy, git::transport& transport,
                                                         asio::thread_pool& pool, std::string directory) {
    std::error_code unreadable;
    if (!std::filesystem::exists(directory, unreadable)) {
        const auto cloned = co_await transport.clone_bare(policy.repository, directory);
        if (!cloned && !(cloned.error() == errc::exists)) co_return cloned.error();
    }
    auto opened = co_await git::open_repository(pool, directory);
    co_return opened;
}

task<result<policy_tree>> read_tree(git::repository& copy) {
    const auto commit = co_await copy.resolve(last_read);
    if (!commit) co_return commit.error();
    policy_tree made;
    made.commit = *commit;
    const auto paths = co_await copy.paths(*commit);
    if (!paths) co_return paths.error();
    for (const auto& path : *paths) {
        if (!path.ends_with(".yaml")) continue;
        if (made.files.size() == most_files)
            co_return failure{errc::refused, "it holds more than " + std::to_string(most_files) + " *.yaml files"};
        auto text = co_await copy.read_file(*commit, path);
        if (!text) co_return text.error();
        made.files[path] = std::move(*text);
    }
    co_return made;
}

}  // namespace

std::string policy_folder(const settings& from) {
    return from.state_directory + "/policy";
}

std::string policy_words(const settings& from) {
    const auto commit = from.policy_files ? from.policy_files->commit.substr(0, 10) : std::string{"?"};
    return "commit " + commit + " of the branch " + from.policy.branch + " of " + from.policy.repository;
}

std::optional<std::string> read_plan_text(const policy_tree* branch, const std::string& file) {
    if (branch != nullptr) {
        if (!file.starts_with(branch->folder + "/")) return std::nullopt;
        const auto found = branch->files.find(file.substr(branch->folder.size() + 1));
        return found == branch->files.end() ? std::nullopt : std::optional{found->second};
    }
    std::ifstream in{file, std::ios::binary};
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) return std::nullopt;
    return text.str();
}

task<result<policy_tree>> read_policy(settings from, git::transport& transport, asio::thread_pool& pool,
                                      gitlab::api* gitlab) {
    const auto what = "the project files of the branch " + from.policy.branch + " of " + from.policy.repository;
    const auto allowed = co_await check_protected(from.policy, gitlab);
    if (!allowed && allowed.error() == errc::refused) co_return allowed.error();
    auto copy = co_await open_copy(from.policy, transport, pool, copy_of(from));
    if (!copy) co_return copy.error().within(what);
    std::string unknown;
    if (!allowed) unknown = allowed.error().sentence();
    if (allowed) {
        const auto followed = co_await follow(from.policy, transport, **copy);
        if (!followed) unknown = followed.error().sentence();
    }
    auto made = co_await read_tree(**copy);
    if (!made)
        co_return failure{made.error().kind(), "Nothing was ever read from the branch " + from.policy.branch + " of " +
                                                   from.policy.repository + ": " +
                                                   (unknown.empty() ? made.error().sentence() : unknown)};
    made->stale = unknown;
    made->folder = policy_folder(from);
    if (!unknown.empty())
        spdlog::warn("policy branch={} stays at commit={}, which was read last: {}", from.policy.branch, made->commit,
                     unknown);
    co_return made;
}

result<policy_tree> read_policy_now(const settings& from) {
    asio::io_context loop{1};
    asio::thread_pool pool{1};
    const auto time = create_system_timers();
    const auto processes = process::create_runner(loop.get_executor());
    const auto transport =
        git::create_transport(*processes, {.secret = from.gitlab.token, .ca_file = from.gitlab.ca_file});
    const auto http = net::create_http_client(loop.get_executor(), {.ca_file = from.gitlab.ca_file}, from.proxy());
    std::unique_ptr<gitlab::api> gitlab;
    if (!from.gitlab.url.empty() && !from.policy.project.empty()) {
        auto made = gitlab::create_api(*http, *time, create_chance(),
                                       {.url = from.gitlab.url, .token = from.gitlab.token, .most_attempts = 2});
        if (!made) return made.error().within("whether the branch of `policy` is protected");
        gitlab = std::move(*made);
    }
    std::optional<result<policy_tree>> read;
    auto work = [&]() -> task<> { read.emplace(co_await read_policy(from, *transport, pool, gitlab.get())); };
    asio::co_spawn(loop, work(), [](const std::exception_ptr& bug) {
        if (bug) std::rethrow_exception(bug);
    });
    loop.run();
    return std::move(*read);
}

}  // namespace slipway::bot
