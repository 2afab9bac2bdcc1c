// Histories written commit by commit into a bare repository, by one `git fast-import` that answers every commit with
// its id, so that later messages can name earlier commits. A history of twenty commits takes a few milliseconds.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

extern char** environ;

namespace slipway::fakes {

/// What must not change any answer.
struct disturbance {
    bool backward_clock = false;  ///< every commit is older than its parent
    bool repacked = false;
    bool unrelated_branches = false;
};

class scripted_history {
public:
    explicit scripted_history(std::string folder, disturbance how = {}) : folder_{std::move(folder)}, how_{how} {
        run("git init --quiet --bare --initial-branch=main '" + folder_ + "'");
        start();
    }
    scripted_history(const scripted_history&) = delete;
    scripted_history& operator=(const scripted_history&) = delete;
    ~scripted_history() {
        if (child_ != 0) finish();
    }

    /// A commit on `branch` with `file` set to something new ("" = nothing is touched); its id. The branch begins where
    /// the first parent says, or at its own tip when no parents are given.
    std::string commit(const std::string& branch, const std::string& message, const std::string& file = "code.c",
                       std::vector<std::string> parents = {}, const std::string& content = "") {
        ++count_;
        if (parents.empty() && tips_.contains(branch)) parents = {tips_[branch]};
        const auto time =
            std::to_string(how_.backward_clock ? 1'900'000'000 - 100 * count_ : 1'500'000'000 + 100 * count_);
        std::string text = "commit refs/heads/" + branch + "\nmark :" + std::to_string(count_) + "\n";
        text += "author " + author + " <someone@example.org> " + time + " +0100\n";
        text += "committer Ada <ada@example.org> " + time + " +0100\n" + data(message);
        if (!parents.empty()) text += "from " + mark_of(parents[0]) + "\n";
        for (std::size_t each = 1; each < parents.size(); ++each) text += "merge " + mark_of(parents[each]) + "\n";
        const auto bytes = content.empty() ? "state " + std::to_string(count_) + "\n" : content;
        if (!file.empty() && content.starts_with(submodule_at))
            text += "M 160000 " + content.substr(submodule_at.size()) + " " + file + "\n";
        else if (!file.empty())
            text += "M 644 inline " + file + "\n" + data(bytes);
        send(text + "\nget-mark :" + std::to_string(count_) + "\n");
        const auto id = answer();
        marks_[id] = count_;
        return tips_[branch] = id;
    }
    /// A merge of `side` into `branch`. Who merged what is all that is scripted: the tree stays that of the branch.
    std::string merge(const std::string& branch, const std::string& side, const std::string& message) {
        return commit(branch, message, "", {tips_.at(branch), tips_.at(side)});
    }
    /// A new branch at a commit.
    void branch(const std::string& name, const std::string& at) {
        send("reset refs/heads/" + name + "\nfrom " + mark_of(at) + "\n\n");
        tips_[name] = at;
    }
    void tag(const std::string& name, const std::string& at) {
        send("reset refs/tags/" + name + "\nfrom " + mark_of(at) + "\n\n");
    }
    const std::string& tip(const std::string& branch) const { return tips_.at(branch); }

    /// Writes everything out; nothing can be added afterwards.
    const std::string& finish() {
        if (how_.unrelated_branches) {
            tips_.erase("unrelated");
            for (int each = 0; each < 3; ++each) commit("unrelated", "Noise (!" + std::to_string(900 + each) + ")");
        }
        close(input_);
        close(output_);
        int status = 0;
        waitpid(child_, &status, 0);
        child_ = 0;
        if (status != 0) throw std::runtime_error{"git fast-import failed in " + folder_};
        if (how_.repacked) run("git -C '" + folder_ + "' repack -adfq && git -C '" + folder_ + "' pack-refs --all");
        return folder_;
    }
    std::string author = "Ada Lovelace";
    /// Content that begins so, with a commit's id behind it, makes the file a submodule there.
    static inline const std::string submodule_at = "submodule at ";

    static void run(const std::string& command) {
        if (std::system(command.c_str()) != 0) throw std::runtime_error{command};  // fixed words, our own folder
    }

private:
    /// What is not packed yet is known by its mark alone.
    std::string mark_of(const std::string& id) const { return ":" + std::to_string(marks_.at(id)); }
    static std::string data(const std::string& bytes) {
        return "data " + std::to_string(bytes.size()) + "\n" + bytes + "\n";
    }
    void start() {
        std::array<int, 2> in{}, out{};
        if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error{"pipe"};
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], 0);
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        std::vector<std::string> words{"git", "-C", folder_, "fast-import", "--quiet", "--force", "--date-format=raw"};
        std::vector<char*> argv;
        for (auto& each : words) argv.push_back(each.data());
        argv.push_back(nullptr);
        if (posix_spawnp(&child_, "git", &actions, nullptr, argv.data(), environ) != 0) throw std::runtime_error{"git"};
        posix_spawn_file_actions_destroy(&actions);
        close(in[0]);
        close(out[1]);
        input_ = in[1];
        output_ = out[0];
    }
    void send(std::string_view text) const {
        while (!text.empty()) {
            const auto sent = write(input_, text.data(), text.size());
            if (sent <= 0) throw std::runtime_error{"git fast-import has gone away"};
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    std::string answer() const {
        std::string id;
        for (char c = 0; read(output_, &c, 1) == 1 && c != '\n';) id += c;
        if (id.size() != 40) throw std::runtime_error{"git fast-import answered \"" + id + "\""};
        return id;
    }

    std::string folder_;
    disturbance how_;
    pid_t child_ = 0;
    int input_ = -1;
    int output_ = -1;
    int count_ = 0;
    std::map<std::string, std::string> tips_;
    std::map<std::string, int> marks_;
};

}  // namespace slipway::fakes
