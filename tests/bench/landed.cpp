// What a landed set costs: a 1,000-commit range with its changelog, and every tag of the repository, on a generated
// history of 10,000 to 30,000 commits that is kept in FOLDER. Each run is a process of its own, so that its memory is
// its own. With git-cliff on the PATH (npm i git-cliff) the same range side by side. One JSON line.
//   bench_landed FOLDER [RUNS]
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <vector>

#include "commands/changelog/entry.hpp"
#include "commands/reconcile/output.hpp"

namespace {

using namespace slipway;

void must(bool good, const std::string& what) {
    if (good) return;
    std::cerr << what << "\n";
    std::exit(1);
}

/// Merges of three commits, squashes, a few reverts and picks, a tag every 500 commits; always the same bytes.
void generate(const std::string& folder, int commits) {
    if (std::filesystem::exists(folder + "/done")) return;
    std::filesystem::remove_all(folder);
    must(std::system(("git init -q --bare -b main '" + folder + "'").c_str()) == 0, "git init");
    FILE* to = popen(("git -C '" + folder + "' fast-import --quiet --date-format=raw").c_str(), "w");
    must(to != nullptr, "git fast-import");
    int mark = 0;
    int main_tip = 0;
    const auto put = [&](const std::string& branch, const std::string& message, int first, int second, bool touches) {
        ++mark;
        std::fprintf(to, "commit refs/heads/%s\nmark :%d\ncommitter Ada <ada@example.org> %d +0000\ndata %zu\n%s\n",
                     branch.c_str(), mark, 1'300'000'000 + mark * 600, message.size(), message.c_str());
        if (first != 0) std::fprintf(to, "from :%d\n", first);
        if (second != 0) std::fprintf(to, "merge :%d\n", second);
        const auto bytes = "line of " + std::to_string(mark) + "\n";
        if (touches)
            std::fprintf(to, "M 644 inline src/d%d/f%d.c\ndata %zu\n%s\n", mark % 40, mark % 900, bytes.size(),
                         bytes.c_str());
        std::fprintf(to, "\n");
        return mark;
    };
    const std::string body =
        "\n\nWhat it does and why, in the two or three lines that people write when they are kind\n"
        "to those who read the history later. It also says what was not done.\n";
    int iid = 0;
    int tagged = 0;
    while (mark < commits) {
        const auto number = std::to_string(++iid);
        if (iid % 4 == 0) {
            main_tip = put("main", "feat: change " + number + " (!" + number + ")" + body, main_tip, 0, true);
        } else {
            int side = main_tip;
            for (int each = 0; each < 3; ++each)
                side = put("side", "fix: part " + std::to_string(each) + " of " + number + body, side, 0, true);
            main_tip = put("main",
                           "Merge branch 'b" + number + "' into 'main'\n\nfeat: change " + number +
                               "\n\nSee merge request shop/app!" + number,
                           main_tip, side, false);
        }
        if (iid % 200 == 0) {
            ++iid;
            main_tip = put("main",
                           "Revert \"change\" (!" + std::to_string(iid) + ")\n\nThis reverts merge request !" +
                               std::to_string(iid - 5),
                           main_tip, 0, true);
        }
        if (mark / 500 > tagged)
            std::fprintf(to, "reset refs/tags/1.%d.0\nfrom :%d\n\n", tagged = mark / 500, main_tip);
    }
    must(pclose(to) == 0, "git fast-import failed");
    must(std::system(("git -C '" + folder + "' repack -adfq").c_str()) == 0, "git repack");
    std::ofstream{folder + "/done"} << "1";
}

struct cost {
    double cpu = 0;  ///< seconds, user and system
    double mib = 0;  ///< peak
};

cost one_run(const std::function<void()>& work) {
    const auto child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
        work();
        _exit(0);
    }
    int status = 0;
    rusage used{};
    must(wait4(child, &status, 0, &used) == child && status == 0, "a run failed");
    const auto seconds = [](const timeval& from) { return static_cast<double>(from.tv_sec) + from.tv_usec / 1e6; };
    return {seconds(used.ru_utime) + seconds(used.ru_stime), static_cast<double>(used.ru_maxrss) / 1024};
}

cost median(int runs, const std::function<void()>& work) {
    std::vector<cost> all;
    for (int each = 0; each < runs; ++each) all.push_back(one_run(work));
    std::ranges::sort(all, {}, &cost::cpu);
    return all[all.size() / 2];
}

git::archive open(const std::string& folder) {
    auto opened = git::archive::open(folder);
    must(opened.has_value(), opened ? "" : opened.error().sentence());
    return std::move(*opened);
}

void range_and_changelog(const std::string& folder, const std::string& from, const std::string& to) {
    const auto repository = open(folder);
    const auto range = reconcile::one_range(repository, from, to, {"shop/app", {}, {}, {}});
    must(range.has_value(), range ? "" : range.error().sentence());
    changelog::entry_plan plan;
    plan.version = to;
    for (const auto& each : range->summary.landed) plan.items.push_back({each.request.iid, each.title, {}});
    std::ostringstream out;
    out << changelog::entry_text(plan);
    reconcile::print_json(*range, out);
    must(out.str().size() > 10'000, "nothing landed");
}

void every_tag(const std::string& folder) {
    const auto repository = open(folder);
    std::ostringstream out;
    const auto done = reconcile::all_tags(repository, {"shop/app", {}, {}, {}},
                                          [&out](const auto& range) { reconcile::print_json(range, out); });
    must(done.has_value() && out.str().size() > 100'000, "no tags");
}

}  // namespace

int main(int count, char** values) {
    must(count > 1, "bench_landed FOLDER [RUNS]");
    const std::string folder = values[1];
    const int runs = count > 2 ? std::max(5, std::stoi(values[2])) : 5;
    boost::json::object line{{"bench", "landed"}, {"runs", runs}};
    for (const int commits : {10'000, 20'000, 30'000}) {
        const auto name = folder + "/history-" + std::to_string(commits) + ".git";
        std::filesystem::create_directories(folder);
        generate(name, commits);
        const auto all = median(runs, [&] { every_tag(name); });
        line["all_tags_" + std::to_string(commits / 1000) + "k_cpu_s"] = all.cpu;
        line["all_tags_" + std::to_string(commits / 1000) + "k_mib"] = all.mib;
    }
    const auto name = folder + "/history-30000.git";
    const auto range = median(runs, [&] { range_and_changelog(name, "1.57.0", "1.59.0"); });
    line["range_cpu_s"] = range.cpu;
    line["range_mib"] = range.mib;
    if (std::system("command -v git-cliff > /dev/null 2>&1") == 0) {
        const auto clone = folder + "/clone-for-git-cliff";  // it reads no bare repositories
        if (!std::filesystem::exists(clone))
            must(std::system(("git clone -q '" + name + "' '" + clone + "'").c_str()) == 0, "git clone");
        const auto peer = median(runs, [&] {
            const auto program = "cd '" + clone + "' && git-cliff 1.57.0..1.59.0 > /dev/null 2>&1";
            execlp("sh", "sh", "-c", program.c_str(), nullptr);
        });
        line["git_cliff_cpu_s"] = peer.cpu;
        line["ratio"] = peer.cpu / range.cpu;
    }
    std::cout << boost::json::serialize(line) << "\n";
}
