#include "commands/steps/machines/job_notes.hpp"

#include "integrations/base/json.hpp"
#include "integrations/store/store.hpp"

namespace slipway::steps {
namespace {

constexpr const char* jobs_collection = "jobs";

}  // namespace

task<result<std::optional<runner::note>>> job_notes::read(std::string key) {
    const auto kept = co_await memory_.document_of(jobs_collection, key);
    if (!kept) co_return kept.error();
    if (!*kept) co_return std::optional<runner::note>{};
    runner::note known;
    known.key = key;
    known.ref = text_at(**kept, "ref");
    known.started = from_unix_ms(number_at(**kept, "started"));
    known.cursor = text_at(**kept, "cursor");
    known.ending = flag_at(**kept, "ending");
    known.place = text_at(**kept, "place");
    co_return std::optional{std::move(known)};
}

task<result<>> job_notes::write(runner::note what) {
    json::object body;
    body["ref"] = what.ref;
    body["started"] = to_unix_ms(what.started);
    body["cursor"] = what.cursor;
    body["ending"] = what.ending;
    body["place"] = what.place;
    store::batch changes;
    changes.documents.push_back({jobs_collection, what.key, std::move(body)});
    auto kept = co_await memory_.commit(std::move(changes));
    co_return kept;
}

}  // namespace slipway::steps
