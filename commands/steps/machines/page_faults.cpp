#include "commands/steps/machines/page_faults.hpp"

#include <algorithm>
#include <chrono>

#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

std::string origin_of(const std::string& url) {
    const auto start = url.find("://");
    if (start == std::string::npos) return {};
    return url.substr(0, url.find('/', start + 3));
}

std::string absolute(const std::string& from, const std::string& location) {
    if (location.find("://") != std::string::npos) return location;
    if (location.starts_with("//")) return from.substr(0, from.find(':') + 1) + location;
    if (location.starts_with('/')) return origin_of(from) + location;
    const auto slash = from.rfind('/');
    return from.substr(0, slash < from.find("://") + 3 ? from.size() : slash) + "/" + location;
}

}  // namespace

bool is_same_origin(const std::string& one, const std::string& other) {
    return origin_of(one) == origin_of(other);
}

bool is_redirect(int status) noexcept {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string fault_of(const net::response& got, const release::home_page_settings& wanted, const std::string& version,
                     const std::string& version_marker) {
    const auto has = [&](const std::string& text) { return got.body.find(text) != std::string::npos; };
    if (got.status != wanted.status)
        return "it answers with status " + std::to_string(got.status) +
               (wanted.status == 200 ? std::string{} : " instead of " + std::to_string(wanted.status));
    for (const auto& each : wanted.forbidden)
        if (!each.empty() && has(each))
            return "it answers with status " + std::to_string(got.status) + ", but the page says “" + each +
                   "”, which a good page never does";
    if (!wanted.marker.empty() && !has(wanted.marker)) return "the page lacks “" + wanted.marker + "”";
    if (!wanted.version_header.empty()) {
        const auto header = got.headers.find(wanted.version_header);
        if (!header) return "the answer has no header " + wanted.version_header + ", which names the version";
        if (*header != version) return wanted.version_header + " says “" + *header + "”, not " + version;
    }
    if (!version_marker.empty() && !has(version_marker)) return "the page does not show “" + version_marker + "”";
    return {};
}

certificate_words judge_certificate(instant until, instant now, int warn_days) {
    const auto day = to_iso(until).substr(0, 10);
    if (until <= now) return {"its certificate ended on " + day, true};
    const auto left = std::chrono::duration_cast<std::chrono::hours>(until - now).count() / 24;
    if (left >= warn_days) return {};
    return {"its certificate ends on " + day + ", in " + count(static_cast<std::size_t>(left), "day"), false};
}

next_address follow(const std::string& from, const net::response& got, release::redirect_policy policy) {
    const auto location = got.headers.find("Location").value_or("");
    next_address made;
    if (location.empty()) {
        made.fault = "it answers with status " + std::to_string(got.status) + " and says no address to go to";
        return made;
    }
    made.url = absolute(from, location);
    const auto scheme = made.url.substr(0, made.url.find(':'));
    if (scheme != "https" && scheme != "http")
        made.fault = "it leads to " + made.url + ", which is no web address";
    else if (policy == release::redirect_policy::none)
        made.fault = "it answers with status " + std::to_string(got.status) + " and leads to " + made.url +
                     "; name that address in home_page.urls, or allow it with home_page.redirects";
    else if (from.starts_with("https:") && scheme == "http")
        made.fault = "it leads from https to " + made.url + ", which nobody can trust";
    else if (policy == release::redirect_policy::same_host && !is_same_origin(from, made.url))
        made.fault = "it leads to another host: " + made.url;
    return made;
}

void good_of::add(bool good) {
    last_.push_back(good);
    if (static_cast<int>(last_.size()) > of_) last_.erase(last_.begin());
}

int good_of::good() const noexcept {
    return static_cast<int>(std::ranges::count(last_, true));
}

/// The newest answer has to be good as well: a page that has just gone bad is not fine.
bool good_of::enough() const noexcept {
    return !last_.empty() && last_.back() && good() >= wanted_ && static_cast<int>(last_.size()) >= wanted_;
}

}  // namespace slipway::steps
