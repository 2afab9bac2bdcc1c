#include "integrations/runner/job_sweep.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>
#include <vector>

namespace slipway::runner {

namespace fs = std::filesystem;

std::size_t sweep_jobs(const std::string& folder, instant now) {
    std::error_code trouble;
    std::vector<fs::path> over;
    for (fs::directory_iterator each{folder, trouble}, end; !trouble && each != end; each.increment(trouble)) {
        std::error_code unknown;
        const auto ended = fs::last_write_time(each->path() / "ending", unknown);
        if (unknown) continue;  // it runs, or nobody knows how it ended: people may still want to look
        if (std::chrono::file_clock::to_sys(ended) + job_is_kept < now) over.push_back(each->path());
    }
    std::size_t removed = 0;
    for (const auto& each : over) {
        std::error_code refused;
        fs::remove_all(each, refused);
        if (refused)
            spdlog::warn("job={} is long over and cannot be removed: {}", each.string(), refused.message());
        else
            ++removed;
    }
    return removed;
}

task<> keep_sweeping_jobs(timers& time, std::string projects) {
    constexpr milliseconds between{3'600'000};
    for (;;) {
        // Never right after a start: a bot that was away for long reads first how its jobs ended.
        co_await time.sleep(between);
        std::size_t removed = 0;
        std::error_code none_yet;
        for (fs::directory_iterator each{projects, none_yet}, end; !none_yet && each != end; each.increment(none_yet))
            removed += sweep_jobs((each->path() / "jobs").string(), time.now());
        if (removed > 0) spdlog::info("jobs_removed={} because they ended more than 30 days ago", removed);
    }
}

}  // namespace slipway::runner
