// Jobs by salt-api (rest_cherrypy of Salt's netapi). Only local, local_async and the runner jobs.*: never wheel, ssh or
// cmd. The status is read first: error bodies may be pages of HTML.
#include <algorithm>

#include "integrations/base/printable.hpp"
#include "integrations/net/http.hpp"
#include "integrations/salt/jobs.hpp"
#include "integrations/salt/names.hpp"

namespace slipway::salt {
namespace {

constexpr int find_job_timeout_s = 10;

json::array texts(const std::vector<std::string>& all) {
    return json::array(all.begin(), all.end());
}

bool is_this_machine(std::string_view url) {
    for (const std::string_view host : {"http://127.0.0.1", "http://localhost", "http://[::1]"})
        if (url.starts_with(host) && (url.size() == host.size() || url[host.size()] == ':' || url[host.size()] == '/'))
            return true;
    return false;
}

class api_jobs final : public job_client {
public:
    api_jobs(net::http_client& http, api_settings settings) : http_{http}, settings_{std::move(settings)} {
        while (settings_.url.ends_with('/')) settings_.url.pop_back();
    }

    std::string words(const job_order& what) const override {
        const auto target = what.compound.empty() ? "-L " + joined(what.hosts) : "-C '" + what.compound + "'";
        auto text = "salt-api local_async " + target + " " + what.function;
        for (const auto& each : what.arguments) text += " " + each;
        return text + (what.dry_run ? " test=true" : "");
    }

    task<result<begun_job>> start(job_order what) override {
        if (const auto ok = check_order(what); !ok) co_return ok.error();
        const auto shown = words(what);
        const auto answer = co_await call(low_state(what), shown, /*changes=*/true);
        if (!answer) co_return answer.error();
        begun_job begun;
        begun.jid = text_at(*answer, "jid");
        for (const auto& each : array_at(*answer, "minions"))
            if (each.is_string()) begun.minions.emplace_back(each.get_string());
        if (is_jid(begun.jid)) co_return begun;
        const bool empty = answer->is_object() && answer->get_object().empty();
        if (empty) co_return failure{errc::refused, "Salt found no host for " + shown + "; nothing was sent"};
        co_return failure{errc::lost, shown + " named no job id: " + printable(json::serialize(*answer), 300)};
    }

    task<result<std::optional<job_record>>> read(std::string jid) override {
        if (!is_jid(jid)) co_return std::optional<job_record>{};
        json::object asked;
        asked["client"] = "runner";
        asked["fun"] = "jobs.list_job";
        asked["jid"] = jid;
        const auto answer = co_await call(std::move(asked), "jobs.list_job " + jid, false);
        if (!answer) co_return answer.error();
        const auto* listed = answer->if_object();
        if (listed == nullptr)
            co_return failure{
                errc::lost, "jobs.list_job " + jid + " was answered with " + printable(json::serialize(*answer), 200)};
        co_return to_record(*listed);
    }

    task<result<std::vector<std::string>>> running(std::string jid, std::vector<std::string> hosts) override {
        const auto answer = co_await on_hosts(hosts, "saltutil.find_job", jid);
        if (!answer) co_return answer.error();
        salt_rows found;
        if (const auto* rows = answer->if_object())
            for (const auto& [name, value] : *rows) {
                host_row row;
                row.host = name;
                row.what = reply::ok;
                row.value = value;
                found.hosts[row.host] = row;
            }
        co_return still_running(found);
    }

    task<result<>> signal(std::string jid, std::vector<std::string> hosts, job_signal how) override {
        const auto* function = how == job_signal::terminate ? "saltutil.term_job" : "saltutil.kill_job";
        const auto answer = co_await on_hosts(std::move(hosts), function, std::move(jid));
        if (!answer) co_return answer.error();
        co_return result<>{};
    }

    task<result<std::optional<std::string>>> find(std::string key) override {
        json::object asked;
        asked["client"] = "runner";
        asked["fun"] = "jobs.list_jobs";
        asked["search_metadata"] = json::object{{"slipway", key}};
        const auto answer = co_await call(std::move(asked), "jobs.list_jobs", false);
        if (!answer) co_return answer.error();
        const auto* listed = answer->if_object();
        if (listed == nullptr) co_return failure{errc::lost, "jobs.list_jobs was answered with no list of jobs"};
        co_return newest_of(*listed, key);
    }

private:
    json::object low_state(const job_order& what) const {
        json::object asked;
        asked["client"] = "local_async";
        if (what.compound.empty()) {
            asked["tgt"] = texts(what.hosts);
            asked["tgt_type"] = "list";
        } else {
            asked["tgt"] = what.compound;
            asked["tgt_type"] = "compound";
        }
        asked["fun"] = what.function;
        asked["arg"] = texts(what.arguments);
        if (what.dry_run) asked["kwarg"] = json::object{{"test", true}};
        if (!what.key.empty()) asked["metadata"] = json::object{{"slipway", what.key}};
        return asked;
    }

