// The names of evidence and arrivals, for people and for machines.
#include "commands/changelog/landed.hpp"

namespace slipway::changelog {

std::string_view to_string(evidence how) noexcept {
    switch (how) {
        case evidence::merge_id:
            return "GitLab recorded as its merge";
        case evidence::head:
            return "contains its commits";
        case evidence::trailer:
            return "names it in its message";
        case evidence::part_of:
            return "is marked as part of it";
        case evidence::subject:
            return "names it in its title";
        case evidence::asked:
            return "is listed in it by GitLab";
        case evidence::cherry_pick:
            return "was picked from it";
        case evidence::patch:
            return "makes the same change as it";
        case evidence::title:
            return "has the same title (not proven)";
        case evidence::none:
            return "nothing names it";
    }
    return "nothing names it";
}

std::string_view word_of(evidence how) noexcept {
    switch (how) {
        case evidence::merge_id:
            return "merge-id";
        case evidence::head:
            return "head";
        case evidence::trailer:
            return "trailer";
        case evidence::part_of:
            return "part-of";
        case evidence::subject:
            return "subject";
        case evidence::asked:
            return "asked";
        case evidence::cherry_pick:
            return "cherry-pick";
        case evidence::patch:
            return "patch";
        case evidence::title:
            return "title";
        case evidence::none:
            return "none";
    }
    return "none";
}

std::string_view to_string(arrival way) noexcept {
    switch (way) {
        case arrival::merge:
            return "merge";
        case arrival::squash:
            return "squash";
        case arrival::fast_forward:
            return "fast-forward";
        case arrival::cherry_pick:
            return "cherry-pick";
    }
    return "merge";
}

}  // namespace slipway::changelog
