#include "bot/ledger_keeper.hpp"

#include <spdlog/spdlog.h>

namespace slipway::bot {
namespace {

constexpr const char* collection = "telemetry";
constexpr const char* document = "ledger";
constexpr milliseconds every{3'000};

}  // namespace

task<> ledger_keeper::load() {
    const auto kept = co_await memory_.document_of(collection, document);
    if (!kept) {
        spdlog::error("the errors of before cannot be read: {}", kept.error().sentence());
        co_return;
    }
    if (*kept) ledger_.load(**kept);
    saved_ = ledger_.revision();
}

task<> ledger_keeper::save() {
    const auto now = ledger_.revision();
    if (now == saved_) co_return;
    store::batch changes;
    changes.documents.push_back({collection, document, ledger_.save()});
    const auto done = co_await memory_.commit(std::move(changes));
    if (done)
        saved_ = now;
    else
        spdlog::error("the errors could not be kept: {}", done.error().sentence());
}

task<> ledger_keeper::run() {
    for (;;) {
        co_await time_.sleep(every);
        ledger_.trim(time_.now());
        co_await save();
    }
}

}  // namespace slipway::bot
