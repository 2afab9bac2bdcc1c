// D3 and D4 against the sandbox's GitLab: scripts that QA signs for, and a runbook whose lines run by a click.
#include <catch2/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <filesystem>
#include <fstream>
#include "commands/steps/runbook/gather.hpp"

#include "integrations/store/store.hpp"
#include "tests/fakes/fake_salt.hpp"
#include "tests/fakes/fake_salt_jobs.hpp"
#include "tests/fakes/run_until.hpp"
#include "tests/unit/commands/steps/milestone_room.hpp"

namespace slipway::steps::test {
namespace {

const release::choice& choice_of(const release::item_state& item, const std::string& id) {
    const auto found = std::ranges::find(item.choices, id, &release::choice::id);
    if (found == item.choices.end()) FAIL(item.id << " offers no " << id);
    return *found;
}

bool offers(const release::item_state& item, const std::string& id) {
    return std::ranges::find(item.choices, id, &release::choice::id) != item.choices.end();
}

struct runbook_room : milestone_room {
    runbook_room() {
        memory = store::open_sqlite(loop.get_executor(), ":memory:", [this] { return time.now(); }).value();
        store = memory.get();
        salt = &master;
        salt_jobs = &jobs;
        master.hosts = {"w1", "w2"};
        project_.salt.poll = milliseconds{10};
        clock = real_time.get();
        programs.processes = processes.get();
        programs.keeper = SLIPWAY_BINARY_DIR "/slipway-keep";
        programs.folder = folder.file("jobs");
        project_.runbook.allow = {{"printf"}, {"false"}, {"salt", "-L", "*", "service.*", "..."}};
        with["phase"] = "before";
    }
    ~runbook_room() {
        run(memory->close());
        memory.reset();
    }
    void write(const std::string& salts, const std::string& rest = "## Downtime\n\nTen minutes.\n") {
        description() = "Ships.\n\n## Salts\n\n" + salts + "\n" + rest;
    }
    void look_well(const std::string& kind) {
        const auto seen = look(kind);
        if (!seen) FAIL(seen.error().sentence());
    }
    /// What D3 leaves behind.
    void sign() {
        release::step_state other;
        std::swap(step, other);
        look_well("scripts");
        REQUIRE(choose("scripts", "scripts", "tested"));
        std::swap(step, other);
    }
    /// Presses “Run” and is gone, as a killed bot is, once the program has begun to write.
    void press_and_go(const std::string& id) {
        boost::asio::cancellation_signal end;
        bool over = false;
        asio::co_spawn(loop, kind("runbook").perform(at("runbook"), intent(id, "run")),
                       boost::asio::bind_cancellation_slot(
                           end.slot(), [&over](std::exception_ptr, const result<outcome>&) { over = true; }));
        fakes::run_until(loop, [this] { return std::filesystem::exists(folder.file("begun")); });
        end.emit(boost::asio::cancellation_type::terminal);
        fakes::run_until(loop, [&over] { return over; });
    }
    int times_begun() const {
        std::ifstream in{folder.file("begun")};
        return static_cast<int>(std::count(std::istreambuf_iterator<char>{in}, {}, '\n'));
    }
    std::unique_ptr<timers> real_time = create_system_timers();
    fakes::fake_salt master;
    fakes::fake_salt_jobs jobs;
    std::unique_ptr<store::store> memory;
};

}  // namespace

TEST_CASE("D3 the scripts are shown in order, QA signs, and the word holds for exactly these lines",
          "[steps][runbook]") {
    runbook_room room;
    room.write("1. `salt -L w1 service.stop orders`\n2. Tell support.\n");
    auto& more = room.records().issues.emplace_back(room.issue(2));
    more.iid = 99;
    more.labels = {"deploy-script", "after"};
    more.description = "```sh\nsalt -L w1 service.start orders\n```\n";
    room.look_well("scripts");
    REQUIRE(room.step.items.size() == 1);
    const auto& item = room.item("scripts");
    CHECK(item.body ==
          "salt -L w1 service.stop orders\n# Tell support.\n# ---- after the build ----\nsalt -L w1 service.start "
          "orders\n");
    CHECK(item.asks == std::vector<release::person_id>{{"T1", "U0QUINN"}});
    CHECK(choice_of(item, "tested").roles == std::vector<std::string>{"qa"});
    CHECK_FALSE(item.file.empty());
    CHECK(room.state_.fact("downtime") == "yes");
    REQUIRE(room.choose("scripts", "scripts", "tested"));
    room.look_well("scripts");
    CHECK(room.item("scripts").status == release::item_status::done);

    room.write("1. `salt -L w1 service.stop orders`\n");
    CHECK(room.perform("scripts").error() == errc::moved);
    room.look_well("scripts");
    CHECK(room.item("scripts").status == release::item_status::open);
    const auto late = room.choose("scripts", "scripts", "problem", "it stops everything");
    CHECK_FALSE(late->ok);
}

TEST_CASE("D3 a milestone without scripts asks nobody and says whether there is downtime", "[steps][runbook]") {
    runbook_room room;
    room.description() = "Ships.";
    const auto seen = room.look("scripts");
    REQUIRE(seen);
    CHECK(seen->complete);
    CHECK(seen->found.summary == "the milestone has no deployment scripts, no downtime");
    CHECK(room.state_.fact("downtime") == "no");
    // A label says it as well as a section.
    room.issue(4).labels.push_back("downtime");
    CHECK(room.look("scripts")->found.summary.find("issue #4 is labelled downtime") != std::string::npos);
    room.description() = "## Salts\n```sh\nsalt x\n";
    const auto unreadable = room.look("scripts");
    REQUIRE_FALSE(unreadable);
    CHECK(unreadable.error().sentence().find("never closed") != std::string::npos);
}

TEST_CASE("D4 one block to copy, and each line runs by a click with its own button", "[steps][runbook]") {
    runbook_room room;
    room.write(
        "1. `printf 'one two'`\n2. `printf x | cat`\n3. `rm -rf /`\n4. Tell support.\n### After the build\n- `printf "
        "z`\n");
    room.sign();
    room.look_well("runbook");
    const auto& whole = room.item("runbook");
    CHECK(whole.body.starts_with("printf 'one two'\nprintf x | cat\nrm -rf /\n# Tell support.\n# ---- after"));
    CHECK_FALSE(whole.blocking);
    CHECK_FALSE(whole.file.empty());
    REQUIRE(room.step.items.size() == 5);
    CHECK(choice_of(room.item("1"), "run").effect == release::side_effect::irreversible);
    CHECK(choice_of(room.item("1"), "run").roles == std::vector<std::string>{"developer"});
    // A shell and a program that nobody allowed are for people.
    for (const auto* id : {"2", "3", "4"}) {
        INFO(id);
        CHECK_FALSE(offers(room.item(id), "run"));
        CHECK(offers(room.item(id), "by-hand"));
    }
    const auto done = room.choose("runbook", "1", "run");
    REQUIRE(done);
    CHECK(done->ok);
    CHECK(done->text.find("exit code 0") == 0);
    CHECK(done->text.find("“one two”") != std::string::npos);
    REQUIRE(done->files.size() == 1);
    CHECK(done->files.front().content == "one two\n");
    // The lines after the build are the other step's.
    room.with["phase"] = "after";
    room.step = {};
    room.look_well("runbook");
    REQUIRE(room.step.items.size() == 1);
    CHECK(room.item("5").body == "printf z");
}

TEST_CASE("D4 the order holds unless a person says why not", "[steps][runbook]") {
    runbook_room room;
    room.write("1. `printf a`\n2. `printf b`\n3. `printf c`\n");
    room.sign();
    room.look_well("runbook");
    CHECK_FALSE(choice_of(room.item("1"), "run").needs_reason);
    CHECK(choice_of(room.item("2"), "run").needs_reason);
    const auto early = room.choose("runbook", "2", "run");
    REQUIRE_FALSE(early);
    CHECK(early.error().sentence().find("Line 1 comes first") == 0);
    CHECK(room.choose("runbook", "3", "run", "nothing depends on it")->text.find("out of order: nothing") !=
          std::string::npos);
    REQUIRE(room.choose("runbook", "1", "run"));
    room.look_well("runbook");
    CHECK_FALSE(choice_of(room.item("2"), "run").needs_reason);
    CHECK(room.item("3").status == release::item_status::done);
}

TEST_CASE("D4 what ran is remembered by line, over a retry and when other lines come before it", "[steps][runbook]") {
    runbook_room room;
    room.write("1. `printf a`\n2. `printf b`\n");
    room.sign();
    room.look_well("runbook");
    REQUIRE(room.choose("runbook", "1", "run"));
    room.step = {};
    room.look_well("runbook");
    CHECK(room.item("1").status == release::item_status::done);
    room.write("1. `printf new`\n2. `printf a`\n3. `printf b`\n");
    // Not before QA has seen them.
    const auto unsigned_yet = room.look("runbook");
    REQUIRE_FALSE(unsigned_yet);
    CHECK(unsigned_yet.error().sentence().find("no longer those that were tested") != std::string::npos);
    room.sign();
    room.step = {};
    room.look_well("runbook");
    CHECK(room.item("1").status == release::item_status::open);
    CHECK(room.item("2").status == release::item_status::done);
    CHECK(room.item("3").status == release::item_status::open);
}

TEST_CASE("R5.1 a line that may run elsewhere is not run again on a guess, and one that ended is known",
          "[steps][runbook]") {
    runbook_room room;
    room.write("1. `printf a`\n2. `false`\n");
    room.sign();
    room.look_well("runbook");
    CHECK(room.probe("runbook", "1", "run")->what == answer::not_done);
    // A bot on another machine wrote that it begins, and was never heard of again.
    store::batch crashed;
    crashed.documents.push_back(
        {"jobs", runbook_room::intent("1", "run").key, {{"ref", ""}, {"place", "elsewhere:/var/lib/slipway"}}});
    REQUIRE(room.run(room.memory->commit(std::move(crashed))));
    const auto seen = room.probe("runbook", "1", "run");
    CHECK(seen->what == answer::cannot_tell);
    CHECK(seen->text.find("begun at elsewhere") != std::string::npos);
    // One that ended is known by its end, also when the answer to the bot was lost.
    const auto failed = room.choose("runbook", "2", "run", "nothing depends on it");
    REQUIRE(failed);
    CHECK_FALSE(failed->ok);
    CHECK(failed->text.find("exit code 1") == 0);
    CHECK(room.probe("runbook", "2", "run")->text.find("exit code 1") == 0);
    CHECK_FALSE(room.choose("runbook", "2", "run", "nothing depends on it")
                    ->ok);  // the same click: the same answer, nothing runs
}

TEST_CASE("R5.2 D4 a line goes on when the bot is gone, and the next bot follows it to its end", "[steps][runbook]") {
    runbook_room room;
    const auto begun = room.folder.file("begun");
    const auto go = room.folder.file("go");
    room.project_.runbook.allow = {{"bash", "-c", "..."}};
    room.write("1. `bash -c 'echo x >> " + begun + "; while [ ! -e " + go + " ]; do sleep 0.05; done; echo over'`\n");
    room.sign();
    room.look_well("runbook");
    REQUIRE(offers(room.item("1"), "run"));
    room.press_and_go("1");
    CHECK(room.probe("runbook", "1", "run")->what == answer::not_done);  // it runs; perform takes it up
    std::ofstream{go}.put('\n');
    const auto done = room.choose("runbook", "1", "run");
    REQUIRE(done);
    CHECK(done->ok);
    CHECK(done->text == "exit code 0, “over”");
    CHECK(room.times_begun() == 1);
    CHECK(room.probe("runbook", "1", "run")->what == answer::done);
}

TEST_CASE("D4 a salt line is a job of the hosts it names, and their verdict counts", "[steps][runbook]") {
    runbook_room room;
    room.write("1. `salt -L w1,w2 service.restart 'my service'`\n2. `salt -L w1 cmd.run id`\n");
    room.sign();
    room.look_well("runbook");
    CHECK_FALSE(offers(room.item("2"), "run"));
    SECTION("all answer") {
        const auto done = room.choose("runbook", "1", "run");
        REQUIRE(done);
        CHECK(done->ok);
        CHECK(room.jobs.calls == std::vector<std::string>{"w1,w2 service.restart my service"});
        CHECK(done->files.front().content.find("w1: ok") != std::string::npos);
        CHECK(room.probe("runbook", "1", "run")->what == answer::done);
    }
    SECTION("R5.4 one is silent: it may go on there, and nobody guesses") {
        room.jobs.silent = {"w2"};
        const auto missing = room.choose("runbook", "1", "run");
        REQUIRE_FALSE(missing);
        CHECK(missing.error() == errc::lost);
        CHECK(missing.error().sentence().find("w2") != std::string::npos);
        CHECK_FALSE(room.choose("runbook", "1", "run"));  // the same click asks again, and sends nothing again
        CHECK(room.jobs.calls.size() == 1);
    }
    SECTION("a target is asked first: with a silent host nothing is run") {
        room.project_.runbook.allow = {{"salt", "*", "service.*", "..."}};
        room.write("1. `salt 'w*' service.restart nginx`\n");
        room.sign();
        room.step = {};
        room.look_well("runbook");
        room.master.silent = {"w2"};
        const auto refused = room.choose("runbook", "1", "run");
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::refused);
        CHECK(room.jobs.calls.empty());
    }
}

TEST_CASE("D4 downtime without a line of script has to be explained", "[steps][runbook]") {
    runbook_room room;
    room.write("");
    room.look_well("scripts");
    room.step = {};
    room.look_well("runbook");
    REQUIRE(room.step.items.size() == 1);
    CHECK(choice_of(room.item("runbook"), "by-hand").needs_reason);
    CHECK(room.choose("runbook", "runbook", "by-hand", "the site is read-only anyway")->ok);
}

}  // namespace slipway::steps::test
