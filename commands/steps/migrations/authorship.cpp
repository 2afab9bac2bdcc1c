#include "commands/steps/migrations/authorship.hpp"

#include "commands/release/authors.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/migrations/gather.hpp"
#include "integrations/base/described.hpp"

namespace slipway::steps {
namespace {

using migrations::migration;

bool is_picked(const context& here) {
    return here.state->facts.contains("picks");
}

task<result<std::vector<migration>>> carried_now(context here) {
    if (!is_picked(here)) {
        auto gathered = co_await gather_migrations(here);
        co_return gathered;
    }
    auto requests = co_await picked_requests(here);
    if (!requests) co_return requests.error();
    auto carried = co_await migrations_carried_by(here, std::move(*requests));
    co_return carried;
}

std::string words_of(const json::array& fact) {
    std::vector<release::change_author> all;
    for (const auto& each : fact) all.push_back(from_described<release::change_author>(each));
    return release::words_of(std::move(all));
}

}  // namespace

task<result<json::array>> authors_now(context here) {
    const bool carries = here.state->facts.contains(release::migration_authors_fact);
    if (here.with.gitlab == nullptr || !carries) co_return array_at(here.state->facts, release::migration_authors_fact);
    const auto carried = co_await carried_now(here);
    if (!carried) co_return carried.error();
    const auto authors = co_await authors_of(here, *carried);
    if (!authors) co_return authors.error();
    co_return author_facts(*authors);
}

task<result<std::vector<release::drift_seen>>> see_authors(context here) {
    std::vector<release::drift_seen> seen;
    if (!is_picked(here) && !release::asks_who_deploys(*here.state)) co_return seen;
    if (release::has_deployed(*here.state) && !release::asks_who_deploys(*here.state)) co_return seen;
    auto now = co_await authors_now(here);
    if (!now) co_return now.error().within("reading who wrote the migrations");
    const auto was = words_of(array_at(here.state->facts, release::migration_authors_fact));
    const auto is = words_of(*now);
    if (was == is) co_return seen;
    release::drift_seen moved{release::authors_moved, was, is};
    moved.facts[release::migration_authors_fact] = std::move(*now);
    seen.push_back(std::move(moved));
    co_return seen;
}

}  // namespace slipway::steps
