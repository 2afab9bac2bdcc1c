// http_check: the home page is right, through the front door and on each server behind it: status, texts, version,
// certificate; so many of the last so many answers of every address (D7).
#include "commands/steps/common.hpp"
#include "commands/steps/machines/page_faults.hpp"
#include "commands/steps/machines/started.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/net/page_probe.hpp"

namespace slipway::steps {
namespace {

constexpr int most_redirects = 5;

/// One address and how its answers were.
struct address {
    std::string name;  ///< "the front door", "p-prod-web1"
    net::page_request asked;
    good_of last;
    std::string fault;    ///< of the newest answer; "" = it was good
    std::string warning;  ///< about its certificate
    bool answered = true;
};

net::page_request plain(const std::string& url) {
    net::page_request made;
    made.asked.url = url;
    return made;
}

std::vector<std::string> hosts_of(const context& here) {
    const auto& per_host = here.project->home_page.per_host;
    if (!per_host.pinned) return per_host.hosts;
    std::vector<std::string> hosts;
    for (const auto& each : array_at(here.state->facts, "hosts"))
        if (each.is_string()) hosts.emplace_back(each.get_string());
    return hosts;
}

std::vector<address> addresses_of(const context& here) {
    const auto& wanted = here.project->home_page;
    const good_of fresh{wanted.good, wanted.of};
    std::vector<address> all;
    for (const auto& url : wanted.urls) all.push_back({"front door " + url, plain(url), fresh, {}, {}, true});
    for (const auto& host : hosts_of(here)) {
        if (!wanted.per_host.url.empty()) {
            auto asked = plain(with_host(wanted.per_host.url, host));
            if (!wanted.per_host.host_header.empty()) asked.asked.headers.add("Host", wanted.per_host.host_header);
            all.push_back({host, std::move(asked), fresh, {}, {}, true});
            continue;
        }
        for (const auto& url : wanted.urls) {
            auto asked = plain(url);
            asked.connect_to = with_host(wanted.per_host.address, host);
            all.push_back(
                {host + (wanted.urls.size() > 1 ? " for " + url : ""), std::move(asked), fresh, {}, {}, true});
        }
    }
    return all;
}

/// Asks once, following what may be followed.
task<address> ask(context here, address what) {
    const auto& wanted = here.project->home_page;
    auto asked = what.asked;
    what.fault.clear();
    what.answered = true;
    for (int hops = 0;; ++hops) {
        auto request = asked;
        const auto got = co_await here.with.pages->look(std::move(request));
        if (!got) {
            what.answered = false;
            what.fault = got.error().sentence();
            break;
        }
        if (got->certificate_until) {
            const auto ends =
                judge_certificate(*got->certificate_until, here.with.time->now(), wanted.certificate_days);
            what.warning = ends.text;
            if (ends.failed) {
                what.fault = ends.text;
                break;
            }
        }
        const auto& page = got->got;
        if (!is_redirect(page.status) || page.status == wanted.status) {
            const auto marker = wanted.version_marker.empty() ? "" : fill(wanted.version_marker, *here.state);
            what.fault = fault_of(page, wanted, here.state->version, marker);
            break;
        }
        const auto next = follow(asked.asked.url, page, wanted.redirects);
        what.fault = next.fault;
        if (what.fault.empty() && hops >= most_redirects)
            what.fault = "it leads on and on: " + count(most_redirects, "redirect") + " and no page";
        if (!what.fault.empty()) break;
        // Another host is asked at its own address and under its own name.
        if (!is_same_origin(asked.asked.url, next.url)) {
            asked.connect_to.clear();
            asked.asked.headers = {};
        }
        asked.asked.url = next.url;
    }
    what.last.add(what.fault.empty());
    co_return what;
}

std::string how_good(const address& each) {
    return std::to_string(each.last.good()) + " of the last " + std::to_string(each.last.seen()) + " answers were good";
}

std::string detail_of(const std::vector<address>& all) {
    std::string text;
    for (const auto& each : all) {
        text += each.name + ": " + how_good(each);
        if (!each.fault.empty()) text += "; " + each.fault;
        if (!each.warning.empty() && each.warning != each.fault) text += "; warning: " + each.warning;
        text += "\n";
    }
    return text;
}

bool all_good(const std::vector<address>& all) {
    for (const auto& each : all)
        if (!each.last.enough()) return false;
    return true;
}

/// Why it is not fine: the first address that is bad, and how many more.
std::string why_not(const std::vector<address>& all) {
    std::string text;
    std::size_t more = 0;
    for (const auto& each : all) {
        if (each.last.enough()) continue;
        if (text.empty())
            text = each.name + ": " + (each.fault.empty() ? how_good(each) : each.fault);
        else
            ++more;
    }
    return more == 0 ? text
                     : text + "; and " + std::to_string(more) + (more == 1 ? " other address" : " other addresses");
}

std::string warnings_of(const std::vector<address>& all) {
    for (const auto& each : all)
        if (!each.warning.empty()) return "; warning, " + each.name + ": " + each.warning;
    return {};
}

std::string good_words(const release::home_page_settings& wanted) {
    return wanted.good == wanted.of ? std::to_string(wanted.good) + " times in a row"
                                    : std::to_string(wanted.good) + " of " + std::to_string(wanted.of) + " times";
}

class http_check final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("http_check", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        const auto& wanted = project.home_page;
        std::string urls;
        for (const auto& each : wanted.urls) urls += (urls.empty() ? "" : ", ") + each;
        std::string hosts;
        if (wanted.per_host.pinned)
            hosts = ", and on each server of the build";
        else if (!wanted.per_host.hosts.empty())
            hosts = ", and on " + count(wanted.per_host.hosts.size(), "server") + " behind it";
        return "load " + urls + hosts + " and see version " + version + ", " + good_words(wanted);
    }
    task<result<outcome>> perform(context here, act) override {
        const auto& wanted = here.project->home_page;
        if (wanted.urls.empty()) co_return not_configured("The home page", "home_page.urls");
        auto all = addresses_of(here);
        if (wanted.per_host.is_configured() && hosts_of(here).empty())
            co_return failure{errc::refused,
                              "No hosts are pinned yet. `/release retry connectivity` asks them; this check wants each "
                              "of them."};
        const auto give_up = here.with.time->now() + wanted.patience;
        for (;;) {
            for (auto& each : all) {
                auto next = co_await ask(here, each);
                each = std::move(next);
            }
            if (all_good(all)) break;
            if (here.with.time->now() >= give_up) co_return given_up(all);
            co_await here.with.time->sleep(wanted.pause);
        }
        outcome done;
        done.text = "the home page answers with " + here.state->version + ", " + good_words(wanted);
        if (wanted.per_host.is_configured()) done.text += ", also on each of " + count(hosts_of(here).size(), "server");
        done.text += warnings_of(all);
        if (all.size() > wanted.urls.size() || !warnings_of(all).empty()) done.detail = detail_of(all);
        done.facts["served"] = here.state->version;
        co_return done;
    }

private:
    /// "Said no" only when something answered; else nobody knows how the page is.
    static result<outcome> given_up(const std::vector<address>& all) {
        for (const auto& each : all) {
            if (each.last.enough() || !each.answered) continue;
            outcome no;
            no.ok = false;
            no.text = "the home page is not right: " + why_not(all);
            no.detail = detail_of(all);
            return no;
        }
        return failure{errc::timed_out, "The home page does not answer: " + why_not(all)};
    }
};

}  // namespace

std::unique_ptr<step_kind> create_http_check() {
    return std::make_unique<http_check>();
}

}  // namespace slipway::steps
