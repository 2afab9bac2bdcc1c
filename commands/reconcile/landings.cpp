#include "commands/reconcile/landings.hpp"

#include <algorithm>
#include <map>

#include "commands/changelog/messages.hpp"

namespace slipway::reconcile::detail {
namespace {

/// Enough messages to know which project a repository is.
constexpr std::size_t most_messages = 2000;

std::string project_of(const git::history& seen) {
    std::map<std::string, std::size_t> named;
    for (std::size_t each = 0; each < std::min(seen.size(), most_messages); ++each) {
        for (const auto& reference : changelog::references_in(seen.at(each).message.raw())) {
            if (!reference.project.empty()) ++named[reference.project];
        }
    }
    const auto most = std::ranges::max_element(named, {}, [](const auto& each) { return each.second; });
    return most == named.end() ? std::string{} : most->first;
}

changelog::range_commit as_commit(const git::commit& from) {
    changelog::range_commit made;
    made.id = from.id;
    made.parents = from.parents;
    made.message = from.message;
    made.author = untrusted{from.author.name};
    made.author_email = from.author.email;
    made.tree = from.tree;
    return made;
}

}  // namespace

changelog::attribution_settings settings_for(const question& asked, const git::history& seen) {
    changelog::attribution_settings made;
    made.project_path = asked.project.empty() ? project_of(seen) : asked.project;
    made.aliases = asked.aliases;
    made.housekeeping_subjects = {"Build and increment version to ",
                                  "Increment version",
                                  "Bump version",
                                  "bump version",
                                  "Version bump",
                                  "Update version",
                                  "Set version",
                                  "Update CHANGELOG",
                                  "Update changelog",
                                  "Update Changelog",
                                  "Changelog for ",
                                  "Add changelog for ",
                                  "Prepare release",
                                  "Prepare for release",
                                  "Release ",
                                  "release: ",
                                  "chore(release)"};
    // Words alone prove nothing: such a commit may touch what names a version or tells about it, and nothing else.
    made.housekeeping_paths = {
        "*CHANGELOG.md", "*CHANGELOG",   "*CHANGELOG.rst", "*CHANGELOG.txt",     "*changelog.md",
        "*CHANGES",      "*CHANGES.md",  "*NEWS",          "*NEWS.md",           "*VERSION",
        "*version.txt",  "*.properties", "*package.json",  "*package-lock.json", "*composer.json",
        "*pom.xml",      "*Cargo.toml",  "*Cargo.lock",    "*pyproject.toml",    "*setup.py",
        "*setup.cfg",    "*meson.build", "changelogs/",    "public/build/",      "public/assets/",
        "dist/"};
    std::ranges::copy(asked.housekeeping_subjects, std::back_inserter(made.housekeeping_subjects));
    std::ranges::copy(asked.housekeeping_paths, std::back_inserter(made.housekeeping_paths));
    return made;
}

result<changelog::range_landing> as_landing(const git::archive& repository, const git::history& seen,
                                            const git::range_step& step,
                                            const changelog::attribution_settings& settings) {
    changelog::range_landing made{as_commit(seen.at(step.tip)), {}, {}};
    made.brought.reserve(step.brought.size());
    for (const auto each : step.brought) made.brought.push_back(as_commit(seen.at(each)));
    auto& tip = made.tip;
    if (changelog::needs_paths(tip, settings)) {
        auto paths = repository.touched_paths(tip.id);
        if (!paths) return paths.error();
        tip.paths = std::move(*paths);
    }
    for (const auto each : changelog::brought_that_need_paths(made, settings)) {
        auto paths = repository.touched_paths(made.brought[each].id);
        if (!paths) return paths.error();
        made.brought[each].paths = std::move(*paths);
    }
    if (tip.parents.size() > 1 && made.brought.empty()) {
        const auto parent = seen.find(tip.parents.front());
        auto tree = parent ? result<std::string>{seen.at(*parent).tree} : repository.tree_of(tip.parents.front());
        if (!tree) return tree.error();
        made.first_parent_tree = std::move(*tree);
    }
    return made;
}

result<std::vector<changelog::range_landing>> as_landings(const git::archive& repository, const git::history& seen,
                                                          const std::vector<git::range_step>& steps,
                                                          const changelog::attribution_settings& settings) {
    std::vector<changelog::range_landing> made;
    made.reserve(steps.size());
    for (const auto& each : steps) {
        auto landing = as_landing(repository, seen, each, settings);
        if (!landing) return landing.error();
        made.push_back(std::move(*landing));
    }
    return made;
}

loose_ends loose_ends_of(const std::vector<changelog::range_landing>& landings,
                         const std::vector<changelog::landed_change>& changes) {
    loose_ends found;
    for (const auto& each : changes) {
        found.reverts = found.reverts || !each.earlier.empty() || each.empty;
        found.picks = found.picks || (!each.picked_from.empty() && each.requests.empty());
    }
    for (const auto& each : landings) {  // picks inside branches
        if (found.picks) break;
        found.picks = std::ranges::any_of(each.brought, [](const changelog::range_commit& one) {
            const auto& message = one.message.raw();
            return message.find("(cherry") != std::string::npos &&
                   !changelog::detail::cherry_pick_source(message).empty();
        });
    }
    return found;
}

}  // namespace slipway::reconcile::detail
