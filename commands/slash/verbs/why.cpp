// why: where a merge request is, and why.
#include <charconv>

#include "commands/slash/verbs/all.hpp"
#include "commands/steps/merge/whereabouts.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::slash {
namespace {

/// "!12", "12", or the address of a merge request; 0 = none of them.
std::int64_t number_in(std::string_view text) {
    const std::string_view mark = "/merge_requests/";
    if (const auto at = text.find(mark); at != std::string_view::npos) text.remove_prefix(at + mark.size());
    if (text.starts_with('<')) text.remove_prefix(1);
    if (text.starts_with('!')) text.remove_prefix(1);
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    return problem == std::errc{} ? number : 0;
}

class why final : public verb {
public:
    std::string name() const override { return "why"; }
    bool acts() const override { return false; }
    std::string usage() const override { return "why !NUMBER"; }
    std::string help() const override { return "Where a merge request is: how it landed, or why it is not in."; }
    task<result<answer>> run(desk& with, asked question) override {
        const auto iid = number_in(first_word(question.words).first);
        if (iid <= 0) co_return failure{errc::invalid, "Which merge request? For example `/release why !12`."};
        const auto state = co_await current_release(with, question.project);
        if (!state) co_return state.error();
        const auto* services = with.services(question.project->name);
        if (services == nullptr)
            co_return failure{errc::refused, question.project->name + " cannot be reached now; try again in a minute."};
        steps::context here;
        here.state = *state;
        here.project = question.project;
        here.with = *services;
        const auto found = co_await steps::where_is(std::move(here), iid);
        if (!found) co_return found.error();
        const auto number = "!" + std::to_string(iid);
        const auto where = std::string{found->in_release ? "in " : "not in "} + (*state)->version;
        slack::message_builder said{slack::say("{} {}: {}", untrusted{number}, found->title, untrusted{where})};
        said.section(slack::say("*{}* {}\n{}", slack::hyperlink(found->url, number),
                                slack::cut(slack::one_line(found->title.raw()), 300), untrusted{where}));
        for (const auto& each : found->facts) said.section(slack::say("• {}", untrusted{each}));
        co_return said.render();
    }
};

}  // namespace

std::unique_ptr<verb> create_why() {
    return std::make_unique<why>();
}

}  // namespace slipway::slash
