// surprises: what lies between the last two tags and was in no merge request that people read. The release's own
// commits are told as evidence; everything else has to be signed for, place by place.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "commands/steps/reading/findings_items.hpp"
#include "commands/steps/reading/material.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_items = 25;
constexpr std::size_t most_places = 25;

std::string place_of(const risk::surprise& of) {
    return of.path + (of.line == 0 ? std::string{} : ":" + std::to_string(of.line));
}

std::string origin_words(const risk::surprise& of) {
    if (of.from == nullptr) return "no commit of the trunk brought it: it stands on stable alone";
    const auto name = risk::name_of(*of.from) + (of.from->author.empty() ? "" : " by " + of.from->author);
    if (of.from->kind == risk::origin_kind::merge) return name + " holds it beyond what it merged";
    if (of.from->kind == risk::origin_kind::direct) return name + ", without a merge request";
    return name;
}

std::string size_words(const risk::surprise& of) {
    if (!of.what.empty()) return of.what;
    return "+" + std::to_string(of.added) + " −" + std::to_string(of.removed) + " lines";
}

/// The step of kind diff, and what it compared; empty when the checklist has none or it was skipped.
std::pair<std::string, std::string> shown_before(const release::release_state& state) {
    for (const auto& rule : state.plan.steps)
        if (const auto* step = state.step(rule.id); rule.kind == "diff" && step != nullptr)
            return {text_at(step->data, "from"), text_at(step->data, "to")};
    return {};
}

task<result<std::set<std::string>>> paths_shown(context here, git::repository* repository) {
    std::set<std::string> paths;
    const auto [from, to] = shown_before(*here.state);
    if (from.empty() || to.empty()) co_return paths;
    git::diff_options options;
    options.lines = git::line_counts::skipped;
    const auto changes = co_await repository->diff(from, to, std::move(options));
    if (!changes) co_return changes.error();
    for (const auto& each : *changes) paths.insert(each.new_path);
    co_return paths;
}

/// Previous tag against new tag. Landings are those of trunk; what the release committed is its own.
result<reading_range> tag_range(const context& here) {
    const auto previous = need_fact(here, "previous_commit", "expected-tag");
    if (!previous) return previous.error();
    const auto candidate = need_fact(here, "candidate", "pull");
    if (!candidate) return candidate.error();
    const auto commit = need_fact(here, "commit", "commit");
    if (!commit) return commit.error();
    const auto stable = need_fact(here, "stable_commit", "merge-stable");
    if (!stable) return stable.error();
    reading_range range;
    range.whole_from = range.base = *previous;
    range.whole_to = *stable;
    range.head = *candidate;
    if (*commit != *candidate) range.own.emplace_back(*candidate, *commit);
    return range;
}

class surprises_kind final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("surprises", release::step_class::check, true); }
    std::string plan(const release::step_rule&, const release::project_settings&,
                     const std::string& version) const override {
        return "compare the tag before " + version + " with " + version +
               ", line by line, with what the merge requests showed; the rest has to be signed for";
    }

    task<result<look_outcome>> look(context here) override {
        if (flag_at(here.state->facts, "first_release")) co_return nothing_before(here);
        const auto range = tag_range(here);
        if (!range) co_return range.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        json::object asked;
        const auto material = co_await gather_material(here, *open, *range, &asked);
        if (!material) co_return material.error();
        const auto shown = co_await paths_shown(here, *open);
        if (!shown) co_return shown.error();
        auto seen = describe(here, *range, *material, *shown);
        seen.found.data["asked"] = std::move(asked);
        co_return seen;
    }

    task<result<outcome>> perform(context, act intent) override {
        outcome done;
        done.text = intent.item.empty() ? "everything is accounted for" : "expected: " + intent.reason;
        co_return done;
    }

private:
    static look_outcome nothing_before(const context& here) {
        look_outcome seen;
        seen.complete = true;
        seen.found.summary =
            tag_name(*here.state) + " is the first release: there is no earlier tag to compare it with";
        seen.found.fingerprint = sha256_hex(seen.found.summary).substr(0, 16);
        return seen;
    }
    static release::item_state item_of(const risk::surprise& of, const reading_range& range, bool was_shown) {
        release::item_state item;
        item.id = place_of(of);
        item.title = untrusted{size_words(of) + " that no merge request showed"};
        if (of.from != nullptr) item.url = of.from->url;
        item.details = {origin_words(of)};
        if (!was_shown) item.details.emplace_back("the diff that people read did not have this file");
        for (const auto& each : of.lines) item.details.push_back(risk::mask_secrets(each));
        std::string all = range.whole_from + range.whole_to + item.id + item.title.raw();
        for (const auto& each : item.details) all += "\n" + each;
        item.fingerprint = sha256_hex(all).substr(0, 16);
        return item;
    }

    static look_outcome describe(const context& here, const reading_range& range, const risk::material& material,
                                 const std::set<std::string>& shown) {
        look_outcome seen;
        std::size_t expected = 0;
        std::size_t open = 0;
        std::string marks = range.whole_from + range.whole_to;
        for (const auto& each : risk::surprises(material)) {
            if (each.expected()) {
                ++expected;
                if (seen.found.lines.size() < most_places)
                    seen.found.lines.push_back(place_of(each) + ": " + size_words(each) + ", " + origin_words(each));
                continue;
            }
            ++open;
            auto item = item_of(each, range, shown.empty() || shown.contains(each.path));
            marks += item.fingerprint;
            if (seen.items.size() < most_items) {
                keep_acceptance(here, item);
                seen.items.push_back(std::move(item));
            }
        }
        if (open > most_items) seen.items.push_back(rest_item(here, open - most_items, sha256_hex(marks)));
        seen.complete =
            std::ranges::all_of(seen.items, [](const auto& each) { return each.status == release::item_status::done; });
        seen.found.fingerprint = sha256_hex(marks).substr(0, 16);
        const auto files = count(material.whole.size(), "file");
        seen.found.summary =
            open == 0 ? fmt::format("{} differ from {}: every line is in a merge request or the release's own ({})",
                                    files, here.state->fact("previous_tag"), count(expected, "place"))
                      : fmt::format("{} differ from {}; {} no merge request showed", files,
                                    here.state->fact("previous_tag"), count(open, "place"));
        seen.data["places"] = open;
        return seen;
    }

    static release::item_state rest_item(const context& here, std::size_t more, const std::string& fingerprint) {
        release::item_state item;
        item.id = "the-rest";
        item.title = untrusted{"and " + count(more, "place") + " more that no merge request showed"};
        item.details = {"look at the whole difference between the tags before you sign for it"};
        item.fingerprint = fingerprint.substr(0, 16);
        keep_acceptance(here, item);
        return item;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_surprises() {
    return std::make_unique<surprises_kind>();
}

}  // namespace slipway::steps
