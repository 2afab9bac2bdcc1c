// Any tool behind a small program of the team's own: one JSON object in, JSON lines out. It is kept like a command, so
// it survives the bot; its lines are read from the file that the keeper writes.
//
//   in   {"op":"start","key":"…","params":{…}}   or, when the machine lost the program: {"op":"attach","ref":"…",…}
//   out  {"ref":"…"}  {"log":"…","stream":"out"}  {"row":{"host":"…","ok":true,"changed":false,"text":"…"}}
//        {"progress":0.4}  {"result":"succeeded","text":"…"}
// A line that is no such object is a log line. The end without a result falls back to the exit code.
#include <algorithm>
#include <charconv>

#include "integrations/base/json.hpp"
#include "integrations/base/printable.hpp"
#include "integrations/process/output.hpp"
#include "integrations/process/process.hpp"
#include "integrations/runner/command_driver.hpp"

namespace slipway::runner {
namespace {

constexpr std::size_t most_said = 32U << 20U;  ///< bytes of JSON lines that are read; more makes the result lost
constexpr std::size_t longest_text = 4000;
constexpr std::size_t most_rows = 10'000;

/// Everything a driver program has said so far.
struct sayings {
    std::vector<std::string> lines;
    std::vector<row> rows;
    std::optional<double> fraction;
    std::string ref, result, text;
};

void take_row(const json::object& from, sayings& into) {
    row made;
    made.host = printable(text_at(from, "host"), 255);
    made.ok = flag_at(from, "ok");
    made.changed = flag_at(from, "changed");
    made.text = untrusted{printable(text_at(from, "text"), longest_text)};
    if (made.host.empty()) return;
    const auto known = std::ranges::find(into.rows, made.host, &row::host);
    if (known != into.rows.end())
        *known = std::move(made);
    else if (into.rows.size() < most_rows)
        into.rows.push_back(std::move(made));
}

void take_line(const std::string& line, sayings& into) {
    const auto read = line.starts_with('{') ? parse_json(line) : result<json::value>{failure{errc::lost, ""}};
    const auto* said = read ? read->if_object() : nullptr;
    bool known = false;
    if (said != nullptr) {
        if (const auto* log = said->if_contains("log"); log != nullptr && log->is_string()) {
            into.lines.push_back(process::readable(std::string{log->get_string()}));
            known = true;
        }
        if (const auto* one = said->if_contains("row"); one != nullptr && one->is_object()) {
            take_row(one->get_object(), into);
            known = true;
        }
        if (const auto* part = said->if_contains("progress"); part != nullptr && part->is_number()) {
            into.fraction = std::clamp(part->to_number<double>(), 0.0, 1.0);
            known = true;
        }
        if (const auto ref = text_at(*said, "ref"); !ref.empty()) {
            into.ref = printable(ref, 1000);
            known = true;
        }
        if (const auto result = text_at(*said, "result"); !result.empty()) {
            into.result = result;
            into.text = printable(text_at(*said, "text"), longest_text);
            known = true;
        }
    }
    if (!known && !line.empty()) into.lines.push_back(line);
}

void judge(const sayings& said, progress& into) {
    if (said.result.empty()) return;  // the exit code has decided
    const auto ended = into.text;
    into.text = said.text;
    if (said.result == "succeeded") {
        into.state = state::succeeded;
    } else if (said.result == "failed") {
        into.state = state::failed;
    } else if (said.result == "cancelled") {
        into.state = state::cancelled;
    } else if (said.result == "timed_out") {
        into.state = state::timed_out;
    } else {
        into.state = state::lost;
        into.text = "the driver program ended with a result that is none: “" + printable(said.result, 60) + "”";
    }
    if (into.text.empty()) into.text = ended;
}

class external_driver final : public driver {
public:
    external_driver(machine on, external_settings how)
        : program_{std::move(on), std::move(how.program), /*split=*/true}, params_{std::move(how.params)} {}

    result<planned> plan(const order& what) const override {
        auto made = program_.plan(what);
        if (!made) return made;
        made->words += " with " + json::serialize(params_of(what));
        made->request["params"] = params_of(what);
        return made;
    }
    task<result<std::string>> start(order what) override {
        json::object said;
        said["op"] = "start";
        said["key"] = what.key;
        said["params"] = params_of(what);
        auto input = json::serialize(said) + "\n";
        auto begun = co_await program_.start_with_input(std::move(what), std::move(input));
        co_return begun;
    }
    task<result<std::optional<std::string>>> find(order what) override {
        auto found = co_await program_.find(std::move(what));
        co_return found;
    }
    std::string place() const override { return program_.place(); }
    task<result<progress>> poll(std::string ref, std::string cursor) override {
        const auto job = program_.folder_of(ref);
        if (!is_key(ref) || !job.exists())
            co_return failure{errc::not_found, "there is no job " + ref + " on this machine"};
        auto seen = program_.ending_of(ref);
        const bool over = seen.state != state::running;
        // Rows and results count whole, so all that was said is read each time; only the lines follow the cursor.
        const auto out = job_folder::read_from(job.path() + "/out", 0, most_said, over);
        const auto err = job_folder::read_from(job.path() + "/err", 0, most_said, over);
        const auto said = listen(out.text), complaints = listen_to_errors(err.text);
        if (over) judge(said, seen);
        if (out.skipped != 0 && over) {
            seen.state = state::lost;
            seen.text = "the driver program said more than can be read (" + std::to_string(most_said >> 20U) + " MiB)";
        }
        seen.rows = said.rows;
        seen.fraction = said.fraction;
        seen.own_ref = said.ref;
        follow(cursor, said.lines, complaints.lines, seen);
        co_return seen;
    }
    task<result<cancel_answer>> cancel(std::string ref, pressure how) override {
        auto asked = co_await program_.cancel(std::move(ref), how);
        co_return asked;
    }
    task<result<attachment>> attach(std::string ref) override {
        auto found = co_await program_.attach(std::move(ref));
        co_return found;
    }

private:
    json::object params_of(const order& what) const {
        auto all = filled(params_, what.words).as_object();
        for (const auto& [name, value] : what.params) all[name] = value;
        return all;
    }
    static sayings listen(const std::string& text) {
        sayings said;
        process::line_cutter cutter;
        for (const auto& each : cutter.feed(text)) take_line(each, said);
        for (const auto& each : cutter.finish()) take_line(each, said);
        return said;
    }
    static sayings listen_to_errors(const std::string& text) {
        sayings said;
        process::line_cutter cutter;
        said.lines = cutter.feed(text);
        for (auto& each : cutter.finish()) said.lines.push_back(std::move(each));
        return said;
    }
    /// The cursor counts lines of both streams: "12/3".
    static void follow(const std::string& cursor, const std::vector<std::string>& out,
                       const std::vector<std::string>& err, progress& into) {
        std::size_t first = 0, second = 0;
        const auto bar = std::min(cursor.find('/'), cursor.size());
        std::from_chars(cursor.data(), cursor.data() + bar, first);
        if (bar < cursor.size()) std::from_chars(cursor.data() + bar + 1, cursor.data() + cursor.size(), second);
        for (auto each = first; each < out.size(); ++each) into.lines.push_back(out[each]);
        for (auto each = second; each < err.size(); ++each) into.lines.push_back(err[each]);
        into.cursor = std::to_string(out.size()) + "/" + std::to_string(err.size());
    }

    command_driver program_;
    json::object params_;
};

}  // namespace

std::unique_ptr<driver> create_external_driver(machine on, external_settings how) {
    return std::make_unique<external_driver>(std::move(on), std::move(how));
}

}  // namespace slipway::runner
