#include "deploy/sandbox/company/replay.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "deploy/sandbox/company/records.hpp"
#include "deploy/sandbox/gitlab/rules.hpp"
#include "deploy/sandbox/salt/deployment.hpp"

namespace slipway::sandbox {

namespace fs = std::filesystem;

namespace {

/// Replays one history. A step that cannot be done throws at its line; replay_history makes a failure of it.
class replay {
public:
    replay(const scenario& from, gitlab::hosted_project& into, const std::vector<gitlab::user>& users)
        : from_{from}, into_{into}, users_{users} {}

    std::int64_t bug_merge_request() const { return bug_; }

    void step(const YAML::Node& node) {
        if (node["commit"]) return plain_commit(node["commit"]);
        if (node["merge_request"]) return merge_request(node["merge_request"]);
        if (node["release"]) return release(node["release"]);
        throw YAML::Exception{node.Mark(), "a step is a commit, a merge_request or a release"};
    }

private:
    template <class T>
    T must(const YAML::Node& at, result<T> done) {
        if (!done) throw YAML::Exception{at.Mark(), done.error().sentence()};
        return std::move(*done);
    }
    void must(const YAML::Node& at, result<> done) {
        if (!done) throw YAML::Exception{at.Mark(), done.error().sentence()};
    }

    signature by(const YAML::Node& node, const std::string& key, instant at) const {
        const auto* who = from_.find_persona(key);
        if (!who) throw YAML::Exception{node.Mark(), "no persona has the key " + key};
        return {who->name, who->email, at};
    }

    std::string head_of(const YAML::Node& node, const std::string& branch) const {
        const auto found = into_.git.branch(branch);
        if (!found) throw YAML::Exception{node.Mark(), "there is no branch " + branch + " yet"};
        return *found;
    }

    /// Where a branch starts: "master", or "release:1.1.0" for the trunk as it was at that release.
    std::string start_of(const YAML::Node& node, const std::string& from) const {
        const std::string prefix = "release:";
        if (!from.starts_with(prefix)) return head_of(node, from);
        const auto found = trunk_at_.find(from.substr(prefix.size()));
        if (found == trunk_at_.end()) throw YAML::Exception{node.Mark(), "nothing was released as " + from};
        return found->second;
    }

    std::vector<file_content> changes(const YAML::Node& node, const std::string& base) const {
        std::map<std::string, std::string> texts;
        for (const auto& each : node["write"]) texts[each.first.as<std::string>()] = each.second.as<std::string>();
        for (const auto& each : node["edit"]) edit(each, base, texts);
        std::vector<file_content> files;
        for (auto& [path, bytes] : texts) files.push_back({path, bytes, false});
        if (node["folder"]) add_folder(node["folder"].as<std::string>(), files);
        return files;
    }

    void edit(const YAML::Node& node, const std::string& base, std::map<std::string, std::string>& texts) const {
        const auto path = node["file"].as<std::string>();
        const auto old_text = node["old"].as<std::string>();
        auto text = texts.contains(path) ? texts[path] : into_.git.read(base, path).value_or("");
        const auto at = text.find(old_text);
        if (at == std::string::npos || text.find(old_text, at + 1) != std::string::npos) {
            throw YAML::Exception{node.Mark(), path + " does not hold the old text exactly once"};
        }
        text.replace(at, old_text.size(), node["new"].as<std::string>());
        texts[path] = std::move(text);
    }

    void add_folder(const std::string& name, std::vector<file_content>& files) const {
        const fs::path root = fs::path{from_.product_folder} / name;
        for (const auto& each : fs::recursive_directory_iterator{root}) {
            if (!each.is_regular_file()) continue;
            const bool executable = (each.status().permissions() & fs::perms::owner_exec) != fs::perms::none;
            files.push_back({each.path().lexically_relative(root).generic_string(),
                             salt::read_file(each.path().string()).value_or(""), executable});
        }
        std::ranges::sort(files, {}, &file_content::path);
    }

    std::string commit_on(const YAML::Node& node, const std::string& base, const signature& who,
                          const std::vector<file_content>& files, const std::string& message) {
        const auto tree = must(node, into_.git.tree_with(base, files));
        const auto parents = base.empty() ? std::vector<std::string>{} : std::vector<std::string>{base};
        return must(node, into_.git.create_commit(tree, parents, who, who, message + "\n"));
    }

    void plain_commit(const YAML::Node& node) {
        const auto branch = node["on"].as<std::string>();
        std::string base;
        if (node["from"]) base = start_of(node, node["from"].as<std::string>());
        if (const auto existing = into_.git.branch(branch)) base = *existing;
        const auto who = by(node, node["by"].as<std::string>(), time_at(node["at"]));
        const auto made = commit_on(node, base, who, changes(node, base), node["message"].as<std::string>());
        must(node, into_.git.set_ref("refs/heads/" + branch, made));
    }

