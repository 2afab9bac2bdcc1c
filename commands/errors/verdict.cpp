#include "commands/errors/verdict.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <tuple>

#include "commands/errors/numbers.hpp"
#include "commands/errors/statistics.hpp"

namespace slipway::errors {
namespace {

constexpr std::uint64_t least_evidence = 4;
constexpr std::size_t least_servers = 2;
constexpr std::uint64_t least_without_names = 10;  ///< events that name no server could all be one broken browser
constexpr double much_louder = 2;                  ///< from this lower bound on a rollback is proposed
constexpr double surely_not_only_here = 0.05;

std::uint64_t sum(std::span<const std::uint32_t> counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

/// How long the two windows are, in minutes for people and in the unit that is compared.
struct spans {
    explicit spans(const comparison_input& from) {
        std::size_t longest_before = 0, longest_after = 0;
        for (const auto& each : from.groups) {
            longest_before = std::max(longest_before, each.before.size());
            longest_after = std::max(longest_after, each.after.size());
        }
        before_minutes = from.before_minutes > 0 ? from.before_minutes : static_cast<double>(longest_before);
        const auto after = from.after_minutes > 0 ? from.after_minutes : static_cast<double>(longest_after);
        after_minutes = std::max(0.0, after - static_cast<double>(from.restart_minutes));
        const bool units = from.before_units > 0 && from.after_units > 0;
        before = units ? from.before_units : before_minutes;
        after_span = units ? from.after_units : after_minutes;
    }
    double before_minutes, after_minutes, before, after_span;
};

class judge_of_groups {
public:
    explicit judge_of_groups(const comparison_input& from)
        : from_{from}, over_{from}, alpha_{from.alpha / static_cast<double>(std::max<std::size_t>(1, from.looks))} {}

    verdict result() {
        verdict found;
        found.before_minutes = over_.before_minutes;
        found.after_minutes = over_.after_minutes;
        for (const auto& each : from_.groups) found.groups.push_back(first_look(each));
        find_louder(found.groups);
        compare_totals(found);
        found.unit = from_.before_units > 0 && from_.after_units > 0 ? from_.unit : std::string{};
        found.wave = from_.wave;
        conclude(found);
        found.next = advise(found);
        std::ranges::sort(found.groups, std::ranges::greater{}, [](const group_verdict& each) {
            return std::tuple{needs_issue(each), each.alarming, each.after, each.before};
        });
        return found;
    }

    static bool needs_issue(const group_verdict& of) noexcept {
        return of.what == change::fresh || of.what == change::regressed || of.what == change::louder;
    }

private:
    std::span<const std::uint32_t> restart(const group_counts& of) const {
        return {of.after.data(), std::min(of.after.size(), from_.restart_minutes)};
    }
    std::span<const std::uint32_t> settled(const group_counts& of) const {
        return std::span{of.after}.subspan(std::min(of.after.size(), from_.restart_minutes));
    }
    /// Counted for the totals and able to alarm.
    static bool matters(const group_counts& of) noexcept { return !of.muted && !of.below_error; }

    comparison comparing(std::uint64_t before, std::uint64_t after, double tolerated, double burst) const {
        return {.before = before,
                .before_span = over_.before,
                .after = after,
                .after_span = over_.after_span,
                .tolerated = tolerated,
                .burst = burst};
    }

    std::string counted(const group_verdict& of) const {
        return std::to_string(of.after) + " in " + minutes(over_.after_minutes) + " against " +
               std::to_string(of.before) + " in " + minutes(over_.before_minutes) + " before";
    }

    std::string per_unit() const {
        if (!(from_.before_units > 0 && from_.after_units > 0)) return {};
        return ", per " + from_.unit + " (" + whole(from_.after_units) + " against " + whole(from_.before_units) + ")";
    }

    /// Everything but "louder", which needs all groups together.
    group_verdict first_look(const group_counts& of) const {
        group_verdict found;
        found.group = of.group;
        found.title = of.title;
        found.before = sum(of.before);
        found.after = sum(settled(of));
        const auto tested = compare(comparing(found.before, found.after, from_.tolerated, burst_of(of.before)), alpha_);
        found.p = tested.p;
        found.ratio = tested.ratio;
        found.at_least = tested.at_least;
        found.servers = of.servers_after;
        found.alarming = matters(of) && found.after >= least_evidence && is_widespread(of, found.after);
        classify(of, found);
        if (from_.wave.known()) compare_waves(of, found);
        return found;
    }

    bool is_widespread(const group_counts& of, std::uint64_t after) const {
        if (of.servers_after == 0) return after >= least_without_names;
        return of.servers_after >= least_servers || from_.servers == 1;
    }

    /// New code against old code in the same minutes. Either comparison may find a difference, so each gets half.
    void compare_waves(const group_counts& of, group_verdict& found) const {
        const auto tested = compare({.before = of.on_old_code,
                                     .before_span = static_cast<double>(from_.wave.old_code),
                                     .after = of.on_new_code,
                                     .after_span = static_cast<double>(from_.wave.new_code),
                                     .tolerated = from_.tolerated,
                                     .burst = burst_of(of.before)},
                                    alpha_);
        const bool here_only = tested.p < found.p;
        found.p = std::min(1.0, 2 * std::min(tested.p, found.p));
        if (here_only) {
            found.ratio = tested.ratio;
            found.at_least = tested.at_least;
        }
        found.spared = of.on_old_code >= least_evidence && tested.p > surely_not_only_here;
        found.why += "; in the same minutes " + std::to_string(of.on_new_code) + " on " + servers(from_.wave.new_code) +
                     " with the new code, " + std::to_string(of.on_old_code) + " on " + servers(from_.wave.old_code) +
                     " with the old" + (found.spared ? ", so hardly because of this deploy" : "");
    }

    void classify(const group_counts& of, group_verdict& found) const {
        const auto while_restarting = sum(restart(of));
        const auto say = [&found](change what, std::string why) {
            found.what = what;
            found.why = std::move(why);
        };
        if (of.muted) return say(change::muted, "muted by a person for this release; " + counted(found));
        if (of.below_error) return say(change::old, "below the level of an error; " + counted(found));
        if (found.after == 0 && while_restarting > 0)
            return say(change::noise, times(while_restarting) + " while the servers restarted, not since");
        if (found.after == 0) return say(change::old, "not since the deploy; " + counted(found));
        if (of.fix_is_in_release)
            return say(change::regressed,
                       (of.fix.empty() ? "its issue is closed and this release contains the fix" : of.fix) +
                           ", yet it happened " + times(found.after));
        if (!of.seen_before && found.before == 0)
            return say(change::fresh, "never seen before this deploy: " + times(found.after) + " in " +
                                          minutes(over_.after_minutes) +
                                          (of.servers_after > 0 ? " on " + servers(of.servers_after) : ""));
        say(change::old, "not more than chance explains: " + counted(found));
    }

    void find_louder(std::vector<group_verdict>& groups) const {
        std::vector<std::size_t> candidates;
        std::vector<double> p;
        for (std::size_t i = 0; i < groups.size(); ++i) {
            if (groups[i].what != change::old || !matters(from_.groups[i]) || groups[i].after < least_evidence)
                continue;
            candidates.push_back(i);
            p.push_back(groups[i].p);
        }
        const auto significant = holm(p, alpha_);
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            if (!significant[i]) continue;
            auto& group = groups[candidates[i]];
            group.what = change::louder;
            const auto beside = group.why.find("; in the same minutes");
            const auto wave = beside == std::string::npos ? std::string{} : group.why.substr(beside);
            group.why = counted(group) + per_unit() + ": at least " + factor(group.at_least) +
                        " as often (p = " + small(group.p) + ")" + wave;
        }
    }

    void compare_totals(verdict& into) const {
        std::vector<std::uint32_t> per_minute;
        for (const auto& each : from_.groups) {
            if (!matters(each)) continue;
            into.before += sum(each.before);
            into.after += sum(settled(each));
            per_minute.resize(std::max(per_minute.size(), each.before.size()));
            for (std::size_t i = 0; i < each.before.size(); ++i) per_minute[i] += each.before[i];
        }
        const auto tested = compare(comparing(into.before, into.after, 1, burst_of(per_minute)), alpha_);
        into.total_louder = into.after >= least_evidence && tested.p <= alpha_;
        into.total_at_least = tested.at_least;
        if (into.total_louder)
            into.why = "all errors together are at least " + factor(tested.at_least) + " as frequent as before";
    }

    /// "15 new groups of errors", "1 new and 2 louder groups of errors"
    static std::string classes(const std::array<std::size_t, 3>& found) {
        std::vector<std::string> named;
        named.reserve(found.size());
        for (std::size_t what = 0; what < found.size(); ++what)
            if (found.at(what) > 0)
                named.push_back(std::to_string(found.at(what)) + " " +
                                std::string{to_string(static_cast<change>(what))});
        std::string text;
        for (std::size_t i = 0; i < named.size(); ++i) {
            if (i > 0) text += i + 1 == named.size() ? " and " : ", ";
            text += named[i];
        }
        const bool is_one = found[0] + found[1] + found[2] == 1;
        return text + (is_one ? " group of errors" : " groups of errors");
    }

    void conclude(verdict& into) const {
        std::array<std::size_t, 3> found{};
        for (const auto& each : into.groups)
            if (needs_issue(each)) ++found[static_cast<std::size_t>(each.what)];
        const auto totals = std::to_string(into.after) + (into.after == 1 ? " error in " : " errors in ") +
                            minutes(into.after_minutes) + " against " + std::to_string(into.before) + " in " +
                            minutes(into.before_minutes) + " before";
        const auto needing = found[0] + found[1] + found[2];
        if (needing > 0) {
            into.overall = health::worse;
            // "at least 3008 times as often as never" says nothing that the two counts do not say better.
            const auto more = into.why.empty() || into.before == 0 ? std::string{} : "; " + into.why;
            into.why = classes(found) + "; " + totals + more;
        } else if (into.total_louder) {
            into.overall = health::worse;
            into.why += "; " + totals;
        } else if (into.after_minutes <= 0) {
            into.why = "the restart has only just ended: nothing can be said yet";
        } else if (into.after == 0 && !from_.traffic_after) {
            into.why = "no error, but no sign of traffic either since the deploy: silence is no health";
        } else {
            into.overall = health::healthy;
            into.why = "no new, regressed or louder error; " + totals;
            if (!from_.traffic_before && into.before == 0) into.why += " (there was no traffic before to compare with)";
        }
    }

    /// All errors together are on at least as many servers as the group that is on most of them.
    bool total_is_widespread(std::uint64_t after) const {
        group_counts widest;
        for (const auto& each : from_.groups)
            if (matters(each)) widest.servers_after = std::max(widest.servers_after, each.servers_after);
        return is_widespread(widest, after);
    }

    /// Waking people is for what is plain: enough events on enough servers, and not on the old code too.
    advice advise(const verdict& of) const {
        if (of.overall == health::healthy) return advice::pass;
        const bool bad = std::ranges::any_of(of.groups, [](const group_verdict& each) {
            const bool much = each.what != change::louder || each.at_least >= much_louder;
            return needs_issue(each) && each.alarming && much && !each.spared;
        });
        const bool flood = of.total_louder && of.total_at_least >= much_louder && total_is_widespread(of.after);
        return of.overall == health::worse && (bad || flood) ? advice::roll_back : advice::ask;
    }

    const comparison_input& from_;
    spans over_;
    double alpha_;
};

}  // namespace

std::string_view to_string(change what) noexcept {
    static constexpr std::array<std::string_view, 6> words{"new", "regressed", "louder", "noise", "old", "muted"};
    return words[static_cast<std::size_t>(what)];
}

std::string_view to_string(health what) noexcept {
    static constexpr std::array<std::string_view, 3> words{"healthy", "worse", "inconclusive"};
    return words[static_cast<std::size_t>(what)];
}

std::string_view to_string(advice what) noexcept {
    static constexpr std::array<std::string_view, 3> words{"pass", "ask", "roll back"};
    return words[static_cast<std::size_t>(what)];
}

std::vector<group_verdict> verdict::needing_issues() const {
    std::vector<group_verdict> found;
    std::ranges::copy_if(groups, std::back_inserter(found), &judge_of_groups::needs_issue);
    return found;
}

verdict judge(const comparison_input& from) {
    return judge_of_groups{from}.result();
}

}  // namespace slipway::errors
