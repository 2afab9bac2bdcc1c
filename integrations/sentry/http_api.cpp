// The api over HTTP.
#include "integrations/async/timers.hpp"
#include "integrations/base/json.hpp"
#include "integrations/sentry/caller.hpp"
#include "integrations/sentry/reading.hpp"

namespace slipway::sentry {
namespace {

/// Sentry takes whole pushes; a release of more commits than this says nothing to anybody.
constexpr std::size_t most_commits = 1'000;

std::string sentry_time(instant at) {
    return to_iso(at);
}

class http_api final : public api {
public:
    http_api(net::http_client& client, timers& clock, chance roll, settings with)
        : clock_{clock}, call_{client, clock, std::move(roll), std::move(with)} {}

    const settings& about() const noexcept override { return call_.about(); }

    task<result<>> check() override {
        const auto found = co_await call_.read("Cannot read the project",
                                               "/projects/" + ours().organization + "/" + ours().project + "/");
        if (!found) co_return found.error();
        co_return result<>{};
    }

    task<result<std::vector<issue>>> issues(issue_query query) override {
        std::vector<net::field> fields{{"query", query.query}, {"limit", "100"}};
        fields.push_back({"sort", is_sentry() ? "date" : "-last_seen"});
        if (!query.project_id.empty()) fields.push_back({"project", query.project_id});
        if (!query.environment.empty()) fields.push_back({"environment", query.environment});
        const auto since = query.seen_since;
        const auto is_enough = [since](const json::array& page) {
            return !page.empty() && time_of(text_at(page.back(), "lastSeen")) < since;
        };
        const auto found = co_await call_.read_all("Cannot list issues",
                                                   organization() + "/issues/?" + net::encode_form(fields), is_enough);
        if (!found) co_return found.error();
        std::vector<issue> all;
        for (const auto& each : *found)
            if (auto one = to_issue(each); !one.id.empty() && one.last_seen >= since) all.push_back(std::move(one));
        co_return all;
    }

    task<result<telemetry::event>> latest_event(std::string issue_id) override {
        const auto found = co_await call_.read("Cannot read an event of issue " + issue_id,
                                               issue_root() + net::percent_encode(issue_id) + "/events/latest/");
        if (!found) co_return found.error();
        co_return to_event(*found, clock_.now());
    }

    task<result<>> resolve(std::string issue_id, std::string release) override {
        json::object body;
        body["status"] = "resolved";
        if (!release.empty() && is_sentry()) {
            json::object details;
            details["inRelease"] = release;
            body["statusDetails"] = std::move(details);
        }
        const auto done = co_await call_.write("Cannot resolve issue " + issue_id, "PUT",
                                               issue_root() + net::percent_encode(issue_id) + "/", std::move(body));
        if (!done) co_return done.error();
        co_return result<>{};
    }

    task<result<std::optional<std::uint64_t>>> sessions(issue_query where, instant from, instant to) override {
        if (!is_sentry()) co_return std::optional<std::uint64_t>{};
        std::vector<net::field> fields{{"field", "sum(session)"},
                                       {"start", sentry_time(from)},
                                       {"end", sentry_time(to)},
                                       {"includeSeries", "0"},
                                       {"interval", "1h"}};
        if (!where.project_id.empty()) fields.push_back({"project", where.project_id});
        if (!where.environment.empty()) fields.push_back({"environment", where.environment});
        const auto found =
            co_await call_.read("Cannot count sessions", organization() + "/sessions/?" + net::encode_form(fields));
        if (!found) co_return found.error();
        std::uint64_t sum = 0;
        for (const auto& group : array_at(*found, "groups")) {
            const auto* totals = object_at(group, "totals").if_contains("sum(session)");
            if (totals != nullptr && totals->is_number())
                sum += static_cast<std::uint64_t>(totals->to_number<double>());
        }
        co_return std::optional{sum};
    }

    task<result<release>> create_release(std::string version, instant started) override {
        json::object body;
        body["version"] = version;
        body["projects"] = projects();
        body["dateStarted"] = sentry_time(started);
        const auto made = co_await call_.write("Cannot create release " + version, "POST",
                                               organization() + "/releases/", std::move(body));
        if (!made) co_return made.error();
        co_return to_release(*made);
    }

