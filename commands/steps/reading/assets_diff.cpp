// assets_diff: which paths the asset build changed; anything outside the asset paths stops the release.
#include "commands/steps/candidate/draft.hpp"

namespace slipway::steps {
namespace {

bool is_below(const std::string& path, const std::string& folder_or_file) {
    return path == folder_or_file || (path.size() > folder_or_file.size() && path.starts_with(folder_or_file) &&
                                      (folder_or_file.ends_with('/') || path[folder_or_file.size()] == '/'));
}

class assets_diff final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("assets_diff", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        std::string paths;
        for (const auto& each : project.asset_paths) paths += (paths.empty() ? "" : ", ") + each;
        return "check that the asset build changed nothing outside " +
               (paths.empty() ? std::string{"the asset paths"} : paths);
    }
    task<result<outcome>> perform(context here, act) override {
        const auto built = need_fact(here, "assets_commit", "assets");
        if (!built) co_return built.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto changes = co_await built_changes(*open, *built);
        if (!changes) co_return changes.error();
        json::array inside;
        std::string listed;
        std::string outside;
        for (const auto& each : *changes) {
            bool fits = false;
            for (const auto& allowed : here.project->asset_paths) fits = fits || is_below(each.new_path, allowed);
            const auto line = std::string{git::to_string(each.kind)} + " " + each.new_path + "\n";
            (fits ? listed : outside) += line;
            if (fits) inside.emplace_back(each.new_path);
        }
        outcome done;
        if (!outside.empty()) {
            done.ok = false;
            done.text = "the asset build changed files outside the asset paths; nothing of it is committed";
            done.detail = outside;
            co_return done;
        }
        done.text = inside.empty() ? "the build changed nothing" : count(inside.size(), "asset file") + " changed";
        done.detail = listed;
        done.facts["asset_changes"] = std::move(inside);
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_assets_diff() {
    return std::make_unique<assets_diff>();
}

}  // namespace slipway::steps
