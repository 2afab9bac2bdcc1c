#include "commands/risk/origins.hpp"

#include <algorithm>

namespace slipway::risk {
namespace {

constexpr std::size_t shown_lines = 4;

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\f\v") == std::string_view::npos;
}

bool is_stronger(const origin& a, const origin* b) {
    return b == nullptr || a.kind < b->kind;
}

/// How often a line may still be explained by one kind of origin.
using stock = std::unordered_map<std::string_view, std::vector<const origin*>>;
struct path_stock {
    stock added, removed;
};

/// The lines that origins of one strength brought, by path; old names of renamed files count as the new ones.
std::map<std::string, path_stock, std::less<>> stock_of(const std::vector<contribution>& parts, origin_kind kind) {
    std::map<std::string, path_stock, std::less<>> all;
    const auto take = [](path_stock& into, const file_part& file, const origin& from) {
        for (const auto& hunk : file.hunks) {
            for (const auto& each : hunk.added) into.added[each.text].push_back(&from);
            for (const auto& each : hunk.removed) into.removed[each.text].push_back(&from);
        }
    };
    for (const auto& part : parts) {
        if (part.from.kind != kind) continue;
        for (const auto& file : part.files) {
            take(all[file.path], file, part.from);
            if (file.old_path != file.path) take(all[file.old_path], file, part.from);
        }
    }
    return all;
}

const origin* take_one(stock& from, const std::string& text) {
    const auto found = from.find(text);
    if (found == from.end() || found->second.empty()) return nullptr;
    const auto* by = found->second.back();
    found->second.pop_back();
    return by;
}

/// A line of the whole difference while its origin is looked for.
struct open_line {
    const line* what = nullptr;
    bool added = false;
    std::size_t hunk = 0;
    const origin* by = nullptr;
};

std::vector<open_line> lines_of(const file_part& file) {
    std::vector<open_line> all;
    for (std::size_t at = 0; at < file.hunks.size(); ++at) {
        for (const auto& each : file.hunks[at].removed)
            if (!is_blank(each.text)) all.push_back({&each, false, at});
        for (const auto& each : file.hunks[at].added)
            if (!is_blank(each.text)) all.push_back({&each, true, at});
    }
    return all;
}

/// A line that goes in one place and comes in another of the same file has moved: nobody has to explain it.
void drop_moved(std::vector<open_line>& open) {
    std::unordered_map<std::string_view, std::size_t> gone;
    for (const auto& each : open)
        if (!each.added && each.by == nullptr) ++gone[each.what->text];
    std::unordered_map<std::string_view, std::size_t> moved;
    std::erase_if(open, [&](const open_line& each) {
        if (!each.added || each.by != nullptr) return false;
        const auto there = gone.find(each.what->text);
        if (there == gone.end() || there->second == 0) return false;
        --there->second;
        ++moved[each.what->text];
        return true;
    });
    std::erase_if(open, [&](const open_line& each) {
        if (each.added || each.by != nullptr) return false;
        const auto there = moved.find(each.what->text);
        if (there == moved.end() || there->second == 0) return false;
        --there->second;
        return true;
    });
}

void add_places(const file_part& file, const std::vector<open_line>& open, std::vector<surprise>& into) {
    const open_line* last = nullptr;
    for (const auto& each : open) {
        if (each.by != nullptr && each.by->kind == origin_kind::request) continue;
        if (last == nullptr || last->hunk != each.hunk || last->by != each.by) {
            surprise place;
            place.path = file.path;
            place.line = each.what->number;
            place.from = each.by;
            into.push_back(std::move(place));
        }
        auto& place = into.back();
        if (each.added && place.added == 0) place.line = each.what->number;
        ++(each.added ? place.added : place.removed);
        if (place.lines.size() < shown_lines) place.lines.push_back((each.added ? "+ " : "- ") + each.what->text);
        last = &each;
    }
}

}  // namespace

std::string octal(std::uint32_t mode) {
    std::string text;
    for (; mode > 0; mode /= 8) text.insert(text.begin(), static_cast<char>('0' + mode % 8));
    return text.empty() ? "nothing" : text;
}

