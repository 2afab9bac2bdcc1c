// Real programs under the real keeper, a notebook that can be looked into, and a second bot that knows nothing but it.
#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include "integrations/async/timers.hpp"
#include "integrations/process/process.hpp"
#include "integrations/runner/drivers.hpp"
#include "integrations/runner/pursue.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/run_until.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway::runner::test {

/// Remembers, and can be away.
struct paper final : notebook {
    std::map<std::string, note> all;
    std::vector<note> written;
    bool away = false;
    task<result<std::optional<note>>> read(std::string key) override {
        const auto found = all.find(key);
        co_return found == all.end() ? std::optional<note>{} : std::optional{found->second};
    }
    task<result<>> write(note what) override {
        if (away) co_return failure{errc::unavailable, "the store is away"};
        written.push_back(what);
        all[what.key] = what;
        co_return result<>{};
    }
};

inline const std::string key = "0123456789abcdef";

struct bench {
    bench() { std::filesystem::create_directories(folder.file("jobs")); }

    std::unique_ptr<driver> command(std::vector<std::string> argv, exit_codes codes = {},
                                    std::size_t most_log = 512U << 20U) {
        command_settings how;
        how.argv = std::move(argv);
        how.codes = std::move(codes);
        how.most_log = most_log;
        return create_command_driver(here(), std::move(how));
    }
    std::unique_ptr<driver> external(std::vector<std::string> argv, json::object params = {}) {
        external_settings how;
        how.program.argv = std::move(argv);
        how.params = std::move(params);
        return create_external_driver(here(), std::move(how));
    }
    machine here() {
        machine on;
        on.processes = processes.get();
        on.keeper = SLIPWAY_BINARY_DIR "/slipway-keep";
        on.folder = folder.file("jobs");
        on.secrets = {"canary-secret-1"};
        return on;
    }
    order what(const std::string& of = key) {
        order made;
        made.key = of;
        made.log_file = folder.file("log");
        made.words["{version}"] = "1.4.0";
        return made;
    }
    static limits quick() {
        limits within;
        within.poll = milliseconds{20};
        within.total = milliseconds{60'000};
        within.grace = milliseconds{300};
        return within;
    }
    hooks listening() {
        hooks told;
        told.on_line = [this](const std::string& line) { lines.push_back(line); };
        return told;
    }
    result<ended> pursue(driver& with, limits within = quick(), hooks told = {}) {
        if (!told.on_line) told.on_line = listening().on_line;
        return fakes::run_on(loop, runner::pursue(with, what(), notes, *time, within, std::move(told)));
    }
    /// Begins to pursue and is gone, as a killed bot is, once `is_true`.
    template <class Claim>
    void pursue_until(driver& with, Claim is_true) {
        boost::asio::cancellation_signal end;
        bool over = false;
        boost::asio::co_spawn(loop, runner::pursue(with, what(), notes, *time, quick(), listening()),
                              boost::asio::bind_cancellation_slot(
                                  end.slot(), [&over](std::exception_ptr, const result<ended>&) { over = true; }));
        fakes::run_until(loop, is_true);
        end.emit(boost::asio::cancellation_type::terminal);
        fakes::run_until(loop, [&over] { return over; });
    }
    /// A program of the test: Python, because a shell is what nothing here may be.
    std::string script(const std::string& name, const std::string& body) {
        const auto file = folder.file(name);
        std::ofstream{file} << "#!/usr/bin/env python3\n" << body;
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        return file;
    }
    std::string text_of(const std::string& name) {
        std::ifstream in{folder.file(name), std::ios::binary};
        std::ostringstream text;
        text << in.rdbuf();
        return text.str();
    }
    bool has(const std::string& text) { return std::ranges::find(lines, text) != lines.end(); }

    fakes::temporary_folder folder;
    boost::asio::io_context loop;
    std::unique_ptr<process::runner> processes = process::create_runner(loop.get_executor());
    std::unique_ptr<timers> time = create_system_timers();
    paper notes;
    std::vector<std::string> lines;
};

}  // namespace slipway::runner::test
