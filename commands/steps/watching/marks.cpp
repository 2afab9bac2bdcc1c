#include "commands/steps/watching/marks.hpp"

#include "commands/steps/common.hpp"
#include "integrations/store/store.hpp"

namespace slipway::steps {
namespace {

std::string collection_of(const context& here) {
    return "error-marks/" + here.project->name;
}

task<result<json::object>> read_one(context here, std::string hash) {
    const auto found = co_await here.with.store->document_of(collection_of(here), hash);
    if (!found) co_return found.error();
    co_return found->value_or(json::object{});
}

task<result<>> write_one(context here, std::string hash, json::object body) {
    store::batch changes;
    changes.documents.push_back({collection_of(here), std::move(hash), std::move(body)});
    const auto kept = co_await here.with.store->commit(std::move(changes));
    if (!kept) co_return kept.error();
    co_return result<>{};
}

}  // namespace

task<result<error_marks>> read_marks(context here) {
    error_marks all;
    if (here.with.store == nullptr) co_return all;
    const auto found = co_await here.with.store->documents_in(collection_of(here));
    if (!found) co_return found.error().within("reading which errors are muted or resolved");
    for (const auto& each : *found) {
        auto& mark = all[each.id];
        mark.muted_in = text_at(each.body, "muted_in");
        mark.resolved_in = text_at(each.body, "resolved_in");
        mark.resolved_commit = text_at(each.body, "resolved_commit");
        mark.resolved_at = from_iso(text_at(each.body, "resolved_at")).value_or(instant{});
    }
    co_return all;
}

task<result<>> mark_muted(context here, std::string hash, act intent) {
    auto body = co_await read_one(here, hash);
    if (!body) co_return body.error();
    (*body)["muted_in"] = here.state->id;
    (*body)["muted_by"] = intent.by.user;
    auto kept = co_await write_one(here, std::move(hash), std::move(*body));
    co_return kept;
}

task<result<>> mark_resolved(context here, std::string hash, act intent) {
    auto body = co_await read_one(here, hash);
    if (!body) co_return body.error();
    (*body)["resolved_in"] = here.state->id;
    (*body)["resolved_commit"] = here.state->fact("stable_commit");
    (*body)["resolved_at"] = to_iso(intent.intended);
    (*body)["resolved_by"] = intent.by.user;
    auto kept = co_await write_one(here, std::move(hash), std::move(*body));
    co_return kept;
}

}  // namespace slipway::steps
