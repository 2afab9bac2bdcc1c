#include "integrations/git/transport.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "integrations/base/digest.hpp"
#include "integrations/git/answers.hpp"
#include "integrations/git/git_command.hpp"
#include "integrations/git/names.hpp"

namespace slipway::git {
namespace {

namespace fs = std::filesystem;
using detail::phase;

/// What never came to an exit code. During a push that means: look at the remote before doing it again.
failure unfinished(const std::string& what, const process::outcome& ended, phase during) {
    switch (ended.how) {
        case process::ending::timed_out:
        case process::ending::idle_timed_out:
            return {errc::timed_out, what + ": git did not finish in time and was ended"};
        case process::ending::cancelled:
            return {during == phase::pushing ? errc::lost : errc::cancelled, what + ": git was told to stop"};
        default:
            return {during == phase::pushing ? errc::lost : errc::refused,
                    what + ": git was ended by signal " + std::to_string(ended.code)};
    }
}

result<> check_push(const std::vector<push_ref>& refs) {
    if (refs.empty()) return failure{errc::invalid, "There is nothing to push"};
    for (const auto& each : refs) {
        if (!is_full_ref_name(each.name)) {
            return failure{errc::invalid, "\"" + each.name.substr(0, 80) + "\" is not a full reference name"};
        }
        if (!is_object_id(each.id)) return failure{errc::invalid, "Nothing to push to " + each.name + ": no object id"};
        if (!each.expected.empty() && !is_object_id(each.expected)) {
            return failure{errc::invalid, "The expected id of " + each.name + " is not an object id"};
        }
        if (each.name.starts_with("refs/tags/") && !each.expected.empty() && each.expected != each.id) {
            return failure{errc::refused, each.name + " exists: a published tag is never moved"};
        }
    }
    return {};
}

std::vector<std::string> push_arguments(const std::string& url, const std::vector<push_ref>& refs) {
    std::vector<std::string> arguments{"push", "--porcelain", "--atomic", "--no-verify", "--no-follow-tags"};
    for (const auto& each : refs) arguments.push_back("--force-with-lease=" + each.name + ":" + each.expected);
    arguments.insert(arguments.end(), {"--", url});
    for (const auto& each : refs) arguments.push_back(each.id + ":" + each.name);
    return arguments;
}

/// Local tags as "name → object id", from `for-each-ref`.
std::map<std::string, object_id> tags_in(const std::string& out) {
    std::map<std::string, object_id> tags;
    for (const auto& each : detail::parse_listing(out)) tags[each.name] = each.target;
    return tags;
}

/// Where a clone is made until it is whole; gone with its owner. Two of one directory may be under way at once, each in
/// a place of its own. What lies beside it and is nobody's was left by a process that was killed, and is removed; its
/// git may still be writing there, so that no place is used twice.
class partial_clone {
public:
    partial_clone(const std::string& directory, std::set<fs::path>& being_made)
        : being_made_{being_made}, whole_{directory} {
        const auto prefix = whole_.filename().string() + ".partial";
        std::error_code ignored;
        for (const auto& each : fs::directory_iterator{whole_.parent_path(), ignored})
            if (each.path().filename().string().starts_with(prefix) && !being_made_.contains(each.path()))
                fs::remove_all(each.path(), ignored);
        path_ = whole_.parent_path() / (prefix + "-" + random_hex(8));
        being_made_.insert(path_);
    }
    partial_clone(const partial_clone&) = delete;
    partial_clone& operator=(const partial_clone&) = delete;
    ~partial_clone() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
        being_made_.erase(path_);
    }
    std::string path() const { return path_.string(); }
    /// It is whole: from here on it has its name. errc::exists when somebody else was sooner.
    result<> finish() const {
        std::error_code problem, ignored;
        fs::rename(path_, whole_, problem);
        if (!problem) return {};
        if (fs::exists(whole_, ignored))
            return failure{errc::exists, whole_.string() + " was made by somebody else meanwhile"};
        return failure{errc::refused, "Cannot put the clone at " + whole_.string() + ": " + problem.message()};
    }

private:
    std::set<fs::path>& being_made_;
    fs::path whole_;
    fs::path path_;
};

class git_transport final : public transport {
public:
    git_transport(process::runner& runner, transport_settings settings)
        : runner_{runner}, settings_{std::move(settings)} {}

