#include "commands/release/read_errors.hpp"

#include <algorithm>

#include "commands/release/setting_checks.hpp"

namespace slipway::release {

using namespace checks;

namespace {

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// What Sentry makes of a name for addresses.
bool is_slug(std::string_view text) {
    return !text.empty() && text.size() <= 100 && text.front() != '-' && text.front() != '.' &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string_view::npos;
}

/// Sentry's own rule for release names: no slashes, blanks or control characters.
bool is_package(std::string_view text) {
    return !text.empty() && text.size() <= 100 && text.find_first_of("/\\ \t\r\n@") == std::string_view::npos;
}

}  // namespace

ingest_settings read_ingest(const yaml_value& at) {
    at.only({"project", "key", "environment", "strip_prefixes"});
    const auto key = [](std::string_view text) {
        return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    };
    ingest_settings made;
    made.project_number = text_that(at.required("project"), is_number, "the project number at the end of the DSN");
    made.public_key = text_that(at.required("key"), key, "the DSN's public key, 32 lower-case hex digits");
    made.environment = at.at("environment").text(made.environment);
    made.strip_prefixes = at.at("strip_prefixes").texts();
    return made;
}

watch_settings read_watch(const yaml_value& at) {
    at.only({"before", "looks", "settle", "most_issues"});
    watch_settings made;
    made.before = at.at("before").duration(made.before);
    made.settle = at.at("settle").duration(made.settle);
    made.most_issues = static_cast<int>(at.at("most_issues").number(made.most_issues, 0, 1000));
    const auto looks = at.at("looks");
    if (!looks) return made;
    made.looks.clear();
    for (const auto& each : looks.items()) made.looks.push_back(each.duration(milliseconds{0}));
    if (made.looks.empty() || !std::ranges::is_sorted(made.looks) || made.looks.front() <= milliseconds{0})
        looks.problem("`watch.looks` must be a list of growing durations after the deployment, such as [2m, 5m, 10m]");
    return made;
}

suspect_settings read_suspects(const yaml_value& at) {
    at.only({"ignore_people", "ignore_paths", "ignore_revs", "by_email"});
    suspect_settings made;
    made.ignore_people = at.at("ignore_people").texts();
    made.ignore_paths =
        texts_that(at.at("ignore_paths"), is_path_inside, "a path inside the repository (relative, without `..`)");
    made.ignore_revs =
        text_that(at.at("ignore_revs"), is_path_inside, "the path of a file in the repository", made.ignore_revs);
    made.by_email = at.at("by_email").flag(made.by_email);
    return made;
}

sentry_settings read_sentry(const yaml_value& at) {
    at.only({"backend", "organization", "project", "project_id", "package", "repository", "query", "reads", "poll"});
    constexpr std::string_view slug = "the short name in Sentry's addresses (lower-case letters, digits, dashes)";
    sentry_settings made;
    made.backend = at.at("backend").one_of({"sentry", "glitchtip"}, made.backend);
    made.organization = text_that(at.required("organization"), is_slug, slug);
    made.project = text_that(at.required("project"), is_slug, slug);
    if (at.at("project_id").present())
        made.project_id = text_that(at.at("project_id"), is_number, "the project's number");
    if (at.at("package").present())
        made.package = text_that(at.at("package"), is_package, "what stands before the @ in release names");
    made.repository = at.at("repository").text();
    made.query = at.at("query").text();
    made.reads = at.at("reads").flag(made.reads);
    made.poll = at.at("poll").duration(made.poll);
    if (made.poll < milliseconds{500} || made.poll > milliseconds{600'000})
        at.at("poll").problem("`sentry.poll` must lie between 500ms and 10m; Sentry asks for 15s or more");
    return made;
}

}  // namespace slipway::release