namespace {

/// Changes that have no lines: modes, binary content, files too long to read, empty files.
std::string lineless_change(const file_part& file) {
    if (file.change == file_change::mode_only ||
        (file.old_mode != 0 && file.new_mode != 0 && file.old_mode != file.new_mode))
        return "its mode went from " + octal(file.old_mode) + " to " + octal(file.new_mode);
    if (file.binary) return "binary content";
    if (file.cut) return "too many lines to compare them all";
    if (file.hunks.empty() && file.change != file_change::renamed)
        return file.change == file_change::removed ? "an empty file went away" : "an empty file";
    if (file.hunks.empty()) return "renamed from " + file.old_path;
    return {};
}

}  // namespace

origins::origins(const std::vector<contribution>& parts) {
    for (const auto& part : parts)
        for (const auto& file : part.files)
            for (const auto* path : {&file.path, &file.old_path}) {
                auto& into = paths_[*path];
                if (is_stronger(part.from, into.by)) into.by = &part.from;
                for (const auto& hunk : file.hunks) {
                    for (const auto& each : hunk.added)
                        if (auto& by = into.added[each.text]; is_stronger(part.from, by)) by = &part.from;
                    for (const auto& each : hunk.removed)
                        if (auto& by = into.removed[each.text]; is_stronger(part.from, by)) by = &part.from;
                }
            }
}

const origins::touched* origins::find(const std::string& path) const {
    const auto found = paths_.find(path);
    return found == paths_.end() ? nullptr : &found->second;
}

const origin* origins::of_line(const file_part& at, bool added, std::string_view text) const {
    for (const auto* path : {&at.path, &at.old_path}) {
        const auto* there = find(*path);
        if (there == nullptr) continue;
        const auto& lines = added ? there->added : there->removed;
        if (const auto found = lines.find(text); found != lines.end()) return found->second;
    }
    return of_path(at);
}

const origin* origins::of_path(const file_part& at) const {
    const auto* there = find(at.path);
    if (there == nullptr) there = find(at.old_path);
    return there == nullptr ? nullptr : there->by;
}

std::vector<surprise> surprises(const material& of) {
    const origins by_path{of.parts};
    std::map<std::string, std::vector<open_line>> open;
    for (const auto& file : of.whole) open[file.path] = lines_of(file);
    for (const auto kind : {origin_kind::request, origin_kind::release, origin_kind::direct, origin_kind::merge}) {
        auto there = stock_of(of.parts, kind);
        for (const auto& file : of.whole)
            for (auto& each : open[file.path])
                for (const auto* path : {&file.path, &file.old_path}) {
                    if (each.by != nullptr) break;
                    const auto found = there.find(*path);
                    if (found == there.end()) continue;
                    each.by = take_one(each.added ? found->second.added : found->second.removed, each.what->text);
                }
    }
    std::vector<surprise> all;
    for (const auto& file : of.whole) {
        auto& lines = open[file.path];
        drop_moved(lines);
        add_places(file, lines, all);
        const auto what = lineless_change(file);
        if (what.empty()) continue;
        const auto* by = by_path.of_path(file);
        if (by != nullptr && by->kind == origin_kind::request) continue;
        surprise place;
        place.path = file.path;
        place.what = what;
        place.from = by;
        all.push_back(std::move(place));
    }
    return all;
}

std::vector<request_row> rows(const std::vector<contribution>& parts) {
    std::map<std::pair<int, std::string>, request_row> all;
    std::map<std::pair<int, std::string>, std::map<std::string, int>> files;
    for (const auto& part : parts) {
        if (part.from.kind == origin_kind::merge) continue;
        auto key = std::pair{static_cast<int>(part.from.kind), part.from.commit};
        if (part.from.kind == origin_kind::release) key.second.clear();
        if (part.from.kind == origin_kind::request) {
            const auto digits = std::to_string(part.from.iid);
            key.second = std::string(20 - std::min<std::size_t>(20, digits.size()), '0') + digits;
        }
        auto& row = all.try_emplace(key, request_row{part.from}).first->second;
        for (const auto& file : part.files) {
            ++files[key][file.path];
            row.added += file.added;
            row.removed += file.removed;
        }
    }
    std::vector<request_row> sorted;
    for (auto& [key, row] : all) {
        row.files = files[key].size();
        sorted.push_back(std::move(row));
    }
    return sorted;
}

std::string name_of(const origin& from) {
    if (from.kind == origin_kind::request) return "!" + std::to_string(from.iid);
    if (from.kind == origin_kind::release) return "the release itself";
    const auto commit = "commit " + from.commit.substr(0, 10);
    if (from.kind != origin_kind::merge) return commit;
    return "merge " + commit + (from.iid == 0 ? "" : " of !" + std::to_string(from.iid));
}

}  // namespace slipway::risk
