#include "commands/conductor/refusals.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "commands/conductor/journal_names.hpp"
#include "commands/views/names.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/desired_message.hpp"

namespace slipway::conductor {
namespace {

constexpr const char* collection = "refusals";
constexpr std::size_t many = 5;
constexpr milliseconds within{60'000};
constexpr milliseconds quiet{600'000};

struct refusal_count {
    std::vector<instant> at;  ///< of the last minute, oldest first
    instant told{};           ///< when the channel last heard of this person
};

refusal_count count_in(const json::object& body) {
    refusal_count made;
    for (const auto& each : array_at(body, "at"))
        if (each.is_int64()) made.at.push_back(from_unix_ms(each.get_int64()));
    made.told = from_unix_ms(number_at(body, "told", 0));
    return made;
}

json::object to_json(const refusal_count& what) {
    json::array times;
    for (const auto& each : what.at) times.emplace_back(to_unix_ms(each));
    return {{"at", std::move(times)}, {"told", to_unix_ms(what.told)}};
}

/// True when it is to be told.
bool count_one(refusal_count& so_far, instant now) {
    std::erase_if(so_far.at, [now](instant each) { return each + within <= now; });
    so_far.at.push_back(now);
    if (so_far.at.size() < many || now - so_far.told < quiet) return false;
    so_far.told = now;
    return true;
}

store::outbox_put alert(const release::refusal_noted& last, std::size_t times,
                        const release::project_settings& project) {
    const views::names people{project};
    slack::desired_message wish;
    wish.channel = project.channel;
    wish.text = slack::say(
                    "⚠️ {} was refused {} times within a minute, at last {}: {} Every refusal is in the journal; {} "
                    "lists them.",
                    people.of(last.by), static_cast<std::int64_t>(times), slack::code(last.asked),
                    people.full_sentence(last.rule), slack::code("slipway audit"))
                    .text();
    const auto key = "refusals/" + last.by.user + "/" + std::to_string(to_unix_ms(last.at));
    return {key, slack::lane_of(wish), slack::priority::detail, slack::to_json(wish), std::nullopt};
}

task<store::batch> with_refusal(store::store& memory, store::batch changes, release::refusal_noted noted,
                                std::shared_ptr<const release::project_settings> project) {
    const auto known = co_await memory.document_of(collection, noted.by.user);
    if (!known) co_return changes;  // the commit itself will tell
    auto so_far = *known ? count_in(**known) : refusal_count{};
    if (count_one(so_far, noted.at)) {
        spdlog::warn("actor={} refusals={} within a minute, last=\"{}\"", release::to_string(noted.by),
                     so_far.at.size(), noted.asked);
        if (project) changes.outbox.push_back(alert(noted, so_far.at.size(), *project));
    }
    changes.documents.push_back({collection, noted.by.user, to_json(so_far)});
    co_return changes;
}

}  // namespace

task<store::batch> with_refusals(store::store& memory, store::batch changes, std::vector<release::event> events,
                                 std::shared_ptr<const release::project_settings> project) {
    for (const auto& each : events) {
        const auto* noted = std::get_if<release::refusal_noted>(&each);
        if (noted == nullptr) continue;
        auto more = co_await with_refusal(memory, std::move(changes), *noted, project);
        changes = std::move(more);
    }
    co_return changes;
}

task<> note_refusal(store::store& memory, std::string project_name, release::refusal_noted what, std::string cause,
                    std::shared_ptr<const release::project_settings> project) {
    const release::event happened{what};
    failure last;
    for (int conflict = 0; conflict < most_conflicts; ++conflict) {
        const auto stream = refusals_of(project_name);
        const auto known = co_await memory.read(stream);
        if (!known) {
            last = known.error();
            break;
        }
        store::batch changes;
        changes.appends.push_back({stream, static_cast<std::int64_t>(known->size()), {}});
        changes.appends.back().events.push_back(
            {release::name_of(happened), release::data_of(happened), release::to_string(what.by), cause, what.at});
        auto counted = co_await with_refusal(memory, std::move(changes), what, project);
        const auto noted = co_await memory.commit(std::move(counted));
        if (noted) co_return;
        last = noted.error();
        if (!(last == errc::moved)) break;
    }
    spdlog::error("project={} actor={} the refusal of \"{}\" could not be noted: {}", project_name,
                  release::to_string(what.by), what.asked, last.sentence());
}

}  // namespace slipway::conductor
