// A whole company for one scenario: the real sandbox and the real bot as processes, on free ports, in a folder that
// goes with the test. People act through the sandbox's control interface, as the page does.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "integrations/base/json.hpp"
#include "integrations/net/http.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/scenarios/balancer.hpp"
#include "tests/scenarios/program.hpp"

namespace slipway::scenarios {

inline constexpr auto ana = "U0ANA";      ///< release manager; she asks for the releases
inline constexpr auto leo = "U0LEO";      ///< release manager
inline constexpr auto ben = "U0BEN";      ///< developer
inline constexpr auto chi = "U0CHI";      ///< developer
inline constexpr auto devi = "U0DEVI";    ///< database administrator
inline constexpr auto quinn = "U0QUINN";  ///< quality assurance
inline constexpr auto releases = "C0RELEASES";

struct replacement {
    std::string what;
    std::string with;
};

/// "{folder}/" in the project file becomes the folder that file() names.
struct company_settings {
    std::vector<replacement> project;   ///< in projects/rsi-website.yaml, before the addresses are filled in
    std::vector<replacement> settings;  ///< in slipway.yaml
    std::vector<replacement> checklist;
    std::vector<std::string> sandbox_options;
    bool starts_bot = true;
    bool signed_requests = false;  ///< HTTP mode: Slack sends requests, and the bot has no app-level token
};

/// A button that somebody sees.
struct button {
    std::string channel, ts, block, action, value, label;
    std::string message;         ///< the fallback text of its message
    std::set<std::string> open;  ///< roles that its card still waits for
};

class company {
public:
    explicit company(company_settings how = {});
    ~company();

    // The bot as a process.
    void start_bot();  ///< returns once its link is up
    void kill_bot();   ///< SIGKILL
    int stop_bot();    ///< SIGTERM; its exit code
    /// One of several bots, by name, with a state directory and ports of its own; errors reach any of them through a
    /// balancer. They need a database they can share (`bot_variables`). Returns once it has started. `of` = the
    /// program's file; "" = the one that was built with this test.
    void start_bot_of_several(const std::string& name, const std::string& of = {});
    /// The same, of one that does not start: its exit code, and what it said.
    std::pair<int, std::string> refusal_of_bot(const std::string& name, const std::string& of);
    void kill_bot_of_several(const std::string& name);  ///< SIGKILL
    int stop_bot_of_several(const std::string& name);   ///< SIGTERM; its exit code
    std::string log_of_bot(const std::string& name) const { return text_of(folder_.file(name + ".log")); }
    bool bot_runs() { return bot_ && bot_->runs(); }
    /// Another command of the bot's program to its end: code and everything it said.
    std::pair<int, std::string> run_slipway(std::vector<std::string> words,
                                            std::map<std::string, std::string> changed = {});
    std::string bot_log() const { return text_of(folder_.file("bot.log")); }

    // The control interface. A refusal of the interface itself fails the test.
    json::value get(const std::string& path);
    json::object post(const std::string& path, json::object body);
    json::object put(const std::string& path, json::object body);
    void remove(const std::string& path);

    // People.
    json::object command(const std::string& who, const std::string& text);
    /// The command, and what only that person is told in answer to it.
    std::string ask(const std::string& who, const std::string& text);
    json::object press(const std::string& who, const button& which);
    /// Fills in the window that a press has opened, or is about to open.
    void answer_window(const std::string& who, const std::string& reason);
    /// Presses, and waits for the ephemeral answer to it.
    std::string press_and_read(const std::string& who, const button& which);
    json::array messages(const std::string& channel = releases, const std::string& as = ana);
    std::vector<button> buttons(const std::string& channel = releases, const std::string& as = ana);
    /// The first button of that label on the newest message that contains `words`.
    std::optional<button> find_button(const std::string& words, const std::string& label);
    /// The newest message whose text or blocks contain `words`; "" when there is none.
    std::string find_message(const std::string& words, const std::string& as = ana);

    /// Looks again whenever something changed in the workspace, or a second passed; fails the test after `cap`.
    void wait_until(const std::string& what, const std::function<bool()>& is_true, std::chrono::seconds cap = patience);
    /// What the board of the newest release says now.
    std::string board();
    void wait_for_message(const std::string& words);

    /// Everybody does his duty: merges, adds to the milestone, accepts, and approves whatever card lacks his role,
    /// until `is_true`.
    void work_until(const std::string& what, const std::function<bool()>& is_true, std::chrono::seconds cap = patience);
    /// One round of that: presses everything that is open and not in `except_` yet. True when something was pressed.
    bool work_once();
    std::map<std::string, std::string> bot_variables;  ///< more of the bot's environment
    /// Cards whose text contains these words are left alone by work_*.
    std::set<std::string> left_alone;

    bool is_done() { return !find_message("is done.*").empty(); }

    // The outside world.
    std::string git(std::vector<std::string> words);  ///< in the bare repository; trimmed output
    std::string remote_file(const std::string& branch, const std::string& file) {
        return git({"show", branch + ":" + file});
    }
    net::response visit(const std::string& path);
    json::value gitlab(const std::string& path);  ///< GET below /gitlab/api/v4, as the onlooker
    json::array gitlab_calls();
    /// How many calls of that method and path ending were answered with success.
    int succeeded(const std::string& method, const std::string& path_end);
    json::array slack_calls();
    std::string file(const std::string& name) const { return folder_.file(name); }
    std::string project_file() const { return folder_.file("etc/projects/rsi-website.yaml"); }
    std::string config() const { return folder_.file("etc/slipway.yaml"); }
    unsigned short ingest_port() const { return ingest_port_; }
    std::string repository() const { return folder_.file("sandbox/git/cig/rsi-website.git"); }

    static constexpr std::chrono::seconds patience{200};

private:
    void write_configuration(const company_settings& how);
    void start_sandbox(const company_settings& how);
    bool is_connected();  ///< Slack reaches the bot
    std::map<std::string, std::string> environment() const;
    void configure_bot_of_several(const std::string& name);
    program launch_bot_of_several(const std::string& name, const std::string& of);
    net::response send(std::string method, const std::string& path, std::string body, const std::string& token = {});
    json::value control(std::string method, const std::string& path, std::string body);
    /// The buttons with which authors confirm their migrations, each with the person who was asked.
    std::vector<std::pair<std::string, button>> asked_directly();
    bool answer_directly();
    bool presses_are_due(const button& each, std::string& who) const;

    fakes::temporary_folder folder_;
    asio::io_context loop_;
    std::unique_ptr<net::http_client> http_;
    std::string address_;
    unsigned short port_, ingest_port_, health_port_;
    unsigned short request_port_ = 0;  ///< of the bot in HTTP mode; 0 = Socket Mode
    /// Who pressed which button, and when: forgotten when the button goes, or when it is still there much later
    /// (a step that starts over offers the same button again).
    std::map<std::string, std::chrono::steady_clock::time_point> pressed_;
    std::map<std::string, std::chrono::steady_clock::time_point> answered_;  ///< who and in which direct message
    std::optional<program> sandbox_;
    std::optional<program> bot_;
    std::optional<balancer> balancer_;  ///< before several bots
    std::map<std::string, program> several_;
    std::set<std::string> names_of_several_;  ///< of all that were ever started
};

}  // namespace slipway::scenarios
