#include "commands/errors/suspects.hpp"

#include <algorithm>
#include <cmath>

#include "commands/errors/numbers.hpp"

namespace slipway::errors {
namespace {

constexpr double the_line = 1.0, near_line = 0.6, same_file = 0.3, older_line = 0.1, removed_name = 1.0;
constexpr double each_frame_further = 0.6;
constexpr double half_life_days = 180;
constexpr std::size_t sweeping_change = 50;  // files: a reformat or an import, rarely a cause
constexpr double sweeping = 0.2, white_space = 0.1;
constexpr double enough = 0.5;
constexpr std::size_t most_reasons = 5;

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
}

std::string identity(const developer& who) {
    return who.email.empty() ? lower(who.username) : lower(who.email);
}

std::string short_id(const std::string& commit) {
    return commit.substr(0, 7);
}

/// One piece of evidence against one commit.
struct evidence {
    const commit_fact* commit;
    double score;
    std::string reason;
};

std::string brought_by(const commit_fact& commit) {
    auto text = short_id(commit.id);
    if (commit.request != 0) text += " (merge request !" + std::to_string(commit.request) + ")";
    return text + (commit.in_range ? " in this release" : ", before this release");
}

double discount(const commit_fact& of) {
    if (of.ignored) return 0;
    double factor = 1;
    if (of.files > sweeping_change) factor *= sweeping;
    if (of.whitespace_only) factor *= white_space;
    return factor;
}

class collector {
public:
    explicit collector(const suspect_input& facts) : facts_{facts} {}

    std::vector<evidence> collect() {
        double weight = 1;
        for (const auto& each : facts_.frames) {
            if (!each.path.empty()) judge_frame(each, weight);
            weight *= each_frame_further;
        }
        for (const auto& each : facts_.removed)
            if (const auto* commit = find(each.commit))
                add(*commit, removed_name,
                    "removed " + each.symbol + " from " + each.path + " in " + brought_by(*commit));
        return std::move(found_);
    }

private:
    const commit_fact* find(const std::string& id) const {
        const auto known = facts_.commits.find(id);
        return known == facts_.commits.end() ? nullptr : &known->second;
    }

    void add(const commit_fact& commit, double score, std::string reason) {
        score *= discount(commit);
        if (score > 0) found_.push_back({&commit, score, std::move(reason)});
    }

    double of_age(const commit_fact& commit) const {
        const auto days = std::chrono::duration<double, std::ratio<86400>>(facts_.now - commit.when).count();
        return std::pow(0.5, std::max(0.0, days) / half_life_days);
    }

    /// Of everything one frame says against one commit only the strongest counts.
    void judge_frame(const frame_fact& of, double weight) {
        std::map<std::string, evidence> strongest;
        const auto offer = [&strongest](const commit_fact& commit, double score, std::string reason) {
            auto& best = strongest.try_emplace(commit.id, evidence{&commit, 0, {}}).first->second;
            if (score > best.score) best = {&commit, score, std::move(reason)};
        };
        const auto place = "line " + std::to_string(of.frame.line) + " of " + of.path;
        for (const auto& line : of.lines) {
            const auto* commit = find(line.commit);
            if (commit == nullptr) continue;
            const bool exact = line.line == of.frame.line;
            if (exact && commit->in_range) offer(*commit, the_line, place + ", changed in " + brought_by(*commit));
            if (exact && !commit->in_range)
                offer(*commit, older_line * of_age(*commit), place + ", written in " + brought_by(*commit));
            if (!exact && commit->in_range)
                offer(*commit, near_line,
                      (line.same_function ? "the function around " : "next to ") + place + ", changed in " +
                          brought_by(*commit));
        }
        // However often the file was changed, all of that together says no more than "somebody was here".
        const auto share = same_file / static_cast<double>(std::max<std::size_t>(1, of.range_commits.size()));
        for (const auto& id : of.range_commits)
            if (const auto* commit = find(id)) offer(*commit, share, of.path + ", changed in " + brought_by(*commit));
        for (auto& [id, one] : strongest) add(*one.commit, one.score * weight, std::move(one.reason));
    }

