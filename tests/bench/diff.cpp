// What the diff of two releases costs: 400 files with lines counted and renames found, beside `git diff --stat -M` on
// the same repository. Each run is a process of its own, so both pay for their start. Prints one JSON line.
//   bench_diff [RUNS]          bench_diff --one FOLDER FROM TO   (what is measured)
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "integrations/git/repository.hpp"

namespace {

using namespace slipway;

struct cost {
    double cpu_s = 0;
    long peak_kib = 0;
};

/// Runs a program with nothing on its output; its CPU time and its peak memory.
cost run_program(const std::vector<std::string>& argv, const std::string& input = {}) {
    std::vector<char*> raw;
    for (const auto& each : argv) raw.push_back(const_cast<char*>(each.c_str()));
    raw.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        if (!input.empty() && ::freopen(input.c_str(), "r", stdin) == nullptr) ::_exit(126);
        if (::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(126);
        ::execvp(raw.front(), raw.data());
        ::_exit(127);
    }
    int status = 0;
    rusage used{};
    if (::wait4(child, &status, 0, &used) != child || status != 0)
        throw std::runtime_error{argv.front() + " " + argv.back() + " failed"};
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return {seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss};
}

std::string file_text(int file, bool changed) {
    std::string text;
    for (int line = 0; line < 300; ++line) {
        text += "line " + std::to_string(line) + " of file " + std::to_string(file) + " says " +
                std::to_string((line * 7919 + file * 104729) % 1000003);
        if (changed && line % 40 == file % 40) text += " and now something else";
        text += "\n";
        if (changed && line % 90 == 5) text += "a new line in " + std::to_string(file) + "\n";
    }
    return text;
}

std::string path_of(int file) {
    return "src/part" + std::to_string(file % 50) + "/file" + std::to_string(file) + ".php";
}

void put_file(std::ostream& out, const std::string& path, const std::string& text) {
    out << "M 100644 inline " << path << "\ndata " << text.size() << "\n" << text << "\n";
}

void begin_commit(std::ostream& out, int mark, const std::string& message) {
    out << "commit refs/heads/master\nmark :" << mark << "\ncommitter B <b@x> " << 1'700'000'000 + mark
        << " +0000\ndata " << message.size() << "\n"
        << message << "\n";
}

/// 3,000 files; 320 of them change, 40 move and change, 40 go or come.
void write_history(const std::string& file) {
    std::ofstream out{file, std::ios::binary};
    begin_commit(out, 1, "one release");
    for (int each = 0; each < 3'000; ++each) put_file(out, path_of(each), file_text(each, false));
    begin_commit(out, 2, "the next");
    for (int each = 0; each < 320; ++each) put_file(out, path_of(each), file_text(each, true));
    for (int each = 320; each < 360; ++each) {
        out << "D " << path_of(each) << "\n";
        put_file(out, "moved/" + std::to_string(each) + ".php", file_text(each, true));
    }
    for (int each = 360; each < 380; ++each) out << "D " << path_of(each) << "\n";
    for (int each = 5'000; each < 5'020; ++each) put_file(out, path_of(each), file_text(each, false));
    out << "reset refs/heads/before\nfrom :1\n\ndone\n";
}

int one(const std::string& folder, const std::string& from, const std::string& to) {
    boost::asio::io_context loop;
    boost::asio::thread_pool pool{1};
    const auto work = [](boost::asio::thread_pool& on, std::string where, std::string a,
                         std::string b) -> task<std::size_t> {
        const auto opened = co_await git::open_repository(on, where);
        if (!opened) throw std::runtime_error{opened.error().sentence()};
        const auto before = co_await (*opened)->resolve(a);
        const auto after = co_await (*opened)->resolve(b);
        if (!before || !after) throw std::runtime_error{"the commits are not there"};
        git::diff_options options;
        options.renames = git::renames::found;
        const auto found = co_await (*opened)->diff(*before, *after, std::move(options));
        if (!found) throw std::runtime_error{found.error().sentence()};
        co_return found->size();
    };
    std::size_t files = 0;
    boost::asio::co_spawn(loop, work(pool, folder, from, to), [&](const std::exception_ptr& bug, std::size_t count) {
        if (bug) std::rethrow_exception(bug);
        files = count;
    });
    loop.run();
    return files == 400 ? 0 : 1;
}

cost median(std::vector<cost> all) {
    std::ranges::sort(all, {}, &cost::cpu_s);
    return all[all.size() / 2];
}

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string> arguments(values, values + count);
    if (count == 5 && arguments[1] == "--one") return one(arguments[2], arguments[3], arguments[4]);
    const int runs = count > 1 ? std::stoi(arguments[1]) : 7;
    auto pattern = (std::filesystem::temp_directory_path() / "slipway-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return 1;
    const std::string folder = pattern + "/repository.git";
    write_history(pattern + "/history");
    run_program({"git", "init", "-q", "--bare", folder});
    run_program({"git", "--git-dir", folder, "fast-import", "--quiet", "--done"}, pattern + "/history");
    run_program({"git", "--git-dir", folder, "repack", "-adq"});
    const auto self = std::filesystem::read_symlink("/proc/self/exe").string();
    std::vector<cost> ours;
    std::vector<cost> gits;
    for (int run = 0; run < runs; ++run) {
        ours.push_back(run_program({self, "--one", folder, "before", "master"}));
        gits.push_back(run_program({"git", "--git-dir", folder, "diff", "--stat", "-M", "before", "master"}));
    }
    std::filesystem::remove_all(pattern);
    const auto a = median(ours);
    const auto b = median(gits);
    const boost::json::object line{{"bench", "diff"},
                                   {"files", 400},
                                   {"runs", runs},
                                   {"cpu_s", a.cpu_s},
                                   {"peak_mib", std::lround(static_cast<double>(a.peak_kib) / 1024)},
                                   {"git_cpu_s", b.cpu_s},
                                   {"git_peak_mib", std::lround(static_cast<double>(b.peak_kib) / 1024)},
                                   {"ratio", std::round(a.cpu_s / b.cpu_s * 100) / 100}};
    std::cout << boost::json::serialize(line) << "\n";
}
