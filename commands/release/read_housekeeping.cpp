#include "commands/release/read_housekeeping.hpp"

#include "commands/release/setting_checks.hpp"

namespace slipway::release {

std::vector<housekeeping_settings> read_housekeeping(const yaml_value& at) {
    std::vector<housekeeping_settings> rules;
    for (const auto& each : at.items()) {
        each.only({"subject", "author", "paths"});
        housekeeping_settings rule;
        rule.subject = each.at("subject").text();
        rule.author = each.at("author").text();
        rule.paths = checks::texts_that(each.at("paths"), checks::is_path_inside,
                                        "a file, a folder with a final /, or *.ext, inside the repository");
        if (rule.subject.empty() && rule.author.empty())
            each.problem("`" + each.path() +
                         "` needs `subject` or `author`: paths alone would let anybody's commit in");
        if (rule.paths.empty())
            each.problem("`" + each.path() + "` needs `paths`: words alone would let a commit touch anything");
        rules.push_back(std::move(rule));
    }
    return rules;
}

}  // namespace slipway::release
