// One function a kind of rule.
#include "commands/risk/findings.hpp"

#include <algorithm>
#include <functional>
#include <tuple>

#include "commands/risk/reading.hpp"

namespace slipway::risk {
namespace {

constexpr std::size_t longest_excerpt = 160;

struct finder {
    const material& of;
    const surroundings& around;
    const origins& by_line;
    std::vector<finding> found;

    void add(const rule& by, const file_part& file, std::size_t line, std::string_view excerpt, const origin* from,
             const std::string& more = {}) {
        finding one;
        one.rule = by.id;
        one.severity = by.severity;
        one.message = more.empty() ? by.message : by.message + " (" + more + ")";
        one.path = file.path;
        one.line = line;
        one.excerpt = cut_line(mask_secrets(excerpt), longest_excerpt);
        one.from = from;
        found.push_back(std::move(one));
    }

    void for_added(const rule& by, const std::function<void(const file_part&, const line&)>& look) const {
        for (const auto& file : of.whole)
            if (covers(by, file.path))
                for (const auto& hunk : file.hunks)
                    for (const auto& each : hunk.added) look(file, each);
    }
};

void find_lines(finder& in, const rule& by) {
    in.for_added(by, [&](const file_part& file, const line& each) {
        for (const auto& word : by.any)
            if (find_word(each.text, word) != std::string_view::npos) {
                in.add(by, file, each.number, each.text, in.by_line.of_line(file, true, each.text));
                return;
            }
    });
}

void find_paths(finder& in, const rule& by) {
    for (const auto& file : in.of.whole)
        if (covers(by, file.path) || (file.path != file.old_path && covers(by, file.old_path)))
            in.add(by, file, 0, "", in.by_line.of_path(file), change_words(file));
}

void find_secrets(finder& in, const rule& by) {
    in.for_added(by, [&](const file_part& file, const line& each) {
        const bool listed = std::ranges::any_of(
            by.any, [&](const std::string& word) { return find_word(each.text, word) != std::string_view::npos; });
        if (listed || find_secret(each.text).at != std::string_view::npos)
            in.add(by, file, each.number, each.text, in.by_line.of_line(file, true, each.text));
    });
}

void find_conflicts(finder& in, const rule& by) {
    in.for_added(by, [&](const file_part& file, const line& each) {
        for (const auto* marker : {"<<<<<<< ", ">>>>>>> ", "||||||| "})
            if (each.text.starts_with(marker))
                in.add(by, file, each.number, each.text, in.by_line.of_line(file, true, each.text));
    });
}

void find_modes(finder& in, const rule& by) {
    constexpr std::uint32_t executable = 0100755;
    for (const auto& file : in.of.whole) {
        const bool changed = file.old_mode != 0 && file.new_mode != 0 && file.old_mode != file.new_mode;
        const bool born_executable = file.old_mode == 0 && file.new_mode == executable;
        if ((changed || born_executable) && covers(by, file.path))
            in.add(by, file, 0, "", in.by_line.of_path(file), mode_words(file));
    }
}

std::string beside(const std::string& path, const std::string& name) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? name : path.substr(0, slash + 1) + name;
}

void find_lock_files(finder& in, const rule& by) {
    const auto is_changed = [&](const std::string& path) {
        return std::ranges::find(in.of.whole, path, &file_part::path) != in.of.whole.end();
    };
    for (const auto& file : in.of.whole)
        for (const auto& [lock, manifest] : by.pairs) {
            if (!covers(by, file.path)) continue;
            if (glob_fits(lock, file.path) && !is_changed(beside(file.path, manifest)))
                in.add(by, file, 0, "", in.by_line.of_path(file), manifest + " beside it did not change");
            const auto partner = beside(file.path, lock);
            if (glob_fits(manifest, file.path) && !is_changed(partner) && in.around.paths.contains(partner))
                in.add(by, file, 0, "", in.by_line.of_path(file), lock + " beside it did not change");
        }
}

void find_schema_changes(finder& in, const rule& by) {
    const auto collected = plain_sql(in.around.collected_sql);
    for (const auto& file : in.of.whole) {
        if (!covers(by, file.path)) continue;
        for (const auto& each : schema_statements(file)) {
            if (collected.find(plain_sql(each.text)) != std::string::npos) continue;
            in.add(by, file, each.number, each.text, in.by_line.of_path(file));
        }
    }
}

void find_lost_functions(finder& in, const rule& by) {
    for (const auto& lost : removed_functions(in.of)) {
        if (!covers(by, lost.file->path)) continue;
        std::string where;
        std::size_t calls = 0;
        for (const auto& each : in.around.uses) {
            if (each.word != lost.name || !is_call(each.text, each.word)) continue;
            if (++calls <= 3) where += (where.empty() ? "" : ", ") + each.path + ":" + std::to_string(each.line);
        }
        if (calls == 0) continue;
        in.add(by, *lost.file, lost.where->number, lost.where->text,
               in.by_line.of_line(*lost.file, false, lost.where->text),
               "`" + lost.name + "` is still called in " + where +
                   (calls > 3 ? " and " + std::to_string(calls - 3) + " more" : ""));
    }
}

void find_large(finder& in, const rule& by) {
    for (const auto& file : in.of.whole)
        if (file.new_mode != 0 && file.size >= static_cast<std::uint64_t>(by.more_than) && covers(by, file.path))
            in.add(by, file, 0, "", in.by_line.of_path(file), std::to_string(file.size) + " bytes");
}

void find_binary(finder& in, const rule& by) {
    for (const auto& file : in.of.whole)
        if (file.binary && file.new_mode != 0 && covers(by, file.path))
            in.add(by, file, 0, "", in.by_line.of_path(file), std::to_string(file.size) + " bytes");
}

void find_evil_merges(finder& in, const rule& by) {
    for (const auto& part : in.of.parts)
        for (const auto& path : part.evil_paths) {
            if (!covers(by, path)) continue;
            file_part file;
            file.path = file.old_path = path;
            in.add(by, file, 0, "", &part.from, "in " + name_of(part.from));
        }
}

void apply(finder& in, const rule& by) {
    switch (by.kind) {
        case rule_kind::line:
            return find_lines(in, by);
        case rule_kind::path:
            return find_paths(in, by);
        case rule_kind::secret:
            return find_secrets(in, by);
        case rule_kind::conflict:
            return find_conflicts(in, by);
        case rule_kind::mode:
            return find_modes(in, by);
        case rule_kind::lock_file:
            return find_lock_files(in, by);
        case rule_kind::schema:
            return find_schema_changes(in, by);
        case rule_kind::removed_function:
            return find_lost_functions(in, by);
        case rule_kind::large:
            return find_large(in, by);
        case rule_kind::binary:
            return find_binary(in, by);
        case rule_kind::evil_merge:
            return find_evil_merges(in, by);
    }
}

}  // namespace

std::vector<std::string> lost_functions(const material& of, const std::vector<rule>& by) {
    std::set<std::string> names;
    for (const auto& each : by)
        if (each.kind == rule_kind::removed_function)
            for (const auto& lost : removed_functions(of))
                if (covers(each, lost.file->path)) names.insert(lost.name);
    return {names.begin(), names.end()};
}

std::vector<finding> findings(const material& of, const surroundings& around, const std::vector<rule>& by) {
    const origins by_line{of.parts};
    finder in{of, around, by_line, {}};
    for (const auto& each : by)
        if (each.on) apply(in, each);
    std::ranges::sort(in.found, {}, [](const finding& each) {
        return std::tie(each.path, each.line, each.rule, each.message, each.excerpt);
    });
    return std::move(in.found);
}

}  // namespace slipway::risk
