#include "bot/ledger_keeper.hpp"

#include <spdlog/spdlog.h>

#include "integrations/base/json.hpp"

namespace slipway::bot {
namespace {

namespace json = boost::json;

constexpr const char* collection = "telemetry";
constexpr const char* document = "ledger";
/// Small notes beside the ledgers, so that nobody reads those that have not changed: {revision, at}.
constexpr const char* notes_collection = "telemetry-kept";
constexpr milliseconds every{3'000};
constexpr milliseconds every_shared{1'000};     // a watch of seconds must see what another bot received
constexpr std::chrono::hours longest_kept{48};  // a ledger keeps 26 hours

}  // namespace

task<> ledger_keeper::load() {
    const auto kept = co_await memory_.document_of(collection, document);
    if (!kept) {
        spdlog::error("the errors of before cannot be read: {}", kept.error().sentence());
        co_return;
    }
    if (is_alone() && *kept) received_.load(**kept);
    saved_ = received_.revision();
    if (!is_alone()) co_await gather();
}

task<> ledger_keeper::save() {
    const auto now = received_.revision();
    if (now == saved_) co_return;
    store::batch changes;
    if (is_alone()) {
        changes.documents.push_back({collection, document, received_.save()});
    } else {
        json::object note;
        note["revision"] = now;
        note["at"] = to_unix_ms(time_.now());
        changes.documents.push_back({collection, name_, received_.save()});
        changes.documents.push_back({notes_collection, name_, std::move(note)});
    }
    const auto done = co_await memory_.commit(std::move(changes));
    if (done)
        saved_ = now;
    else
        spdlog::error("the errors could not be kept: {}", done.error().sentence());
}

task<> ledger_keeper::gather() {
    const auto notes = co_await memory_.documents_in(notes_collection);
    if (!notes) {
        spdlog::warn("the errors that other bots received are not read now: {}", notes.error().sentence());
        co_return;
    }
    std::map<std::string, std::uint64_t> newest;
    for (const auto& each : *notes) newest[each.id] = static_cast<std::uint64_t>(number_at(each.body, "revision"));
    if (newest == gathered_) co_return;
    const auto shown = co_await show_all();
    if (!shown) {
        spdlog::warn("the errors that other bots received are not read now: {}", shown.error().sentence());
        co_return;
    }
    gathered_ = std::move(newest);
    co_await forget_old(*notes);
}

task<result<>> ledger_keeper::show_all() {
    const auto all = co_await memory_.documents_in(collection);
    if (!all) co_return all.error();
    shown_.load(received_.save());
    for (const auto& each : *all)
        if (each.id != name_) shown_.add(each.body);
    co_return result<>{};
}

task<> ledger_keeper::forget_old(const std::vector<store::document>& notes) {
    store::batch changes;
    for (const auto& each : notes) {
        if (from_unix_ms(number_at(each.body, "at")) + longest_kept > time_.now() || each.id == name_) continue;
        changes.forgotten.push_back({collection, each.id});
        changes.forgotten.push_back({notes_collection, each.id});
    }
    if (changes.forgotten.empty()) co_return;
    const auto done = co_await memory_.commit(std::move(changes));
    if (!done) spdlog::warn("old errors stay for now: {}", done.error().sentence());
}

task<> ledger_keeper::run() {
    for (;;) {
        co_await time_.sleep(is_alone() ? every : every_shared);
        received_.trim(time_.now());
        co_await save();
        if (!is_alone()) co_await gather();
    }
}

}  // namespace slipway::bot
