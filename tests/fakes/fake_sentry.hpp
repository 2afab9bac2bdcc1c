// A small Sentry behind the http_client interface: issues with their events, releases, deploys, pages and rate windows.
// Written from the protocol's documentation; it shares nothing with the client it tests.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "integrations/base/json.hpp"
#include "integrations/net/http.hpp"

namespace slipway::fakes {

class fake_sentry final : public net::http_client {
public:
    struct issue {
        std::string id, title, culprit = "Cart.php in total", level = "error", status = "unresolved";
        std::int64_t count = 1;
        std::string first_seen, last_seen;
        json::object event;  ///< as the web API shows the latest one
    };
    struct release {
        json::array commits;
        std::string released;
        json::array deploys;
    };

    // ── the world ────────────────────────────────────────────────────────────────────────────────────────────────
    std::vector<issue> issues;  ///< last seen first, as sort=date wants it
    std::map<std::string, release> releases;
    std::int64_t sessions_today = 0;
    bool glitchtip = false;
    std::size_t page_size = 100;
    int calls_left = -1;  ///< of the rate window; -1 = no limit is told
    std::string window_ends;
    std::string other_host;     ///< set: the next page is said to be there
    int failing = 0;            ///< so many calls are answered 502
    bool lose_answers = false;  ///< writes are done and their answer is lost

    // ── what it remembers ────────────────────────────────────────────────────────────────────────────────────────
    struct call {
        std::string method, path, query;
        json::value body;
        std::string authorization;
    };
    std::vector<call> calls;
    std::size_t count(const std::string& method, const std::string& path_part) const {
        return static_cast<std::size_t>(std::ranges::count_if(calls, [&](const call& each) {
            return each.method == method && each.path.find(path_part) != std::string::npos;
        }));
    }

    task<result<net::response>> send(net::request asked) override {
        const auto path_at = asked.url.find('/', asked.url.find("://") + 3);
        const auto target = asked.url.substr(path_at);
        call made;
        made.method = asked.method;
        made.path = target.substr(0, target.find('?'));
        if (target.find('?') != std::string::npos) made.query = target.substr(target.find('?') + 1);
        if (!asked.body.empty()) made.body = json::parse(asked.body);
        made.authorization = asked.headers.find("Authorization").value_or("");
        calls.push_back(made);
        auto got = answer(calls.back());
        if (lose_answers && asked.method != "GET") co_return failure{errc::lost, "the connection broke"};
        co_return got;
    }

private:
    static net::response say(int status, const json::value& body) {
        net::response made;
        made.status = status;
        made.headers.add("Content-Type", "application/json");
        made.body = json::serialize(body);
        return made;
    }
    static net::response refuse(int status, const std::string& words) {
        json::object body;
        body["detail"] = words;
        return say(status, body);
    }

    net::response answer(const call& asked) {
        if (failing > 0) {
            --failing;
            net::response broken;
            broken.status = 502;
            broken.body = "<html>Bad Gateway</html>";
            return broken;
        }
        if (asked.authorization != "Bearer sentry-token") return refuse(401, "Invalid token");
        if (calls_left == 0) {
            auto no = refuse(429, "You are attempting to use this endpoint too frequently.");
            add_window(no);
            return no;
        }
        if (calls_left > 0) --calls_left;
        auto made = route(asked);
        if (calls_left >= 0) add_window(made);
        return made;
    }
    void add_window(net::response& to) const {
        to.headers.add("X-Sentry-Rate-Limit-Limit", "40");
        to.headers.add("X-Sentry-Rate-Limit-Remaining", std::to_string(std::max(0, calls_left)));
        to.headers.add("X-Sentry-Rate-Limit-Reset", window_ends);
    }

    net::response route(const call& asked) {
        const std::string root = "/api/0/organizations/harbour/";
        if (asked.path == "/api/0/projects/harbour/website/") return say(200, json::object{{"slug", "website"}});
        if (asked.path == root + "issues/") return list(asked);
        const auto single = glitchtip ? std::string{"/api/0/issues/"} : root + "issues/";
        if (asked.path.starts_with(single)) return one_issue(asked, asked.path.substr(single.size()));
        if (asked.path == root + "sessions/" && !glitchtip) return sessions();
        if (asked.path == root + "releases/" && asked.method == "POST") return new_release(asked);
        if (asked.path.starts_with(root + "releases/")) return one_release(asked, asked.path.substr(root.size() + 9));
        return refuse(404, "The requested resource does not exist");
    }

