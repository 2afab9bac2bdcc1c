// What long-ended jobs leave on the disk.
#include "integrations/runner/job_sweep.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/integrations/runner/bench.hpp"

using namespace slipway;
using namespace slipway::runner::test;

TEST_CASE("the folder of a job goes a month after its ending, one that runs or has no ending stays",
          "[runner][command]") {
    bench on;
    REQUIRE(on.pursue(*on.command({"printf", "over\\n"}))->state == runner::state::succeeded);
    const auto jobs = on.folder.file("jobs");
    std::filesystem::create_directories(jobs + "/runs");
    std::ofstream{jobs + "/runs/keeper"} << "1 2 boot\n";
    const auto now = on.time->now();
    CHECK(runner::sweep_jobs(jobs, now) == 0);
    CHECK(runner::sweep_jobs(jobs, now + runner::job_is_kept - milliseconds{60'000}) == 0);
    CHECK(std::filesystem::exists(jobs + "/" + key));
    CHECK(runner::sweep_jobs(jobs, now + runner::job_is_kept + milliseconds{60'000}) == 1);
    CHECK_FALSE(std::filesystem::exists(jobs + "/" + key));
    CHECK(std::filesystem::exists(jobs + "/runs/keeper"));
    CHECK(on.text_of("log") == "over\n");  // the log of the attempt is the release's, not the job's
    CHECK(runner::sweep_jobs(on.folder.file("nothing"), now) == 0);
}
