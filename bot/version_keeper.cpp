#include "bot/version_keeper.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "bot/settings.hpp"
#include "commands/release/records.hpp"
#include "commands/views/ways_back.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/desired_message.hpp"

namespace slipway::bot {
namespace {

constexpr const char* collection = "observed";
constexpr milliseconds glance{1'000};
constexpr int looks_to_believe = 2;

/// "build.version" in nested objects; "" when it is not there.
std::string member_of(const json::value& page, std::string_view path) {
    const json::value* at = &page;
    while (at != nullptr) {
        const auto dot = path.find('.');
        const auto* object = at->if_object();
        at = object != nullptr ? object->if_contains(path.substr(0, dot)) : nullptr;
        if (dot == std::string_view::npos) break;
        path.remove_prefix(dot + 1);
    }
    return at != nullptr && at->is_string() ? std::string{at->get_string()} : std::string{};
}

}  // namespace

result<std::string> version_in(const net::response& got, const release::observed_settings& settings) {
    if (got.status != 200)
        return failure{errc::refused, settings.url + " answers with status " + std::to_string(got.status)};
    std::string found;
    if (!settings.header.empty()) {
        found = trimmed(got.headers.find(settings.header).value_or(""));
    } else {
        const auto page = parse_json(got.body);
        if (!page) return page.error().within(settings.url);
        found = member_of(*page, settings.json);
    }
    if (found.empty())
        return failure{errc::refused, settings.url + " says no version: it lacks `" +
                                          (settings.header.empty() ? settings.json : settings.header) + "`"};
    return found;
}

version_keeper::version_keeper(conductor::journal& releases, store::store& memory, timers& time, net::http_client& http,
                               conductor::project_lookup projects, names_lookup names)
    : releases_{releases},
      memory_{memory},
      time_{time},
      http_{http},
      projects_{std::move(projects)},
      names_{std::move(names)} {}

task<> version_keeper::run() {
    for (;;) {
        for (const auto& name : names_()) {
            const auto project = projects_(name);
            if (!project || project->observed.url.empty() || time_.now() < seen_[name].due) continue;
            seen_[name].due = time_.now() + project->observed.every;
            co_await look(name);
        }
        co_await time_.sleep(glance);
    }
}

task<> version_keeper::look(std::string name) {
    const auto project = projects_(name);
    if (!project) co_return;
    net::request asked;
    asked.url = project->observed.url;
    asked.timeout = milliseconds{10'000};
    const auto got = co_await http_.send(std::move(asked));
    const auto observed = got ? version_in(*got, project->observed) : result<std::string>{got.error()};
    if (!observed) {
        // Not reached is no other version; the home page's check and people's monitors say that it is down.
        spdlog::warn("project={} its version cannot be observed: {}", name, observed.error().sentence());
        co_return;
    }
    const auto all = co_await releases_.records(name);
    if (!all) co_return;
    const auto expected = release::expected_versions(*all);
    if (expected.empty()) co_return;
    const bool fits = std::ranges::find(expected, *observed) != expected.end();
    auto& known = seen_[name];
    known.different = fits ? 0 : known.different + 1;
    if (!fits && known.different < looks_to_believe) co_return;
    const auto noted = co_await note(project, *observed, fits ? *observed : expected.front(), fits);
    if (!noted) spdlog::warn("project={} its version could not be noted: {}", name, noted.error().sentence());
}

task<result<>> version_keeper::note(std::shared_ptr<const release::project_settings> project, std::string observed,
                                    std::string recorded, bool matches) {
    const auto before = co_await memory_.document_of(collection, project->name);
    if (!before) co_return before.error();
    views::observed_version now{observed, recorded, matches, time_.now()};
    bool was_different = false;
    std::string message;
    if (*before) {
        const auto* agreed = (*before)->if_contains("matches");
        was_different = agreed != nullptr && agreed->is_bool() && !agreed->get_bool();
        message = text_at(**before, "message");
        const bool same = text_at(**before, "observed") == observed && text_at(**before, "recorded") == recorded;
        if (same && was_different == !matches) co_return result<>{};
    }
    store::batch changes;
    if (!matches && !was_different) message = "project/" + project->name + "/version/" + to_iso(now.since);
    if (!matches || was_different) {
        const auto notice = views::observed_notice(now, *project);
        slack::desired_message wish;
        wish.channel = project->channel;
        wish.text = notice.text;
        wish.blocks = notice.blocks;
        changes.outbox.push_back(
            {message, slack::lane_of(slack::desired{wish}), slack::priority::gate, slack::to_json(wish), std::nullopt});
        spdlog::warn("project={} observed={} recorded={} matches={}", project->name, observed, recorded, matches);
    }
    json::object kept;
    kept["observed"] = observed;
    kept["recorded"] = recorded;
    kept["matches"] = matches;
    kept["since"] = to_iso(now.since);
    kept["message"] = message;
    changes.documents.push_back({collection, project->name, std::move(kept)});
    auto committed = co_await memory_.commit(std::move(changes));
    co_return committed;
}

}  // namespace slipway::bot