    task<result<>> clone_bare(std::string url, std::string directory) override;
    task<result<fetched>> fetch(std::string directory, std::string url) override;
    task<result<std::vector<remote_ref>>> list_remote(std::string url) override;
    task<result<push_report>> push(std::string directory, std::string url, std::vector<push_ref> refs) override;
    task<result<>> checkout(std::string directory, object_id commit, std::string work_tree) override;

private:
    struct job {
        std::string what;  ///< for sentences
        std::string directory;
        std::string url;
        std::vector<std::string> arguments;
        std::string input;
        milliseconds limit;
        phase during = phase::reading;
    };
    /// The finished run, whatever its exit code.
    task<result<process::outcome>> run(job wanted);
    /// Standard output of a run that succeeded.
    task<result<std::string>> output_of(job wanted);
    task<result<>> require_forward(std::string directory, push_ref wanted);

    process::runner& runner_;
    const transport_settings settings_;
    std::set<fs::path> clones_;  ///< being made
};

task<result<process::outcome>> git_transport::run(job wanted) {
    auto command = detail::git_command(settings_, wanted.directory, wanted.url, wanted.arguments);
    if (!command) co_return command.error();
    command->input = wanted.input;
    command->total_timeout = wanted.limit;
    const auto ended = co_await runner_.run(std::move(*command));
    if (!ended) co_return ended.error().within(wanted.what);
    if (ended->how != process::ending::exited) co_return unfinished(wanted.what, *ended, wanted.during);
    co_return *ended;
}

task<result<std::string>> git_transport::output_of(job wanted) {
    const std::string what = wanted.what;
    const phase during = wanted.during;
    const auto ended = co_await run(std::move(wanted));
    if (!ended) co_return ended.error();
    if (ended->code != 0) co_return detail::explain(what, ended->err, during);
    if (ended->output_cut) co_return failure{errc::refused, what + ": git's answer was too large to be read whole"};
    co_return ended->out;
}

task<result<>> git_transport::clone_bare(std::string url, std::string directory) {
    const auto usable = check_remote_url(url);
    if (!usable) co_return usable.error();
    std::error_code ignored;
    if (fs::exists(directory, ignored)) co_return failure{errc::exists, directory + " exists already"};
    const partial_clone partial{directory, clones_};
    job clone{"Cannot clone " + url, "/", url, {"clone", "--bare", "--quiet", "--", url, partial.path()}, "",
              settings_.limit};
    const auto cloned = co_await output_of(std::move(clone));
    if (!cloned) co_return cloned.error();
    co_return partial.finish();
}

task<result<std::vector<remote_ref>>> git_transport::list_remote(std::string url) {
    const auto usable = check_remote_url(url);
    if (!usable) co_return usable.error();
    job listing{"Cannot list the references of " + url, "/", url,
                {"ls-remote", "--quiet", "--", url},    "",  settings_.quick_limit};
    const auto out = co_await output_of(std::move(listing));
    if (!out) co_return out.error();
    co_return detail::parse_listing(*out);
}

task<result<fetched>> git_transport::fetch(std::string directory, std::string url) {
    auto remote = co_await list_remote(url);
    if (!remote) co_return remote.error();
    job listing{"Cannot list the tags of " + directory,
                directory,
                "",
                {"for-each-ref", "--format=%(objectname)%09%(refname)", "refs/tags"},
                "",
                settings_.quick_limit};
    const auto local = co_await output_of(std::move(listing));
    if (!local) co_return local.error();
    const auto tags = tags_in(*local);

    fetched outcome;
    std::string refspecs = "+refs/heads/*:refs/remotes/origin/*\n";
    for (const auto& each : *remote) {
        if (!each.name.starts_with("refs/tags/")) continue;
        const auto here = tags.find(each.name);
        if (here == tags.end())
            refspecs.append(each.name).append(":").append(each.name).append("\n");
        else if (here->second != each.target)
            outcome.moved_tags.push_back({each.name, here->second, each.target});
    }
    std::vector<std::string> arguments{
        "fetch", "--quiet", "--atomic", "--prune", "--no-tags", "--no-write-fetch-head", "--stdin", "--", url};
    job fetch{"Cannot fetch from " + url, directory, url, std::move(arguments), refspecs, settings_.limit};
    const auto done = co_await output_of(std::move(fetch));
    if (!done) co_return done.error();
    outcome.remote = std::move(*remote);
    co_return outcome;
}

/// A lease lets git move a branch anywhere; we only ever move it forward.
task<result<>> git_transport::require_forward(std::string directory, push_ref wanted) {
    const bool is_branch = wanted.name.starts_with("refs/heads/");
    if (!is_branch || wanted.expected.empty() || wanted.expected == wanted.id) co_return result<>{};
    job question{"Cannot compare " + wanted.expected + " with " + wanted.id,  directory, "",
                 {"merge-base", "--is-ancestor", wanted.expected, wanted.id}, "",        settings_.quick_limit};
    const auto ended = co_await run(std::move(question));
    if (!ended) co_return ended.error();
    if (ended->code == 0) co_return result<>{};
    if (ended->code == 1) {
        co_return failure{errc::refused, wanted.name + " would lose commits: " + wanted.expected +
                                             " is not part of the history of " + wanted.id + ". Merge it first"};
    }
    co_return failure{errc::not_found, wanted.name + ": " + wanted.expected + " or " + wanted.id +
                                           " is not in the local repository. Fetch first"};
}

task<result<push_report>> git_transport::push(std::string directory, std::string url, std::vector<push_ref> refs) {
    const auto usable = check_remote_url(url);
    if (!usable) co_return usable.error();
    const auto sound = check_push(refs);
    if (!sound) co_return sound.error();
    for (const auto& each : refs) {
        const auto forward = co_await require_forward(directory, each);
        if (!forward) co_return forward.error();
    }
    job push{"Cannot push to " + url, directory, url, push_arguments(url, refs), "", settings_.limit, phase::pushing};
    const auto ended = co_await run(std::move(push));
    if (!ended) co_return ended.error();
    co_return detail::judge_push(refs, ended->code, ended->out, ended->err);
}

task<result<>> git_transport::checkout(std::string directory, object_id commit, std::string work_tree) {
    if (!is_object_id(commit)) co_return failure{errc::invalid, "A checkout needs a commit id"};
    std::error_code ignored;
    if (fs::exists(work_tree, ignored)) co_return failure{errc::exists, work_tree + " exists already"};
    // A clone that borrows objects, not `git worktree`: build scripts may do anything in it, and removing the folder
    // ends it.
    const partial_clone partial{work_tree, clones_};
    job clone{"Cannot make a work tree at " + work_tree,
              "/",
              "",
              {"clone", "--quiet", "--shared", "--no-checkout", "--", directory, partial.path()},
              "",
              settings_.limit};
    const auto cloned = co_await output_of(std::move(clone));
    if (!cloned) co_return cloned.error();
    job files{"Cannot check out " + commit + " at " + work_tree,
              partial.path(),
              "",
              {"checkout", "--quiet", "--force", "--detach", commit, "--"},
              "",
              settings_.limit};
    const auto done = co_await output_of(std::move(files));
    if (!done) co_return done.error();
    co_return partial.finish();
}

}  // namespace

std::unique_ptr<transport> create_transport(process::runner& runner, transport_settings settings) {
    return std::make_unique<git_transport>(runner, std::move(settings));
}

}  // namespace slipway::git
