// Hand-written lines of the changelog: added one by one, edited together.
#include <algorithm>
#include <charconv>

#include "commands/release/rules_parts.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::release {
namespace {

constexpr std::size_t longest_form = 2'900;  ///< Slack's input holds 3000 characters

/// A note as a line of the form.
std::string as_line(const note& from) {
    std::string line;
    for (const char c : from.text.raw()) line += c == '\n' || c == '\r' ? ' ' : c;
    return line;
}

std::vector<std::string> lines_in(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto first = line.find_first_not_of(" \t\r");
        if (first == std::string_view::npos) continue;
        lines.emplace_back(line.substr(first, line.find_last_not_of(" \t\r") - first + 1));
    }
    return lines;
}

/// How many notes a fingerprint was made of; nullopt when it is none.
std::optional<std::size_t> count_in(const std::string& fingerprint) {
    std::size_t number = 0;
    const auto* end = fingerprint.data() + fingerprint.size();
    const auto [after, problem] = std::from_chars(fingerprint.data(), end, number);
    if (problem != std::errc{} || after == end || *after != ':') return std::nullopt;
    return number;
}

}  // namespace

editable_notes notes_to_edit(const std::vector<note>& notes) {
    editable_notes made;
    std::size_t size = 0;
    made.first = notes.size();
    while (made.first > 0) {
        const auto more = as_line(notes[made.first - 1]).size() + 1;
        if (size + more > longest_form) break;
        size += more;
        --made.first;
    }
    std::string all;
    for (std::size_t each = 0; each < notes.size(); ++each) {
        const auto line = as_line(notes[each]);
        all += std::to_string(line.size()) + ":" + line;
        if (each >= made.first) made.lines += (made.lines.empty() ? "" : "\n") + line;
    }
    made.fingerprint = std::to_string(notes.size()) + ":" + sha256_hex(all).substr(0, 16);
    return made;
}

namespace rules {

result<events> decide(const question& q, const edit_notes& asked) {
    if (const auto live = check_live(q.state); !live) return live.error();
    if (const auto allowed = may(q.state.rights, "note", q.who); !allowed) return allowed.error();
    if (const auto commit = q.state.fact("commit"); !commit.empty())
        return refuse("The changelog entry is already in the release commit " + commit.substr(0, 10) +
                      ". Until the push, `/release retry pull` goes back to before it.");
    const auto& notes = q.state.notes;
    const auto count = count_in(asked.fingerprint);
    const bool known = count && *count <= notes.size();
    const std::vector<note> shown(notes.begin(), notes.begin() + static_cast<std::ptrdiff_t>(known ? *count : 0));
    const auto then = notes_to_edit(shown);
    if (!known || then.fingerprint != asked.fingerprint)
        return failure{errc::moved,
                       "Somebody else edited the notes meanwhile, so nothing was changed. Press Edit "
                       "again and put your lines in: " +
                           asked.lines};
    std::vector<note> edited(notes.begin(), notes.begin() + static_cast<std::ptrdiff_t>(then.first));
    for (const auto& line : lines_in(asked.lines)) {
        // A line that was there keeps who wrote it and when.
        const auto same = std::find_if(shown.begin() + static_cast<std::ptrdiff_t>(then.first), shown.end(),
                                       [&](const note& each) { return as_line(each) == line; });
        edited.push_back(same != shown.end() ? *same : note{q.who.who, untrusted{line}, q.now});
    }
    edited.insert(edited.end(), notes.begin() + static_cast<std::ptrdiff_t>(*count), notes.end());
    const auto same = [](const note& a, const note& b) { return a.text.raw() == b.text.raw(); };
    if (std::ranges::equal(edited, notes, same)) return events{};
    return events{notes_edited{std::move(edited), q.who.who, q.now}};
}

}  // namespace rules
}  // namespace slipway::release
