#include "commands/changelog/entry.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "commands/changelog/messages.hpp"
#include "commands/changelog/tag_order.hpp"

namespace slipway::changelog {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// ---- text ----------------------------------------------------------------------------------------------------------

/// One line of data: line breaks and control characters become blanks, blanks collapse, ends are trimmed.
std::string one_line(const untrusted& text) {
    std::string line;
    for (const char c : text.raw()) {
        const auto byte = static_cast<unsigned char>(c);
        const bool blank = byte <= 0x20 || byte == 0x7f;
        if (!blank)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.ends_with(' ')) line.pop_back();
    return line;
}

std::string bullet(const entry_item& item, const std::string& request_url) {
    auto line = "- " + one_line(item.title);
    if (item.iid == 0) return line + "\n";
    const auto iid = std::to_string(item.iid);
    // At home in its own project the title may end with "(!12)", which would be read as one of ours here.
    if (const auto own = "(!" + iid + ")"; line.ends_with(own)) line.erase(line.size() - own.size());
    while (line.ends_with(' ')) line.pop_back();
    const auto number = item.project + "!" + iid;
    auto url = item.url;
    if (item.project.empty() && !request_url.empty()) url = request_url + iid;
    return line + (url.empty() ? " (" + number + ")\n" : " ([" + number + "](" + url + "))\n");
}

const entry_group* group_of(const entry_item& item, const std::vector<entry_group>& groups) {
    for (const auto& each : groups) {
        if (std::ranges::find(item.labels, each.label) != item.labels.end()) return &each;
    }
    return nullptr;
}

// ---- headings ------------------------------------------------------------------------------------------------------

struct heading {
    std::size_t position = 0;  ///< of its line in the file
    std::size_t level = 0;
    std::string version;  ///< "1.4.0" of "## [v1.4.0] - 2026-11-23"; "" when it is no version
    bool unreleased = false;
};

/// The first word of a heading without brackets and a "v" before digits.
std::string first_word(std::string_view text) {
    if (text.starts_with('[')) text.remove_prefix(1);
    text = text.substr(0, text.find_first_of(" \t](:,"));
    if (text.size() > 1 && text.front() == 'v' && is_digit(text[1])) text.remove_prefix(1);
    return std::string{text};
}

bool looks_like_version(std::string_view word) {
    return std::ranges::any_of(word, is_digit) && word.find('.') != std::string_view::npos;
}

bool is_unreleased(std::string word) {
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return word == "unreleased";
}

std::optional<heading> heading_in(std::string_view line, std::size_t position) {
    const auto level = line.find_first_not_of('#');
    if (level == 0 || level == std::string_view::npos || level > 6 || (line[level] != ' ' && line[level] != '\t')) {
        return std::nullopt;
    }
    heading made{position, level, "", false};
    const auto word = first_word(detail::trimmed(line.substr(level)));
    made.unreleased = is_unreleased(word);
    if (looks_like_version(word)) made.version = word;
    return made;
}

/// "# …" headings outside fenced code.
std::vector<heading> headings_in(std::string_view file) {
    std::vector<heading> found;
    std::size_t position = file.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    bool fenced = false;
    while (position < file.size()) {
        const auto end = std::min(file.find('\n', position), file.size());
        auto line = file.substr(position, end - position);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.starts_with("```") || line.starts_with("~~~")) fenced = !fenced;
        if (const auto made = fenced ? std::nullopt : heading_in(line, position)) found.push_back(*made);
        position = end + 1;
    }
    return found;
}

/// Where a section ends: at the next heading of its level or above.
std::size_t end_of(const std::vector<heading>& all, std::size_t which, std::size_t file_size) {
    for (std::size_t each = which + 1; each < all.size(); ++each) {
        if (all[each].level <= all[which].level) return all[each].position;
    }
    return file_size;
}

/// Before the newest version; a section of unreleased changes stays on top. nullopt = no version yet.
std::optional<std::size_t> place_in(const std::vector<heading>& all, std::size_t file_size) {
    for (std::size_t each = 0; each < all.size(); ++each) {
        if (!all[each].version.empty()) return all[each].position;
        if (all[each].unreleased) return end_of(all, each, file_size);
    }
    return std::nullopt;
}

/// For comparing: LF, and no blank lines at the end.
std::string normalised(std::string_view text) {
    std::string made;
    for (const auto line : detail::lines_of(text)) made.append(line).append("\n");
    while (made.ends_with("\n\n")) made.pop_back();
    return made;
}

std::string with_line_ends(std::string_view text, std::string_view line_end) {
    std::string made;
    for (const auto line : detail::lines_of(text)) made.append(line).append(line_end);
    return made;
}

