// version_bump: the version key in one file, exactly one match, nothing else changes by a byte.
#include "commands/changelog/version_key.hpp"
#include "commands/steps/candidate/draft.hpp"

namespace slipway::steps {
namespace {

result<changelog::version_key> key_of(const release::version_settings& settings) {
    const auto format = settings.format.empty() ? changelog::key_format_of(settings.file)
                                                : changelog::parse_key_format(settings.format);
    if (!format) return format.error();
    changelog::version_key key;
    key.format = *format;
    key.key = *format == changelog::key_format::pattern ? settings.pattern : settings.key;
    return key;
}

/// The old value has to be the version that was released last; when it is not, people shall know before they read on.
std::string note_on(const changelog::version_edit& edit, const context& here) {
    const auto last = here.state->fact("previous_version");
    if (last.empty() || edit.old_value == last) return {};
    return "; it said " + edit.old_value + " although the last release is " + last +
           ", so the file was not set by that release";
}

class version_bump final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("version_bump", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return "set " + (project.version.format == "pattern" ? "the version" : project.version.key) + " = " + version +
               " in " + project.version.file;
    }
    task<result<outcome>> perform(context here, act intent) override {
        const auto candidate = need_fact(here, "candidate", "pull");
        if (!candidate) co_return candidate.error();
        const auto& settings = here.project->version;
        if (settings.file.empty()) co_return not_configured("The version file", "version.file");
        const auto key = key_of(settings);
        if (!key) co_return key.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto before = co_await draft_before(here, *open);
        if (!before) co_return before.error();
        const auto file = co_await (*open)->read_file(*before, settings.file);
        if (!file) co_return file.error();
        const auto edited = changelog::set_version(*file, *key, here.state->version);
        if (!edited) co_return edited.error().within(settings.file);
        outcome done;
        done.data["old"] = edited->old_value;
        done.facts["draft"] = *before;
        if (edited->content == *file) {
            done.text = settings.file + " already says " + here.state->version + ": somebody set it on " +
                        here.project->repository.trunk + " by hand";
            co_return done;
        }
        git::edits edits;
        edits[settings.file].content = edited->content;
        const auto draft = co_await grow_draft(here, intent, *open, *before, std::move(edits),
                                               "Draft: version " + here.state->version);
        if (!draft) co_return draft.error();
        done.text = settings.file + ": " + edited->old_value + " → " + here.state->version + note_on(*edited, here);
        done.facts["draft"] = *draft;
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_version_bump() {
    return std::make_unique<version_bump>();
}

}  // namespace slipway::steps
