// Two versions of a long file mostly differ in a few places. Those are found by walking both side by side, and only
// they, with some lines around, are handed to libgit2's diff, which would hash every line of both files.
#include "integrations/git/line_map.hpp"

#include <algorithm>

namespace slipway::git::detail {
namespace {

constexpr std::size_t versions_kept = 4;
/// So many equal lines in a row are the same lines, whatever stands around them.
constexpr std::size_t sure = 40;
/// Of them go with a difference, so that its edges fall where they would in the whole file.
constexpr std::size_t around = sure / 2;
/// Lines looked ahead, of both sides together, for where the versions meet again.
constexpr std::size_t reach = 96;
/// Comparisons of lines spent on that; the rest of a file that repeats itself is left to the diff.
constexpr std::size_t most_comparisons = 200'000;

bool is_space(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool equal_but_for_space(std::string_view a, std::string_view b) noexcept {
    std::size_t i = 0, j = 0;
    while (true) {
        while (i < a.size() && is_space(a[i])) ++i;
        while (j < b.size() && is_space(b[j])) ++j;
        if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
        if (a[i++] != b[j++]) return false;
    }
}

int note_hunk(const git_diff_delta*, const git_diff_hunk* hunk, void* payload) {
    static_cast<std::vector<git_diff_hunk>*>(payload)->push_back(*hunk);
    return 0;
}

/// Lines [begin, end) of a version as one text: they follow one another.
std::string_view text_of(const file_version& version, std::size_t begin, std::size_t end) noexcept {
    if (begin == end) return {};
    const auto* const first = version.lines[begin].data();
    const auto& last = version.lines[end - 1];
    return {first, static_cast<std::size_t>(last.data() + last.size() - first)};
}

class comparison {
public:
    comparison(const file_version& before, const file_version& after, bool ignore_white_space)
        : before_{before}, after_{after}, loose_{ignore_white_space} {}

    result<std::vector<unchanged_lines>> run() {
        std::size_t spare = equal_lines(0, 0, npos);  // equal lines before (old, new) that nothing is said of yet
        std::size_t old = spare, now = spare;
        while (old < before_.lines.size() || now < after_.lines.size()) {
            const auto lead = std::min(spare, around);
            keep(old - spare, now - spare, spare - lead);
            const auto [old_end, now_end] = meeting_point(old, now);
            spare = equal_lines(old_end, now_end, npos);
            const auto tail = std::min(spare, around);
            const auto done = compare({old - lead, old_end + tail}, {now - lead, now_end + tail});
            if (!done) return done.error();
            old = old_end + spare;
            now = now_end + spare;
            spare -= tail;
        }
        keep(old - spare, now - spare, spare);
        return std::move(same_);
    }

private:
    static constexpr auto npos = static_cast<std::size_t>(-1);
    struct lines {
        std::size_t begin, end;
    };

    bool equal(std::size_t old, std::size_t now) const noexcept {
        const auto& a = before_.lines[old];
        const auto& b = after_.lines[now];
        return a == b || (loose_ && equal_but_for_space(a, b));
    }

    /// How many lines from here on are equal, at most `most`.
    std::size_t equal_lines(std::size_t old, std::size_t now, std::size_t most) const noexcept {
        const auto end = std::min({most, before_.lines.size() - old, after_.lines.size() - now});
        std::size_t count = 0;
        while (count < end && equal(old + count, now + count)) ++count;
        return count;
    }

    /// The nearest pair of lines behind a difference from which on the versions are surely the same; both ends when
    /// there is none near.
    std::pair<std::size_t, std::size_t> meeting_point(std::size_t old, std::size_t now) {
        for (std::size_t ahead = 1; ahead <= reach && spent_ < most_comparisons; ++ahead)
            for (std::size_t more = 0; more <= ahead; ++more) {
                const auto a = old + more, b = now + (ahead - more);
                if (a > before_.lines.size() || b > after_.lines.size()) continue;
                const auto equal = equal_lines(a, b, sure);
                spent_ += equal + 1;
                const bool ends = a + equal == before_.lines.size() && b + equal == after_.lines.size();
                if (equal == sure || ends) return {a, b};
            }
        return {before_.lines.size(), after_.lines.size()};
    }

    /// Notes `count` lines, counted from 0, as the same; joins them to the ones before.
    void keep(std::size_t old, std::size_t now, std::size_t count) {
        if (count == 0) return;
        if (!same_.empty()) {
            auto& last = same_.back();
            if (last.old_start + last.count == old + 1 && last.new_start + last.count == now + 1) {
                last.count += count;
                return;
            }
        }
        same_.push_back({old + 1, now + 1, count});
    }

    /// What is the same within a piece of each, by libgit2.
    result<> compare(lines old, lines now) {
        const auto before = text_of(before_, old.begin, old.end), after = text_of(after_, now.begin, now.end);
        git_diff_options options = GIT_DIFF_OPTIONS_INIT;
        options.flags = GIT_DIFF_FORCE_TEXT | GIT_DIFF_INDENT_HEURISTIC;  // as git blame cuts its hunks
        if (loose_) options.flags |= GIT_DIFF_IGNORE_WHITESPACE;
        options.context_lines = 0;
        std::vector<git_diff_hunk> hunks;
        const int code = git_diff_buffers(before.data(), before.size(), nullptr, after.data(), after.size(), nullptr,
                                          &options, nullptr, nullptr, note_hunk, nullptr, &hunks);
        if (code < 0) return git_failure(code, "Cannot compare two versions of a file");
        auto [old_at, now_at] = std::pair{old.begin, now.begin};
        for (const auto& each : hunks) {
            const auto old_count = static_cast<std::size_t>(each.old_lines);
            const auto new_count = static_cast<std::size_t>(each.new_lines);
            // Counted from 1; a side without lines names the line *before* the gap.
            const auto new_start = now.begin + static_cast<std::size_t>(each.new_start) - (new_count == 0 ? 0 : 1);
            keep(old_at, now_at, new_start - now_at);
            old_at += new_start - now_at + old_count;
            now_at = new_start + new_count;
        }
        keep(old_at, now_at, now.end - now_at);
        return {};
    }

    const file_version& before_;
    const file_version& after_;
    bool loose_;
    std::size_t spent_ = 0;
    std::vector<unchanged_lines> same_;
};

}  // namespace

result<std::shared_ptr<const file_version>> file_versions::at(const git_oid& blob) {
    for (const auto& each : last_)
        if (git_oid_equal(&each->id, &blob) == 1) return each;
    auto content = acquire<blob_handle>("Cannot read file content " + to_text(blob), git_blob_lookup, &repo_, &blob);
    if (!content) return content.error();
    auto made = std::make_shared<file_version>();
    made->id = blob;
    made->blob = std::move(*content);
    std::string_view rest{static_cast<const char*>(git_blob_rawcontent(made->blob.get())),
                          static_cast<std::size_t>(git_blob_rawsize(made->blob.get()))};
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size() - 1) + 1;
        made->lines.push_back(rest.substr(0, end));
        rest.remove_prefix(end);
    }
    last_.push_back(std::move(made));
    if (last_.size() > versions_kept) last_.pop_front();
    return last_.back();
}

result<std::vector<unchanged_lines>> unchanged_between(const file_version& before, const file_version& after,
                                                       bool ignore_white_space) {
    return comparison{before, after, ignore_white_space}.run();
}

}  // namespace slipway::git::detail
