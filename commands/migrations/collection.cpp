#include "commands/migrations/collection.hpp"

#include <algorithm>

#include "commands/migrations/code_blocks.hpp"
#include "commands/migrations/section.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::migrations {
namespace {

std::string place(const source& from, const written& where) {
    return from.id + (where.note == 0 ? " (description" : " (note " + std::to_string(where.note)) + " by " +
           where.author + ")";
}

std::string in_line(const source& from, const written& where, std::size_t line) {
    return place(from, where) + ", line " + std::to_string(line);
}

/// Comments and titles go into one line of SQL comment: nothing in them may end it.
std::string one_line(std::string text) {
    for (auto& each : text)
        if (static_cast<unsigned char>(each) < ' ' || each == 0x7f) each = ' ';
    return text;
}

void take_from(const source& from, const written& where, const reading_rules& rules, migration& into) {
    const auto found = find_code_blocks(where.text);
    for (const auto line : found.shown_as_text)
        into.remarks.push_back(in_line(from, where, line) +
                               ": this fence is indented by four blanks or more, so it is text and no code block");
    std::size_t untagged = 0;
    for (const auto& block : found.blocks) {
        const bool blank = block.text.find_first_not_of(" \t\n") == std::string::npos;
        if (!block.closed) {
            into.problems.push_back(in_line(from, where, block.line) +
                                    ": this code block is never closed, so nobody can tell where its SQL ends");
            continue;
        }
        const bool is_sql = block.language.empty()
                                ? rules.untagged
                                : std::ranges::find(rules.languages, block.language) != rules.languages.end();
        if (block.language.empty() && !rules.untagged && !blank) ++untagged;
        if (!is_sql || blank) continue;
        if (block.text.find(marker_word) != std::string::npos) {
            into.problems.push_back(in_line(from, where, block.line) + ": this SQL holds “" + std::string{marker_word} +
                                    "”, which marks the place of the migrations in the milestone");
            continue;
        }
        into.pieces.push_back({block.text, where.note, where.author});
    }
    if (untagged > 0)
        into.remarks.push_back(
            place(from, where) + ": " + std::to_string(untagged) +
            (untagged == 1 ? " code block without a language is" : " code blocks without a language are") +
            " left out; write ```sql if it is SQL");
}

void say_when(const source& from, const reading_rules& rules, migration& into) {
    const auto has = [&](const std::string& label) {
        return std::ranges::find(from.labels, label) != from.labels.end();
    };
    const bool before = has(rules.before_label);
    const bool after = has(rules.after_label);
    into.when = after && !before ? moment::after : moment::before;
    into.says_when = before != after;
    if (before && after)
        into.problems.push_back(from.id + " has both labels, `" + rules.before_label + "` and `" + rules.after_label +
                                "`: is it loaded before or after the build?");
    else if (!into.says_when)
        into.remarks.push_back("neither label, `" + rules.before_label + "` or `" + rules.after_label +
                               "`: it counts as " + rules.before_label);
}

}  // namespace

std::vector<migration> collect(const std::vector<source>& sources, const reading_rules& rules) {
    std::vector<migration> all;
    all.reserve(sources.size());
    for (const auto& from : sources) {
        migration made;
        made.id = from.id;
        made.title = from.title;
        made.url = from.url;
        made.issue_author = from.author;
        made.author = from.merge_request_author.empty() ? from.author : from.merge_request_author;
        made.merge_request = from.merge_request;
        made.head = from.head;
        say_when(from, rules, made);
        for (const auto& each : from.texts)
            if (!each.system) take_from(from, each, rules, made);
        std::string parts = made.when == moment::before ? "before" : "after";
        for (const auto& each : made.pieces) parts += "/" + sha256_hex(each.sql);
        made.hash = fingerprint({made.id, parts});
        all.push_back(std::move(made));
    }
    return all;
}

std::string tick_of(const migration& each) {
    return fingerprint({each.hash, each.head}).substr(0, 16);
}

std::string sql_of(const migration& each) {
    std::string text;
    for (const auto& piece : each.pieces) {
        auto from = each.id + " " + each.title + " | ";
        from += piece.note == 0 ? "description" : "note " + std::to_string(piece.note);
        from += " by " + piece.author;
        if (!each.merge_request.empty() && each.merge_request != each.id)
            from += " | merge request " + each.merge_request + " by " + each.author;
        text += (text.empty() ? "-- " : "\n-- ") + one_line(std::move(from)) + "\n" + piece.sql;
    }
    return text;
}

std::string hash_of(const std::vector<migration>& all) {
    std::string parts;
    for (const auto& each : all)
        if (!each.pieces.empty()) parts += each.hash;
    return sha256_hex(parts);
}

}  // namespace slipway::migrations
