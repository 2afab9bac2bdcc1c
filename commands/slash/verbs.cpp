// The table of verbs.
#include "commands/slash/slash.hpp"
#include "commands/slash/verb.hpp"

#include "commands/slash/verbs/all.hpp"

namespace slipway::slash {
namespace {

auto build() {
    std::vector<std::unique_ptr<verb>> all;
    all.push_back(create_start());
    all.push_back(create_status());
    all.push_back(create_plan());
    all.push_back(create_notes());
    all.push_back(create_note());
    all.push_back(create_approve());
    all.push_back(create_reject());
    all.push_back(create_hold());
    all.push_back(create_resume());
    all.push_back(create_retry());
    all.push_back(create_skip());
    all.push_back(create_abort());
    all.push_back(create_train());
    all.push_back(create_rollback());
    all.push_back(create_hotfix());
    all.push_back(create_lock());
    all.push_back(create_unlock());
    all.push_back(create_freeze());
    all.push_back(create_queue());
    all.push_back(create_break_glass());
    all.push_back(create_why());
    all.push_back(create_errors());
    all.push_back(create_link());
    all.push_back(create_history());
    all.push_back(create_help());
    return all;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

}  // namespace

const std::vector<std::unique_ptr<verb>>& all_verbs() {
    static const auto all = build();
    return all;
}

verb* find_verb(std::string_view name) {
    for (const auto& each : all_verbs())
        if (each->name() == name) return each.get();
    return nullptr;
}

std::map<std::string, std::string> words_of(const desk& with, const release::checklist& list,
                                            const release::project_settings& project, const std::string& version) {
    std::map<std::string, std::string> words;
    for (const auto& rule : list.steps)
        if (const auto kind = with.kinds.find(rule.kind); kind != with.kinds.end())
            words[rule.id] = kind->second->plan(rule, project, version);
    return words;
}

split_words first_word(std::string_view text) {
    text = trimmed(text);
    std::size_t end = 0;
    while (end < text.size() && !is_blank(text[end])) ++end;
    return {std::string{text.substr(0, end)}, std::string{trimmed(text.substr(end))}};
}

conductor::companions asked::companions() const {
    auto with = answering(from, from.channel, inbox_id, project, answered);
    if (inbox_id.empty()) with.handled.clear();
    return with;
}

}  // namespace slipway::slash
