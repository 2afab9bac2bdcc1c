#include <algorithm>
#include <tuple>

#include "commands/changelog/attributing.hpp"

namespace slipway::changelog::detail {
namespace {

bool same_text(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, [](unsigned char a, unsigned char b) {
        return (a | (a >= 'A' && a <= 'Z' ? 0x20 : 0)) == (b | (b >= 'A' && b <= 'Z' ? 0x20 : 0));
    });
}

}  // namespace

request_index::request_index(const std::vector<known_request>& known) {
    std::vector<const known_request*> merged;
    for (const auto& each : known) {
        if (each.merged) merged.push_back(&each);  // an open request's head may sit inside somebody else's branch
    }
    // Stacked requests share commits: a commit belongs to the one that was merged first.
    std::ranges::sort(merged, {}, [](const known_request* each) {
        return std::tuple{each->merged_at == 0, each->merged_at, each->iid};
    });
    const auto note = [](by_id& ids, const std::string& id, const known_request* request) {
        if (!id.empty()) ids.emplace(id, request);
    };
    for (const auto* each : merged) {
        note(merged_as_, each->merge_commit, each);
        note(merged_as_, each->squash_commit, each);
        note(contains_, each->head, each);
        for (const auto& id : each->commits) note(contains_, id, each);
        for (const auto& id : each->patch_ids) patches_.emplace(id, each);
        titles_[each->title.raw()].push_back(each);
        by_iid_.emplace(each->iid, each);
    }
}

const known_request* request_index::merged(std::int64_t iid) const {
    const auto found = by_iid_.find(iid);
    return found == by_iid_.end() ? nullptr : found->second;
}

const known_request* request_index::with_title(const std::string& title) const {
    const auto found = titles_.find(title);
    return found != titles_.end() && found->second.size() == 1 ? found->second.front() : nullptr;
}

const known_request* request_index::source_of(const std::string& source) const {
    for (const auto* ids : {&merged_as_, &contains_}) {
        if (const auto* exact = find(*ids, source)) return exact;
        if (source.size() >= 40) continue;
        for (const auto& [id, request] : *ids) {
            if (id.starts_with(source)) return request;
        }
    }
    return nullptr;
}

std::vector<const known_request*> request_index::with_patch(const std::string& patch_id) const {
    std::vector<const known_request*> found;
    if (patch_id.empty()) return found;
    const auto [from, to] = patches_.equal_range(patch_id);
    for (auto each = from; each != to; ++each) {
        if (std::ranges::find(found, each->second) == found.end()) found.push_back(each->second);
    }
    return found;
}

bool is_ours(const std::string& project, const attribution_settings& settings) {
    if (project.empty() || settings.project_path.empty() || same_text(project, settings.project_path)) return true;
    return std::ranges::any_of(settings.aliases, [&](const std::string& each) { return same_text(project, each); });
}

}  // namespace slipway::changelog::detail