    task<result<json::value>> on_hosts(std::vector<std::string> hosts, std::string function, std::string jid) {
        if (const auto ok = check_hosts(hosts); !ok) co_return ok.error();
        json::object asked;
        asked["client"] = "local";
        asked["tgt"] = texts(hosts);
        asked["tgt_type"] = "list";
        asked["fun"] = function;
        asked["arg"] = json::array{json::value(jid)};
        asked["timeout"] = find_job_timeout_s;
        auto answer = co_await call(std::move(asked), function + " " + jid, false);
        co_return answer;
    }

    net::request request_for(const std::string& path, std::string body) const {
        net::request asked;
        asked.method = "POST";
        asked.url = settings_.url + path;
        asked.headers.add("Content-Type", "application/json");
        asked.headers.add("Accept", "application/json");
        asked.body = std::move(body);
        asked.timeout = settings_.request_timeout;
        asked.largest_answer = 64U << 20U;
        return asked;
    }

    /// 400 bad call, 401 session or right, 406, 500 anything, 503 master away, 504 late.
    static failure refusal(const std::string& what, const net::response& answer, bool changes) {
        const auto says = what + ": salt-api answered with status " + std::to_string(answer.status);
        switch (answer.status) {
            case 400:
            case 404:
            case 406:
                return failure{errc::refused, says + "; are the clients local, local_async and runner in its " +
                                                  "netapi_enable_clients?"};
            case 401:
            case 403:
                return failure{errc::unauthorised, says + ": it knows neither our session nor a new login, or the " +
                                                       "user lacks the right"};
            case 429:
            case 503:
                return failure{errc::unavailable, says + ": the master cannot be reached from it"};
            default:
                return failure{changes ? errc::lost : errc::unavailable, says};
        }
    }

    task<result<>> login() {
        json::object who;
        who["username"] = settings_.username;
        who["password"] = settings_.password;
        who["eauth"] = settings_.eauth;
        const auto got = co_await http_.send(request_for("/login", json::serialize(who)));
        if (!got) co_return got.error().within("logging in at salt-api");
        if (got->status != 200) co_return refusal("logging in", *got, false);
        const auto body = parse_json(got->body);
        token_ = body ? text_at(*body, "return.0.token") : std::string{};
        if (token_.empty()) token_ = got->headers.find("X-Auth-Token").value_or("");
        if (token_.empty())
            co_return failure{errc::unauthorised, "salt-api took the login, but gave no token; is " + settings_.url +
                                                      " really a salt-api?"};
        co_return result<>{};
    }

    /// The one entry of {"return": […]}. A session that has gone (a restart of salt-api forgets all) is opened again,
    /// once: 401 means that nothing was done.
    task<result<json::value>> call(json::object low, std::string what, bool changes) {
        json::array list;
        list.push_back(std::move(low));
        const auto body = json::serialize(list);
        bool fresh = false;
        for (;;) {
            if (token_.empty()) {
                const auto open = co_await login();
                if (!open) co_return open.error();
                fresh = true;
            }
            auto asked = request_for("/", body);
            asked.headers.add("X-Auth-Token", token_);
            const auto got = co_await http_.send(std::move(asked));
            if (!got) co_return got.error().within(what);
            if (got->status == 401 && !fresh) {
                token_.clear();
                continue;
            }
            if (got->status != 200) co_return refusal(what, *got, changes);
            auto read = parse_json(got->body);
            const auto* entry = read ? at_path(*read, "return.0") : nullptr;
            if (entry == nullptr)
                co_return failure{errc::lost, what + ": salt-api answered with something that is no JSON of its own (" +
                                                  printable(got->body, 80) + ")"};
            co_return *entry;
        }
    }

    net::http_client& http_;
    api_settings settings_;
    std::string token_;
};

}  // namespace

result<std::unique_ptr<job_client>> create_api_jobs(net::http_client& http, api_settings settings) {
    const bool web = settings.url.starts_with("https://") || settings.url.starts_with("http://");
    if (!web) return failure{errc::invalid, "SALT_API_URL must be an https address, not “" + settings.url + "”"};
    if (settings.url.starts_with("http://") && !is_this_machine(settings.url))
        return failure{errc::invalid,
                       "The password of salt-api may not travel unencrypted: SALT_API_URL must begin with https:// " +
                           std::string{"(plain http only to this machine)"}};
    if (settings.username.empty() || settings.password.empty())
        return failure{errc::invalid, "salt-api needs SALT_API_USER and SALT_API_PASSWORD"};
    return std::unique_ptr<job_client>{std::make_unique<api_jobs>(http, std::move(settings))};
}

}  // namespace slipway::salt