/// What has to stand between `before` and a heading: the rest of its line, and one blank line.
std::string gap_after(std::string_view before, std::string_view line_end) {
    if (before.empty() || before == byte_order_mark) return {};
    if (!before.ends_with('\n')) return std::string{line_end} + std::string{line_end};
    before.remove_suffix(1);
    if (before.ends_with('\r')) before.remove_suffix(1);
    return before.empty() || before.ends_with('\n') ? std::string{} : std::string{line_end};
}

}  // namespace

namespace {

void add_section(std::string& text, const std::string& heading, const std::string& bullets) {
    if (!bullets.empty()) text.append("\n### ").append(heading).append("\n\n").append(bullets);
}

/// Bullets of all groups that share a heading.
std::string bullets_under(const std::string& heading, const entry_plan& plan) {
    std::string bullets;
    for (const auto& each : plan.items) {
        const auto* group = group_of(each, plan.groups);
        if (group != nullptr && group->heading == heading) bullets += bullet(each, plan.request_url);
    }
    return bullets;
}

}  // namespace

std::string entry_text(const entry_plan& plan) {
    std::string text = "## " + plan.version + (plan.date.empty() ? "" : " - " + plan.date) + "\n";
    std::string plain;
    for (const auto& each : plan.items) {
        if (group_of(each, plan.groups) == nullptr) plain += bullet(each, plan.request_url);
    }
    std::string notes;
    for (const auto& each : plan.notes) notes.append("- ").append(one_line(each)).append("\n");
    std::string first = plan.other.empty() ? plain : std::string{};
    if (plan.notes_heading.empty()) first += notes;
    if (!first.empty()) text += "\n" + first;
    if (!plan.notes_heading.empty()) add_section(text, plan.notes_heading, notes);
    std::set<std::string> said;
    for (const auto& group : plan.groups) {
        if (said.insert(group.heading).second) add_section(text, group.heading, bullets_under(group.heading, plan));
    }
    if (!plan.other.empty()) add_section(text, plan.other, plain);
    std::string names;
    for (const auto& each : plan.contributors) names += (names.empty() ? "" : ", ") + one_line(each);
    if (!names.empty()) text += "\nContributors: " + names + "\n";
    if (!plan.compare_url.empty()) text += "\n[All changes](" + plan.compare_url + ")\n";
    return text;
}

std::vector<entry_item> entry_items(const std::vector<landed_change>& newest_first,
                                    const std::vector<known_request>& known) {
    std::vector<entry_item> items;
    std::set<std::int64_t> named;
    for (auto change = newest_first.rbegin(); change != newest_first.rend(); ++change) {
        // A revert whose target is in the range says "nothing happened": neither of the two is news.
        const bool says_nothing = change->kind == landed_kind::revert && !change->reverts.empty() &&
                                  change->earlier.empty() && !change->impure_revert;
        if (!change->alive() || says_nothing) continue;
        for (const auto& request : change->requests) {
            if (!request.alive() || !change->is_proven(request) || !named.insert(request.iid).second) continue;
            const auto title = std::ranges::find(known, request.iid, &known_request::iid);
            if (title != known.end())
                items.push_back({request.iid, title->title, title->labels, {}, {}});
            else
                items.push_back({request.iid, change->title, {}, {}, {}});
        }
    }
    return items;
}

std::optional<std::string> entry_of(std::string_view file, std::string_view version) {
    const auto all = headings_in(file);
    const auto wanted = first_word(version);
    for (std::size_t each = 0; each < all.size(); ++each) {
        if (all[each].version != wanted || wanted.empty()) continue;
        return std::string{file.substr(all[each].position, end_of(all, each, file.size()) - all[each].position)};
    }
    return std::nullopt;
}

result<std::string> insert_entry(std::string_view file, std::string_view entry) {
    const auto own = headings_in(entry);
    if (own.empty() || own.front().position != 0 || own.front().version.empty()) {
        return failure{errc::invalid, "A changelog entry has to begin with a heading that names its version"};
    }
    const auto& version = own.front().version;
    const auto present = entry_of(file, version);
    if (present && normalised(*present) == normalised(entry)) return std::string{file};
    if (present) {
        return failure{errc::exists, "The changelog has an entry for " + version + " with other text. It says:\n" +
                                         *present + "\nbut this release would write:\n" + std::string{entry} +
                                         "\nRemove the old entry, or make it say the same"};
    }
    const std::string_view line_end = file.find("\r\n") != std::string_view::npos ? "\r\n" : "\n";
    const auto at = place_in(headings_in(file), file.size()).value_or(file.size());
    std::string made{file.substr(0, at)};
    made += gap_after(made, line_end);
    made += with_line_ends(normalised(entry), line_end);
    if (at < file.size()) made += line_end;
    made += file.substr(at);
    return made;
}

}  // namespace slipway::changelog
