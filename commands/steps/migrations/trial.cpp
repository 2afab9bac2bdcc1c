#include "commands/steps/migrations/trial.hpp"

#include <boost/asio/this_coro.hpp>
#include <exception>
#include <fstream>
#include <sstream>

#include "commands/steps/migrations/client.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"

namespace slipway::steps {
namespace {

/// "" when the SQL went through, else what went wrong in it.
task<result<std::string>> feed(context here, login as, std::string sql) {
    const release::database_server server = here.project->migrations.trial;
    fed what;
    what.sql = std::move(sql);
    auto said = co_await feed_client(here, server, std::move(as), std::move(what));
    if (!said && said.error() == errc::timed_out) co_return said.error().sentence();
    if (!said) co_return said.error();
    co_return said->trouble;
}

struct playground {
    login user;        ///< may do everything in its database and nothing elsewhere
    std::string host;  ///< of the user, as MariaDB names accounts
};

playground name_playground(const release::trial_settings& how) {
    playground made;
    // Letters and digits alone: nothing to quote, and no wildcard in a GRANT.
    made.user.database = "slipwaytry" + random_hex(10);
    made.user.user = made.user.database;
    made.user.password = random_hex(20);
    made.host = how.socket.empty() ? "%" : "localhost";
    return made;
}

std::string account(const playground& in) {
    return "'" + in.user.user + "'@'" + in.host + "'";
}

std::string creation(const playground& in) {
    const auto& name = in.user.database;
    return "CREATE DATABASE " + name + " CHARACTER SET utf8mb4;\nCREATE USER " + account(in) + " IDENTIFIED BY '" +
           in.user.password + "';\nGRANT ALL PRIVILEGES ON " + name + ".* TO " + account(in) + ";\n";
}

std::string removal(const playground& in) {
    return "SET SESSION lock_wait_timeout = 10;\nKILL HARD USER " + account(in) + ";\nDROP DATABASE IF EXISTS " +
           in.user.database + ";\nDROP USER IF EXISTS " + account(in) + ";\n";
}

task<result<std::string>> load_schema(context here, playground in) {
    const auto& file = here.project->migrations.trial.setup;
    if (file.empty()) co_return std::string{};
    std::ifstream from{file, std::ios::binary};
    std::ostringstream sql;
    sql << from.rdbuf();
    if (!from) co_return "the file " + file + " cannot be read";
    auto loaded = co_await feed(here, in.user, sql.str());
    if (loaded && !loaded->empty()) *loaded = "the schema in " + file + " does not load: " + *loaded;
    co_return loaded;
}

task<trial_report> play(context here, playground in, std::vector<migrations::migration> all) {
    trial_report report;
    auto made = co_await feed(here, login_of(here.project->migrations.trial), creation(in));
    if (made && made->empty()) made = co_await load_schema(here, in);
    if (!made || !made->empty()) {
        report.not_tried = made ? *made : made.error().sentence();
        co_return report;
    }
    // In the order of their loading: what comes after the build finds what was loaded before it.
    for (const auto when : {migrations::moment::before, migrations::moment::after})
        for (const auto& each : all) {
            if (each.when != when || each.pieces.empty()) continue;
            const auto tried = co_await feed(here, in.user, migrations::sql_of(each));
            if (!tried) {
                report.not_tried = tried.error().sentence();
                co_return report;
            }
            if (!tried->empty()) report.errors[each.id] = *tried;
        }
    co_return report;
}

}  // namespace

task<trial_report> try_migrations(context here, std::vector<migrations::migration> all) {
    const auto in = name_playground(here.project->migrations.trial);
    trial_report report;
    std::exception_ptr thrown;
    try {
        report = co_await play(here, in, std::move(all));
    } catch (...) {
        thrown = std::current_exception();
    }
    // What we made goes, whatever happened in between.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const auto gone = co_await feed(here, login_of(here.project->migrations.trial), removal(in));
    const auto why = gone ? *gone : gone.error().sentence();
    if (!why.empty() && report.not_tried.empty() && here.log)
        here.log("the throw-away database " + in.user.database + " could not be dropped: " + why);
    if (thrown) std::rethrow_exception(thrown);
    co_return report;
}

json::object to_json(const trial_report& report) {
    json::object errors;
    for (const auto& [id, text] : report.errors) errors[id] = text;
    json::object made;
    made["errors"] = std::move(errors);
    made["not_tried"] = report.not_tried;
    return made;
}

trial_report trial_from_json(const json::object& kept) {
    trial_report made;
    for (const auto& each : object_at(kept, "errors"))
        if (each.value().is_string()) made.errors[std::string{each.key()}] = std::string{each.value().as_string()};
    made.not_tried = text_at(kept, "not_tried");
    return made;
}

}  // namespace slipway::steps
