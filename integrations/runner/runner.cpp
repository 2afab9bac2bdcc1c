#include "integrations/runner/runner.hpp"

#include <algorithm>

namespace slipway::runner {

std::string to_words(state what) {
    switch (what) {
        case state::running:
            return "running";
        case state::succeeded:
            return "succeeded";
        case state::failed:
            return "failed";
        case state::cancelled:
            return "cancelled";
        case state::timed_out:
            return "timed out";
        case state::lost:
            return "lost";
    }
    return "lost";
}

bool is_key(std::string_view text) noexcept {
    return text.size() >= 8 && text.size() <= 128 && text.front() != '-' && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

std::string filled(std::string text, const std::map<std::string, std::string>& words) {
    for (const auto& [name, value] : words) {
        if (name.empty()) continue;
        for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
            text.replace(at, name.size(), value);
    }
    return text;
}

std::vector<std::string> filled(std::vector<std::string> texts, const std::map<std::string, std::string>& words) {
    for (auto& each : texts) each = filled(std::move(each), words);
    return texts;
}

json::value filled(const json::value& from, const std::map<std::string, std::string>& words) {
    if (const auto* text = from.if_string()) return json::value(filled(std::string{text->data(), text->size()}, words));
    if (const auto* list = from.if_array()) {
        json::array all;
        for (const auto& each : *list) all.push_back(filled(each, words));
        return all;
    }
    if (const auto* object = from.if_object()) {
        json::object all;
        for (const auto& [name, value] : *object) all[name] = filled(value, words);
        return all;
    }
    return from;
}

void judge_exit(const exit_codes& codes, int code, progress& into) {
    const auto among = [code](const std::vector<int>& all) { return std::ranges::find(all, code) != all.end(); };
    into.text = "exit code " + std::to_string(code);
    into.state = state::failed;
    if (among(codes.unreachable)) {
        into.state = state::lost;
        into.text += ": the way there broke, and what was begun may go on";
    } else if (among(codes.warn)) {
        into.state = state::succeeded;
        into.warned = true;
        into.text += ", which means: done, but look at it";
    } else if (among(codes.ok)) {
        into.state = state::succeeded;
    }
}

}  // namespace slipway::runner