    void merge_request(const YAML::Node& node) {
        auto opened = read_merge_request(node, from_, into_.records);
        auto head = start_of(node, node["from"] ? node["from"].as<std::string>() : "master");
        for (const auto& each : node["commits"]) {
            const auto who = by(each, node["by"].as<std::string>(), time_at(each["at"]));
            head = commit_on(each, head, who, changes(each, head), each["message"].as<std::string>());
        }
        must(node, into_.git.set_ref("refs/heads/" + opened.source_branch, head));
        gitlab::refresh(into_, opened, opened.created_at);
        if (node["plants_bug"].as<bool>(false)) bug_ = opened.iid;
        if (const auto merged = node["merged"]) land(merged, opened);
        into_.records.merge_requests.push_back(std::move(opened));
    }

    void land(const YAML::Node& node, gitlab::merge_request& what) {
        const auto* who = from_.find_persona(node["by"].as<std::string>());
        const auto user = who ? std::ranges::find(users_, who->gitlab_username, &gitlab::user::username) : users_.end();
        if (user == users_.end()) throw YAML::Exception{node.Mark(), "nobody by that key can merge"};
        const auto message = gitlab::default_merge_message(into_.records, what);
        must(node, gitlab::merge(into_, what, *user, time_at(node["at"]), message));
        must(node, into_.git.remove_ref("refs/heads/" + what.source_branch));
    }

    std::vector<file_content> release_files(const YAML::Node& node, const std::string& base) const {
        const auto version = node["version"].as<std::string>();
        const auto day = node["at"].as<std::string>().substr(0, 10);
        auto changelog = into_.git.read(base, "CHANGELOG.md").value_or("# Changelog\n");
        std::string entry = "\n## " + version + " (" + day + ")\n\n";
        for (const auto& each : node["notes"]) entry += "- " + each.as<std::string>() + "\n";
        changelog.insert(changelog.find('\n') + 1, entry);
        auto properties = into_.git.read(base, "config/app.properties").value_or("");
        const std::string key = "centrifuge.project.version=";
        const auto at = properties.find(key);
        if (at == std::string::npos) throw YAML::Exception{node.Mark(), "config/app.properties has no " + key};
        const auto start = at + key.size();
        properties.replace(start, properties.find('\n', start) - start, version);
        return {{"CHANGELOG.md", changelog, false}, {"config/app.properties", properties, false}};
    }

    void release(const YAML::Node& node) {
        const auto version = node["version"].as<std::string>();
        const auto at = time_at(node["at"]);
        const auto who = by(node, node["by"].as<std::string>(), at);
        const auto trunk = head_of(node, "master");
        const auto built =
            commit_on(node, trunk, who, release_files(node, trunk), "Build and increment version to " + version);
        must(node, into_.git.set_ref("refs/heads/master", built));
        trunk_at_[version] = built;
        const auto stable = head_of(node, "stable");
        const auto tree = must(node, into_.git.merged_tree(stable, built));
        const auto merged =
            must(node, into_.git.create_commit(tree, {stable, built}, who, who, "Merge branch 'master' into stable\n"));
        must(node, into_.git.set_ref("refs/heads/stable", merged));
        must(node, into_.git.create_tag(version, merged, who, "Version " + version + "\n"));
        add_release(node, into_.records, from_.find_persona(node["by"].as<std::string>())->gitlab_username);
    }

    const scenario& from_;
    gitlab::hosted_project& into_;
    const std::vector<gitlab::user>& users_;
    std::map<std::string, std::string> trunk_at_;  ///< version → the trunk's commit
    std::int64_t bug_ = 0;
};

}  // namespace

std::vector<gitlab::user> gitlab_users(const scenario& from) {
    std::vector<gitlab::user> all;
    for (const auto& each : from.personas) {
        gitlab::user made{each.gitlab_id, each.gitlab_username, each.name, each.email};
        made.access = each.roles.empty() ? 20 : 40;
        made.colour = each.colour;
        made.initials = each.initials;
        all.push_back(std::move(made));
    }
    for (const auto& each : from.gitlab_accounts) {
        gitlab::user made{each.id, each.username, each.name, each.email, each.token, each.access};
        made.colour = "#1f6f54";
        made.initials = each.name.substr(0, 2);
        all.push_back(std::move(made));
    }
    return all;
}

result<replayed> replay_history(const scenario& from, const std::string& state, const std::string& name) {
    const auto file = from.product_folder + "/" + name;
    try {
        const auto root = YAML::LoadFile(file);
        auto records = read_project(root, from);
        auto git = repository::create(repository_folder(state, records.path));
        if (!git) return git.error();
        replayed done;
        done.project = std::make_unique<gitlab::hosted_project>(std::move(records), std::move(*git));
        const auto users = gitlab_users(from);
        replay steps{from, *done.project, users};
        for (const auto& node : root["history"]) steps.step(node);
        done.bug_merge_request = steps.bug_merge_request();
        return done;
    } catch (const YAML::BadFile&) {
        return failure{errc::invalid, file + " cannot be opened; the scenario's product.folder says where it is"};
    } catch (const YAML::Exception& wrong) {
        const auto line = wrong.mark.is_null() ? std::string{} : ":" + std::to_string(wrong.mark.line + 1);
        return failure{errc::invalid, file + line + ": " + wrong.msg};
    } catch (const fs::filesystem_error& wrong) {
        return failure{errc::invalid, file + ": " + wrong.what()};
    }
}

}  // namespace slipway::sandbox
