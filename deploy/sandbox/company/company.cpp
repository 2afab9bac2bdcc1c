#include "deploy/sandbox/company/company.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "deploy/sandbox/company/replay.hpp"
#include "deploy/sandbox/salt/deployment.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox {

namespace fs = std::filesystem;

namespace {

/// Refuses a push while the file "refuse" beside it names one of the pushed refs: all or nothing, as GitLab's own hook.
constexpr const char* pre_receive = R"(#!/bin/sh
# Refuses refs listed in the repository's file "refuse", one shell pattern a line.
refused=0
while read -r old new ref; do
    test -f refuse || continue
    while read -r pattern; do
        case "$ref" in
        $pattern)
            case "$ref" in
            refs/tags/*) echo "GitLab: You are not allowed to create this tag as it is protected." >&2 ;;
            *) echo "GitLab: You are not allowed to push code to protected branches on this project." >&2 ;;
            esac
            refused=1
            ;;
        esac
    done < refuse
done
exit $refused
)";

/// The build tool of the company: runs a script of the checkout it stands in.
constexpr const char* substance = R"(#!/bin/sh
# substance run NAME: runs scripts/NAME of the project in the current folder.
set -u
if [ "$#" -ne 2 ] || [ "$1" != run ]; then
    echo "usage: substance run build|test" >&2
    exit 64
fi
case "$2" in
*[!a-z-]*)
    echo "substance: '$2' is not the name of a script" >&2
    exit 64
    ;;
esac
if [ ! -x "scripts/$2" ]; then
    echo "substance: $(pwd) has no scripts/$2" >&2
    exit 66
fi
echo "substance: $2"
exec "./scripts/$2"
)";

result<> write_program(const std::string& file, const std::string& text) {
    const auto written = salt::write_file(file, text);
    if (written) ::chmod(file.c_str(), 0755);
    return written;
}

std::string quoted(const std::string& word) {
    std::string text = "'";
    for (const char each : word) text += each == '\'' ? std::string{"'\\''"} : std::string{each};
    return text + "'";
}

result<> write_programs(const std::string& folder, const std::string& salt_program) {
    const auto tool = write_program(folder + "/bin/substance", substance);
    if (!tool || salt_program.empty()) return tool;
    for (const std::string name : {"salt", "salt-run"}) {
        const auto text = "#!/bin/sh\nSALT_SANDBOX_STATE=" + quoted(folder) + " SALT_SANDBOX_NAME=" + name + " exec " +
                          quoted(salt_program) + " \"$@\"\n";
        const auto written = write_program(folder + "/bin/" + name, text);
        if (!written) return written;
    }
    return {};
}

/// minions.json (what the master knows), and every server running the last release.
result<> start_servers(const scenario& from, const std::string& folder, const gitlab::hosted_project& product) {
    const auto newest = salt::newest_tag(product.git, "stable");
    if (!newest) return newest.error();
    const auto released = product.git.commit(newest->commit);
    if (!released) return released.error();
    json::array minions;
    for (const auto& each : from.servers) {
        json::object minion;
        minion["id"] = each.id;
        minion["roles"] = json::array(each.roles.begin(), each.roles.end());
        minions.push_back(std::move(minion));
        const auto since = released->committer.at + std::chrono::minutes{20};
        const auto done = salt::deploy(folder, each.id, product.git, *newest, since);
        if (!done) return done;
        for (const auto& name : each.services) {
            const auto installed = salt::install(folder, each.id, name, since);
            if (!installed) return installed;
        }
    }
    json::object known;
    known["repository"] = product.git.folder();
    known["minions"] = std::move(minions);
    const auto written = salt::write_file(folder + "/salt/minions.json", json::serialize(known) + "\n");
    if (!written) return written;
    return salt::write_file(folder + "/salt/faults.json", "{}\n");
}

constexpr const char* mark = "this-is-a-slipway-sandbox";

/// Removes what an earlier sandbox left in its folder; a folder with such things that no sandbox made stays as it is.
result<> empty_folder(const fs::path& state) {
    std::error_code problem;
    const auto parts = {"git", "hosts", "salt", "bin"};
    const bool is_ours = fs::exists(state / mark, problem);
    for (const auto* part : parts) {
        if (!is_ours && fs::exists(state / part, problem)) {
            return failure{errc::invalid, (state / part).string() +
                                              " was not made by a sandbox and would be lost; name another "
                                              "folder with --state"};
        }
    }
    for (const auto* part : parts) {
        fs::remove_all(state / part, problem);
        if (problem)
            return failure{errc::invalid, (state / part).string() + " cannot be removed: " + problem.message()};
    }
    fs::create_directories(state, problem);
    if (problem) return failure{errc::invalid, state.string() + " cannot be made: " + problem.message()};
    return salt::write_file((state / mark).string(), "Emptied at every start.\n");
}

}  // namespace

std::string repository_folder(const std::string& state, const std::string& project_path) {
    return state + "/git/" + project_path + ".git";
}

result<built_company> build_company(const scenario& from, const std::string& folder, const std::string& salt_program) {
    const auto state = fs::absolute(folder).lexically_normal().string();
    const auto emptied = empty_folder(state);
    if (!emptied) return emptied.error();

    auto replayed = replay_history(from, state, "history.yaml");
    if (!replayed) return replayed.error();
    built_company built;
    built.folder = state;
    built.gitlab.version = from.gitlab_version;
    built.gitlab.users = gitlab_users(from);
    built.bug_merge_request = replayed->bug_merge_request;
    const auto started = start_servers(from, state, *replayed->project);
    if (!started) return started.error();
    const auto programs = write_programs(state, salt_program);
    if (!programs) return programs.error();
    built.gitlab.projects.push_back(std::move(replayed->project));
    for (const auto& file : from.product_dependencies) {
        auto other = replay_history(from, state, file);
        if (!other) return other.error();
        built.gitlab.projects.push_back(std::move(other->project));
    }
    for (const auto& each : built.gitlab.projects) {
        const auto hook = write_program(each->git.folder() + "/hooks/pre-receive", pre_receive);
        if (!hook) return hook.error();
    }
    return built;
}

}  // namespace slipway::sandbox