    net::response list(const call& asked) {
        const auto fields = net::decode_form(asked.query);
        const auto sort = net::field_of(fields, "sort");
        if (glitchtip ? sort != "-last_seen" : sort != "date") return refuse(400, "Invalid sort");
        const auto cursor = net::field_of(fields, "cursor");
        const std::size_t from = cursor.empty() ? 0 : std::stoul(cursor);
        json::array page;
        for (std::size_t at = from; at < std::min(issues.size(), from + page_size); ++at)
            page.push_back(shown(issues[at]));
        const bool more = from + page_size < issues.size();
        auto made = say(200, page);
        const auto base = (other_host.empty() ? "http://sentry.test" : other_host) + asked.path + "?";
        auto rest = asked.query.substr(0, asked.query.find("&cursor="));
        const auto link = [&](const std::string& rel, bool results, std::size_t at) {
            return "<" + base + rest + "&cursor=" + std::to_string(at) + ">; rel=\"" + rel + "\"; results=\"" +
                   (results ? "true" : "false") + "\"; cursor=\"" + std::to_string(at) + "\"";
        };
        made.headers.add("Link", link("previous", from > 0, 0) + ", " + link("next", more, from + page_size));
        return made;
    }
    json::object shown(const issue& from) const {
        json::object made;
        made["id"] = from.id;
        made["shortId"] = "WEB-" + from.id;
        made["title"] = from.title;
        made["culprit"] = from.culprit;
        made["level"] = from.level;
        made["status"] = from.status;
        made["count"] = std::to_string(from.count);
        made["firstSeen"] = from.first_seen;
        made["lastSeen"] = from.last_seen;
        if (!glitchtip) made["substatus"] = "ongoing";
        return made;
    }
    net::response one_issue(const call& asked, const std::string& rest) {
        const auto id = rest.substr(0, rest.find('/'));
        const auto found = std::ranges::find(issues, id, &issue::id);
        if (found == issues.end()) return refuse(404, "The requested resource does not exist");
        if (asked.method == "PUT") {
            found->status = text_at(asked.body, "status");
            return say(200, shown(*found));
        }
        if (rest.find("/events/") != std::string::npos) return say(200, found->event);
        return say(200, shown(*found));
    }
    net::response sessions() const {
        json::object totals;
        totals["sum(session)"] = sessions_today;
        json::object group;
        group["by"] = json::object{};
        group["totals"] = std::move(totals);
        json::array groups;
        groups.push_back(std::move(group));
        json::object made;
        made["groups"] = std::move(groups);
        return say(200, made);
    }
    net::response new_release(const call& asked) {
        const auto version = text_at(asked.body, "version");
        const bool known = releases.contains(version);
        releases[version];
        return say(known ? 208 : 201, about(version));
    }
    json::object about(const std::string& version) {
        const auto& from = releases[version];
        json::object made;
        made["version"] = version;
        made["commitCount"] = from.commits.size();
        made["dateReleased"] = from.released.empty() ? json::value(nullptr) : json::value(from.released);
        return made;
    }
    net::response one_release(const call& asked, const std::string& rest) {
        const auto version = net::percent_decode(rest.substr(0, rest.find('/')));
        if (!releases.contains(version)) return refuse(404, "The requested resource does not exist");
        auto& of = releases[version];
        if (rest.find("/deploys/") != std::string::npos) {
            if (glitchtip) return refuse(404, "The requested resource does not exist");
            if (asked.method == "GET") return say(200, of.deploys);
            of.deploys.push_back(asked.body);
            return say(201, asked.body);
        }
        if (asked.method == "PUT") {
            if (const auto* commits = at_path(asked.body, "commits"); commits != nullptr && !glitchtip)
                of.commits = commits->as_array();
            if (const auto at = text_at(asked.body, "dateReleased"); !at.empty()) of.released = at;
        }
        return say(200, about(version));
    }
};

}  // namespace slipway::fakes
