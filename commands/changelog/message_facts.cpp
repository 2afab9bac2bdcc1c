// One pass over a commit message: whose it is, what it takes back, where it was picked from.
#include <algorithm>
#include <cctype>

#include "commands/changelog/messages.hpp"

namespace slipway::changelog::detail {
namespace {

bool same_letter(char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// What follows `prefix` in `line`, whatever its case (people type trailers by hand); nullopt = it does not start so.
std::optional<std::string_view> after(std::string_view line, std::string_view prefix) {
    if (line.size() < prefix.size()) return std::nullopt;
    if (!std::equal(prefix.begin(), prefix.end(), line.begin(), same_letter)) return std::nullopt;
    return trimmed(line.substr(prefix.size()));
}

/// '… "subject"' → subject; nested quotes stay.
std::string quoted(std::string_view text) {
    const auto open = text.find('"');
    const auto close = text.rfind('"');
    if (open == std::string_view::npos || close <= open) return {};
    return std::string{text.substr(open + 1, close - open - 1)};
}

/// Hex words of 7 to 64 digits: "This reverts commits A, B and C."
std::vector<std::string_view> ids_in(std::string_view text) {
    std::vector<std::string_view> ids;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" ,.;:()\t"), text.size());
        const auto word = text.substr(0, end);
        const bool is_hex = word.size() >= 7 && word.size() <= 64 &&
                            std::ranges::all_of(word, [](unsigned char c) { return std::isxdigit(c) != 0; });
        if (is_hex) ids.push_back(word);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return ids;
}

std::string lower(std::string_view text) {
    std::string made{text};
    std::ranges::transform(made, made.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return made;
}

/// Four blanks or a tab: code, a pasted log, the body of something quoted.
bool is_quoted(std::string_view raw) {
    return raw.starts_with('>') || raw.starts_with('\t') || raw.starts_with("    ");
}

class reading {
public:
    explicit reading(message_facts& into) : into_{into} {}

    void subject(std::string_view subject) {
        const auto open = subject.rfind('(');
        if (!subject.ends_with(')') || open == std::string_view::npos) return;
        const auto inside = subject.substr(open + 1, subject.size() - open - 2);
        if (inside.find('!') == std::string_view::npos) return;  // "(#12)" and "(12)" may be anything
        note(parse_reference(inside), evidence::subject, 0);
    }
    void line(std::string_view raw, std::size_t number) {
        if (raw.empty() || is_quoted(raw)) return;
        const auto text = trimmed(raw);
        if (text.empty()) return;
        switch (text.front()) {  // most lines of most messages end here
            case 'S':
            case 's':
                if (auto named = after(text, "See merge request")) {
                    if (named->starts_with(':')) named = trimmed(named->substr(1));
                    note(parse_reference(*named), evidence::trailer, number);
                }
                return;
            case 'P':
            case 'p':
                if (const auto part = after(text, "Part-of:")) note(parse_reference(*part), evidence::part_of, number);
                return;
            case 'T':
            case 't':
                if (const auto what = after(text, "This reverts ")) revert(*what);
                return;
            case '(':
                for (const std::string_view prefix : {"(cherry picked from commit", "(cherry-picked from commit"}) {
                    if (const auto id = after(text, prefix)) picked(*id);
                }
                return;
            default:
                return;
        }
    }

private:
    void note(std::optional<request_reference> named, evidence how, std::size_t line) {
        if (!named) return;
        named->how = how;
        named->line = line;
        into_.own.push_back(std::move(*named));
    }
    void revert(std::string_view what) {
        if (const auto request = after(what, "merge request")) {
            const auto named = parse_reference(*request);
            if (named) into_.reverts.push_back({"", named->iid, named->project, ""});
        } else if (const auto commits = after(what, "commit")) {
            for (const auto id : ids_in(*commits)) {
                into_.reverts.push_back({lower(id), 0, "", ""});
                if (!what.starts_with("commits")) break;  // what follows tells more about the same commit
            }
        }
    }
    /// What stood above came with the message of the source, title included.
    void picked(std::string_view id) {
        const auto ids = ids_in(id);
        if (ids.empty()) return;
        into_.sources.push_back(lower(ids.front()));
        std::ranges::move(into_.own, std::back_inserter(into_.picked));
        into_.own.clear();
    }

    message_facts& into_;
};

}  // namespace

message_facts facts_in(std::string_view message) {
    message_facts facts;
    reading reader{facts};
    std::string_view first;
    for (std::size_t number = 0; !message.empty(); ++number) {
        const auto end = message.find('\n');
        auto line = message.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (number == 0) {
            first = trimmed(line);
            reader.subject(first);
        }
        reader.line(line, number);
        if (end == std::string_view::npos) break;
        message.remove_prefix(end + 1);
    }
    const bool says_so = first.starts_with("Revert \"") || first.starts_with("Reapply \"");
    if (facts.reverts.empty() && says_so) {
        // "Reapply X" undoes 'Revert "X"' (git 2.43 and later).
        auto subject = quoted(first);
        if (first.starts_with("Reapply")) subject = "Revert \"" + subject + "\"";
        if (!subject.empty()) facts.reverts.push_back({"", 0, "", std::move(subject)});
    }
    return facts;
}

revert_claim revert_in(std::string_view message) {
    auto facts = facts_in(message);
    return facts.reverts.empty() ? revert_claim{} : std::move(facts.reverts.front());
}

std::string cherry_pick_source(std::string_view message) {
    auto facts = facts_in(message);
    return facts.sources.empty() ? std::string{} : std::move(facts.sources.back());
}

std::string_view merged_branch_in(std::string_view subject) {
    for (const std::string_view beginning : {"Merge branch '", "Merge remote-tracking branch '",
                                             "Merge remote branch '", "Merge tag '", "Merge branches '"}) {
        if (!subject.starts_with(beginning)) continue;
        auto name = subject.substr(beginning.size());
        name = name.substr(0, name.find('\''));
        for (const std::string_view remote : {"origin/", "upstream/", "remotes/origin/"}) {
            if (name.starts_with(remote)) name.remove_prefix(remote.size());
        }
        return name;
    }
    return {};
}

}  // namespace slipway::changelog::detail

namespace slipway::changelog {

std::vector<request_reference> references_in(std::string_view message) {
    auto facts = detail::facts_in(message);
    auto all = std::move(facts.picked);
    std::ranges::move(facts.own, std::back_inserter(all));
    return all;
}

}  // namespace slipway::changelog