    const suspect_input& facts_;
    std::vector<evidence> found_;
};

/// Who answers for a commit: the author and co-authors in equal shares; the merge request's author for merges and bots;
/// for a revert those of what it took back.
std::vector<developer> people_behind(const commit_fact& commit, const suspect_input& facts) {
    const auto reverted = facts.commits.find(commit.reverts);
    const auto& real = !commit.reverts.empty() && reverted != facts.commits.end() ? reverted->second : commit;
    if (real.merge_or_bot && real.request_author) return {*real.request_author};
    std::vector<developer> people{real.author};
    for (const auto& each : real.co_authors) {
        const auto known = [&each](const developer& other) { return identity(other) == identity(each); };
        if (std::ranges::none_of(people, known)) people.push_back(each);
    }
    return people;
}

struct scored {
    suspect who;
    double score = 0;
    double strongest = 0;
    std::vector<std::pair<double, std::string>> reasons;
};

void charge(scored& into, const developer& who, const evidence& by, double share) {
    into.score += share;
    into.who.who = who;
    into.who.in_range = into.who.in_range || by.commit->in_range;
    into.reasons.emplace_back(share, by.reason);
    if (share <= into.strongest) return;
    into.strongest = share;
    into.who.commit = by.commit->id;
    into.who.request = by.commit->request;
}

std::vector<suspect> ranked(std::vector<scored> all, double sum) {
    std::ranges::sort(all, [](const scored& a, const scored& b) {
        return std::tuple{-a.score, identity(a.who.who)} < std::tuple{-b.score, identity(b.who.who)};
    });
    std::vector<suspect> found;
    for (auto& each : all) {
        each.who.confidence = sum > 0 ? each.score / sum : 0;
        std::ranges::sort(each.reasons, std::ranges::greater{});
        for (auto& [score, reason] : each.reasons)
            if (each.who.reasons.size() < most_reasons) each.who.reasons.push_back(std::move(reason));
        found.push_back(std::move(each.who));
    }
    return found;
}

std::string percent(double share) {
    return std::to_string(std::lround(share * 100)) + " %";
}

void choose(suspicion& among, const suspect_input& facts) {
    if (among.ranked.empty()) {
        among.why = "nothing in the stack trace leads to a line of the repository";
        return;
    }
    const auto& best = among.ranked.front();
    const bool unavailable = std::ranges::any_of(facts.unavailable, [&best](const std::string& name) {
        return lower(name) == lower(best.who.email) || lower(name) == lower(best.who.username);
    });
    if (!best.in_range)
        among.why = "no line of the stack trace was changed in this release";
    else if (best.confidence < enough)
        among.why = "the evidence is divided: nobody has half of it (" + percent(best.confidence) + " at most)";
    else if (unavailable)
        among.why =
            "the most likely person (" + percent(best.confidence) + ") cannot be assigned: blocked, or has left";
    else {
        among.assignee = best;
        among.why = percent(best.confidence) + " of the evidence: " + best.reasons.front();
    }
}

}  // namespace

suspicion suspects_of(const suspect_input& facts) {
    std::map<std::string, scored> by_person;
    double sum = 0;
    for (const auto& each : collector{facts}.collect()) {
        const auto people = people_behind(*each.commit, facts);
        const auto share = each.score / static_cast<double>(people.size());
        for (const auto& who : people) charge(by_person[identity(who)], who, each, share);
        sum += each.score;
    }
    std::vector<scored> all;
    all.reserve(by_person.size());
    for (auto& [name, one] : by_person) all.push_back(std::move(one));
    suspicion found;
    found.ranked = ranked(std::move(all), sum);
    choose(found, facts);
    return found;
}

}  // namespace slipway::errors
