// Who most likely caused an error: a trace of 30 calls in a repository of 30,000 commits, crashing in a file of 7,000
// lines that is changed often. Beside it `git blame` of that file over the same range. CPU seconds of fresh processes,
// in turns; prints one JSON line.   bench_suspects [RUNS] [COMMITS] [COMMITS IN THE RANGE]
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "commands/steps/watching/evidence.hpp"
#include "integrations/async/heap.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/git/repository.hpp"

namespace {

using namespace slipway;

constexpr int lines = 7'000;
const std::string hot = "src/Legacy/Checkout.php";

template <class T>
T run(boost::asio::io_context& loop, task<T> work) {
    std::optional<T> answer;
    boost::asio::co_spawn(loop, std::move(work), [&](const std::exception_ptr& problem, T value) {
        if (problem) std::rethrow_exception(problem);
        answer.emplace(std::move(value));
    });
    loop.restart();
    loop.run();
    return std::move(answer).value();
}

std::string file_of_version(const std::vector<int>& versions) {
    std::string text = "<?php\n";
    for (int line = 2; line <= lines; ++line)
        text += "    $step" + std::to_string(line) + " = work(" + std::to_string(line) + ", " +
                std::to_string(versions[static_cast<std::size_t>(line)]) + ");\n";
    return text;
}

/// One `git fast-import`: two of three commits touch small files all over a tree of 2,000, the third changes five
/// places of the hot file. Every tenth commit is a merge of a branch of one.
struct ends {
    std::string base, head;
};

void say(std::ostream& to, const std::string& data) {
    to << "data " << data.size() << "\n" << data << "\n";
}

ends build(const std::string& folder, int commits, int in_range) {
    if (std::system(("git init --quiet --bare --initial-branch=stable '" + folder + "'").c_str()) != 0)
        throw std::runtime_error{"git init failed"};
    const auto stream = folder + "/import";
    {
        std::ofstream out{stream};
        std::vector<int> versions(lines + 1, 0);
        unsigned int seed = 7;
        const auto random = [&seed](int below) {
            seed = seed * 1'664'525U + 1'013'904'223U;
            return static_cast<int>((seed >> 8U) % static_cast<unsigned int>(below));
        };
        for (int number = 1; number <= commits; ++number) {
            const auto who = "Person" + std::to_string(random(40));
            out << "commit refs/heads/stable\nmark :" << number << "\nauthor " << who << " <" << who << "@example.org> "
                << 1'500'000'000 + number * 600 << " +0000\ncommitter " << who << " <" << who << "@example.org> "
                << 1'500'000'000 + number * 600 << " +0000\n";
            const bool merges = number % 10 == 0 && number > 20;
            say(out, merges ? "Merge branch 'work'\n\nSee merge request shop/app!" + std::to_string(number)
                            : "Change " + std::to_string(number));
            if (number > 1) out << "from :" << (merges ? number - 2 : number - 1) << "\n";
            if (merges) out << "merge :" << number - 1 << "\n";
            if (number == 1) {
                for (int file = 0; file < 2'000; ++file) {
                    out << "M 644 inline src/Part" << file / 50 << "/File" << file << ".php\n";
                    say(out, "<?php // " + std::to_string(file) + "\n");
                }
            }
            if (number % 3 == 0 || number == 1) {
                for (int change = 0; change < 5; ++change)
                    versions[static_cast<std::size_t>(2 + random(lines - 2))] = number;
                out << "M 644 inline " << hot << "\n";
                say(out, file_of_version(versions));
            } else {
                const int file = random(2'000);
                out << "M 644 inline src/Part" << file / 50 << "/File" << file << ".php\n";
                say(out, "<?php // " + std::to_string(number) + "\n");
            }
        }
        out << "done\n";
    }
    const auto git = "git -C '" + folder + "' ";
    if (std::system((git + "fast-import --quiet --done < '" + stream + "'").c_str()) != 0 ||
        std::system((git + "repack -adq --depth=50 --window=10").c_str()) != 0)
        throw std::runtime_error{"the history could not be written"};
    std::filesystem::remove(stream);
    const auto id = [&](const std::string& what) {
        const auto file = folder + "/answer";
        if (std::system((git + "rev-parse '" + what + "' > '" + file + "'").c_str()) != 0)
            throw std::runtime_error{"git rev-parse failed"};
        std::ifstream in{file};
        std::string line;
        std::getline(in, line);
        return line;
    };
    return {id("stable~" + std::to_string(in_range * 9 / 10)), id("stable")};
}

telemetry::event trace() {
    telemetry::event made;
    telemetry::exception_value thrown;
    thrown.type = "TypeError";
    thrown.value = "rate is null";
    std::vector<telemetry::frame> calls;
    for (int call = 0; call < 30; ++call) {
        telemetry::frame frame;
        const bool is_hot = call % 3 != 0;
        frame.filename =
            is_hot ? hot : "src/Part" + std::to_string(call) + "/File" + std::to_string(call * 50) + ".php";
        frame.function = "step" + std::to_string(call);
        frame.line = is_hot ? 200 + call * 220 : 1;
        calls.push_back(frame);
    }
    thrown.frames = std::move(calls);
    made.exceptions = {thrown};
    return made;
}

/// What one release's question costs a bot that has just opened the repository. The number of suspects is the exit
/// code.
[[noreturn]] void ask(const std::string& folder, const ends& range) {
    keep_freed_memory();  // as the bot does
    asio::io_context loop;
    asio::thread_pool pool{1};
    auto repository = run(loop, git::open_repository(pool, folder)).value();
    const auto time = create_system_timers();
    release::release_state state;
    state.facts["stable_commit"] = range.head;
    state.facts["previous_commit"] = range.base;
    steps::context here;
    here.state = std::make_shared<const release::release_state>(std::move(state));
    here.project = std::make_shared<const release::project_settings>();
    here.with.time = time.get();
    const auto facts = run(loop, steps::collect_evidence(here, repository.get(), trace())).value();
    const auto found = errors::suspects_of(facts);
    std::_Exit(found.ranked.empty() ? 1 : 0);
}

double cpu_of(const rusage& used) {
    const auto seconds = [](const timeval& each) { return double(each.tv_sec) + double(each.tv_usec) / 1e6; };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

template <class Child>
double child_cpu(Child child) {
    const auto process = ::fork();
    if (process == 0) child();
    int status = 0;
    rusage used{};
    if (::wait4(process, &status, 0, &used) != process || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw std::runtime_error{"a measured process failed"};
    return cpu_of(used);
}

double median(std::vector<double> of) {
    std::ranges::sort(of);
    return of[of.size() / 2];
}

double rounded(double value) {
    return std::round(value * 1000) / 1000;
}

}  // namespace

int main(int count, char** values) {
    const int runs = count > 1 ? std::stoi(values[1]) : 5;
    const int commits = count > 2 ? std::stoi(values[2]) : 30'000;
    const int in_range = count > 3 ? std::stoi(values[3]) : 600;
    const auto folder = std::filesystem::temp_directory_path() / ("bench-suspects-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const auto range = build(folder.string(), commits, in_range);
    std::vector<double> ours, theirs;
    for (int run = 0; run < runs; ++run) {
        ours.push_back(child_cpu([&] { ask(folder.string(), range); }));
        theirs.push_back(child_cpu([&] {
            if (std::freopen("/dev/null", "w", stdout) == nullptr) std::_Exit(126);
            const auto span = range.base + ".." + range.head;
            ::execlp("git", "git", "-C", folder.c_str(), "blame", "--porcelain", span.c_str(), "--", hot.c_str(),
                     nullptr);
            std::_Exit(127);
        }));
    }
    std::filesystem::remove_all(folder);
    std::cout << "{\"bench\":\"suspects\",\"runs\":" << runs << ",\"commits\":" << commits
              << ",\"in_range\":" << in_range << ",\"cpu_s\":" << rounded(median(ours))
              << ",\"git_blame_s\":" << rounded(median(theirs))
              << ",\"times_git_blame\":" << rounded(median(ours) / median(theirs)) << "}\n";
}
