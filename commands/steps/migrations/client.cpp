#include "commands/steps/migrations/client.hpp"

#include <algorithm>
#include <cstdlib>

#include "commands/migrations/client_error.hpp"
#include "integrations/base/mask.hpp"
#include "integrations/process/process.hpp"

namespace slipway::steps {
namespace {

process::command client(const release::database_server& how, const login& as, bool goes_on, std::string text) {
    process::command made;
    made.argv = how.program;
    for (const auto* option : {"--no-defaults", "--batch", "--binary-mode", "--loose-sandbox", "--local-infile=0",
                               "--connect-timeout=10", "--default-character-set=utf8mb4"})
        made.argv.emplace_back(option);
    if (goes_on) made.argv.emplace_back("--force");
    if (how.socket.empty()) {
        made.argv.push_back("--protocol=tcp");
        made.argv.push_back("--host=" + how.host);
        made.argv.push_back("--port=" + std::to_string(how.port));
    } else {
        made.argv.push_back("--socket=" + how.socket);
    }
    made.argv.push_back("--user=" + as.user);
    if (!as.database.empty()) made.argv.push_back("--database=" + as.database);
    made.environment = process::inherited();
    if (!as.password.empty()) {
        made.environment["MYSQL_PWD"] = as.password;
        made.secrets.push_back(as.password);
    }
    made.input = std::move(text);
    made.total_timeout = how.timeout;
    return made;
}

/// The client reached nobody, or was not let in: nothing of the SQL was read.
bool is_connection(const migrations::client_error& error) {
    return error.line == 0 && (error.code == 1040 || error.code == 1044 || error.code == 1045 || error.code == 1049 ||
                               (error.code >= 2002 && error.code <= 2005));
}

/// The server went away in the middle: what it still did is not known.
bool is_gone(const migrations::client_error& error) {
    return error.code == 2006 || error.code == 2013 || error.code == 2055;
}

std::size_t lines_in(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

/// Where the next line begins that begins with `lead`; the end of the text when there is none.
std::size_t next_line(const std::string& text, std::size_t from, const std::string& lead) {
    const auto at = text.find("\n" + lead, from);
    return at == std::string::npos ? text.size() : at + 1;
}

/// `hide` takes the password out of the SQL that the words quote.
void read_errors(const std::string& stream, const fed& what, const masker& hide, client_said& into) {
    const auto skipped = lines_in(what.before);
    // Each error may go on over several lines, up to the next one or the ruler before the next statement.
    for (auto from = stream.starts_with("ERROR ") ? 0 : next_line(stream, 0, "ERROR "); from < stream.size();) {
        const auto next = next_line(stream, from, "ERROR ");
        const auto end = std::min(next, next_line(stream, from, "--------------"));
        auto error = migrations::find_client_error(std::string_view{stream}.substr(from, end - from));
        from = next;
        if (!error) continue;
        const bool inside = error->line > skipped && error->line <= skipped + lines_in(what.sql) + 1;
        error->line = inside ? error->line - skipped : 0;
        into.errors.push_back(hide(migrations::to_words(*error, what.sql)));
        if (into.errors.size() > 1) continue;
        into.code = error->code;
        into.line = error->line;
    }
}

}  // namespace

login login_of(const release::database_server& server, std::string database) {
    login made;
    made.user = server.user;
    made.database = std::move(database);
    const auto* password = server.password_from.empty() ? nullptr : std::getenv(server.password_from.c_str());
    if (password != nullptr) made.password = password;
    return made;
}

task<result<client_said>> feed_client(context here, release::database_server server, login as, fed what) {
    auto text = what.before + what.sql;
    if (!what.after.empty()) text += (text.ends_with('\n') || text.empty() ? "" : "\n") + what.after;
    auto command = client(server, as, what.goes_on, std::move(text));
    const auto ran = co_await here.with.processes->run(std::move(command));
    if (!ran) co_return ran.error();
    if (ran->how == process::ending::timed_out)
        co_return failure{errc::timed_out,
                          "no end after " + to_words(server.timeout) + "; it may still be running on the server"};
    if (ran->how == process::ending::cancelled) co_return failure{errc::cancelled, "the mariadb client was stopped"};
    if (ran->how != process::ending::exited) co_return failure{errc::lost, "the mariadb client was ended by a signal"};
    client_said said;
    said.out = ran->out;
    read_errors(ran->err, what, masker{{as.password}}, said);
    if (ran->code == 0 && said.errors.empty()) co_return said;
    if (const auto first = migrations::find_client_error(ran->err); first && is_connection(*first))
        co_return failure{errc::unavailable, migrations::to_words(*first, "")};
    if (const auto first = migrations::find_client_error(ran->err); first && is_gone(*first))
        co_return failure{errc::lost, migrations::to_words(*first, "")};
    if (said.errors.empty())
        said.errors.push_back(ran->err.empty() ? "exit code " + std::to_string(ran->code) : ran->err.substr(0, 500));
    for (const auto& each : said.errors) said.trouble += (said.trouble.empty() ? "" : "; ") + each;
    co_return said;
}

}  // namespace slipway::steps
