#include "commands/steps/merge/change_marks.hpp"

#include <algorithm>

#include "integrations/base/digest.hpp"

namespace slipway::steps {
namespace {

enum class direction { forward, inverse };

/// What one path says, a line each. Content that nobody can read line by line is told by its ids.
std::vector<std::string> words_of(const git::file_lines& file, direction way) {
    const bool turned = way == direction::inverse;
    const auto& what = file.what;
    std::vector<std::string> all;
    if (what.old_mode != what.new_mode) {
        auto before = std::to_string(static_cast<unsigned>(what.old_mode));
        auto after = std::to_string(static_cast<unsigned>(what.new_mode));
        if (turned) std::swap(before, after);
        all.push_back("mode " + before + " " + after);
    }
    if (what.binary || file.cut || file.hunks.empty()) {
        all.push_back("blob " + (turned ? what.new_blob + " " + what.old_blob : what.old_blob + " " + what.new_blob));
        return all;
    }
    for (const auto& hunk : file.hunks) {
        for (const auto& each : hunk.removed) all.push_back((turned ? "+" : "-") + each.text);
        for (const auto& each : hunk.added) all.push_back((turned ? "-" : "+") + each.text);
    }
    return all;
}

std::string hash_of(const std::vector<git::file_lines>& difference, direction way, bool with_paths) {
    std::vector<std::string> all;
    for (const auto& file : difference)
        for (auto& each : words_of(file, way))
            all.push_back(with_paths ? file.what.new_path + "\n" + each : std::move(each));
    std::ranges::sort(all);
    std::string text;
    for (const auto& each : all) text += std::to_string(each.size()) + ":" + each;
    return text.empty() ? std::string{} : sha256_hex(text).substr(0, 32);
}

}  // namespace

change_mark mark_of(const std::vector<git::file_lines>& difference) {
    return {hash_of(difference, direction::forward, /*with_paths=*/true),
            hash_of(difference, direction::forward, /*with_paths=*/false),
            hash_of(difference, direction::inverse, /*with_paths=*/false)};
}

}  // namespace slipway::steps