    task<result<release>> read_release(std::string version) override {
        const auto found = co_await call_.read("Cannot read release " + version, release_root(version));
        if (!found) co_return found.error();
        co_return to_release(*found);
    }

    task<result<>> set_commits(std::string version, std::vector<release_commit> commits) override {
        if (!is_sentry()) co_return failure{errc::refused, "this backend keeps no commits of releases"};
        if (commits.size() > most_commits) commits.resize(most_commits);
        json::array all;
        for (const auto& each : commits) all.emplace_back(commit_json(each));
        json::object body;
        body["commits"] = std::move(all);
        const auto done = co_await call_.write("Cannot set the commits of release " + version, "PUT",
                                               release_root(version), std::move(body));
        if (!done) co_return done.error();
        co_return result<>{};
    }

    task<result<>> finalize(std::string version, instant released) override {
        json::object body;
        body["projects"] = projects();
        body["dateReleased"] = sentry_time(released);
        const auto done =
            co_await call_.write("Cannot finalize release " + version, "PUT", release_root(version), std::move(body));
        if (!done) co_return done.error();
        co_return result<>{};
    }

    task<result<std::vector<deploy>>> deploys(std::string version) override {
        const auto found =
            co_await call_.read_all("Cannot list the deploys of release " + version, release_root(version) + "deploys/",
                                    [](const auto&) { return false; });
        if (!found) co_return found.error();
        std::vector<deploy> all;
        for (const auto& each : *found) all.push_back(to_deploy(each));
        co_return all;
    }

    task<result<>> create_deploy(std::string version, deploy what) override {
        if (!is_sentry()) co_return failure{errc::refused, "this backend keeps no deploys"};
        json::object body;
        body["environment"] = what.environment;
        body["name"] = what.name;
        if (!what.url.empty()) body["url"] = what.url;
        body["dateStarted"] = sentry_time(what.started);
        body["dateFinished"] = sentry_time(what.finished);
        body["projects"] = projects();
        const auto made = co_await call_.write("Cannot note the deploy of release " + version, "POST",
                                               release_root(version) + "deploys/", std::move(body));
        if (!made) co_return made.error();
        co_return result<>{};
    }

private:
    const settings& ours() const noexcept { return call_.about(); }
    bool is_sentry() const noexcept { return ours().backend == backend::sentry; }
    std::string organization() const { return "/organizations/" + ours().organization; }
    /// GlitchTip knows single issues without their organization.
    std::string issue_root() const { return is_sentry() ? organization() + "/issues/" : "/issues/"; }
    std::string release_root(const std::string& version) const {
        return organization() + "/releases/" + detail::version_in_path(version) + "/";
    }
    json::array projects() const {
        json::array all;
        all.emplace_back(ours().project);
        return all;
    }

    static json::object commit_json(const release_commit& from) {
        json::array changes;
        for (const auto& each : from.changes) {
            json::object change;
            change["path"] = each.path;
            change["type"] = std::string(1, each.type);
            changes.emplace_back(std::move(change));
        }
        json::object made;
        made["id"] = from.id;
        made["repository"] = from.repository;
        made["author_name"] = from.author_name;
        made["author_email"] = from.author_email;
        made["timestamp"] = sentry_time(from.at);
        made["message"] = from.message;
        made["patch_set"] = std::move(changes);
        return made;
    }

    timers& clock_;
    detail::caller call_;
};

}  // namespace

result<std::unique_ptr<api>> create_api(net::http_client& client, timers& clock, chance roll, settings with) {
    if (!with.url.starts_with("http://") && !with.url.starts_with("https://"))
        return failure{errc::invalid, "SENTRY_URL must be an http or https address"};
    if (with.token.empty() || with.token.find_first_of(" \t\r\n") != std::string::npos)
        return failure{errc::invalid, "SENTRY_AUTH_TOKEN is missing or holds blanks"};
    if (with.organization.empty() || with.project.empty())
        return failure{errc::invalid, "`sentry.organization` and `sentry.project` must both be set"};
    return std::unique_ptr<api>{std::make_unique<http_api>(client, clock, std::move(roll), std::move(with))};
}

}  // namespace slipway::sentry
