// The parts that identify an error, in the order of preference: exceptions, stack trace, message.
#include "integrations/telemetry/protocol/group.hpp"

#include <algorithm>

#include "integrations/base/digest.hpp"
#include "integrations/telemetry/protocol/contribution.hpp"
#include "integrations/telemetry/protocol/fingerprint.hpp"
#include "integrations/telemetry/protocol/text.hpp"

namespace slipway::telemetry {
namespace {

constexpr std::size_t longest_title = 256;
using parts = std::vector<std::string>;

void append(parts& to, parts more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

parts frame_parts(const std::vector<frame>& frames, language in, bool in_app_only) {
    parts found;
    const frame* previous = nullptr;
    for (const auto& each : frames) {
        if (in_app_only && !each.in_app) continue;
        if (previous != nullptr && same_call(*previous, each)) continue;  // recursion depth is no identity
        previous = &each;
        append(found, contribution(each, in));
    }
    return found;
}

parts frame_parts(const std::vector<frame>& frames, language in) {
    auto found = frame_parts(frames, in, /*in_app_only=*/true);
    return found.empty() ? frame_parts(frames, in, /*in_app_only=*/false) : found;
}

/// At most two lines that say something; "..." marks the cut.
std::string first_lines(std::string_view message) {
    std::string out;
    int kept = 0;
    while (!message.empty()) {
        const auto end = message.find('\n');
        const auto line = text::trim(message.substr(0, end));
        message = end == std::string_view::npos ? std::string_view{} : message.substr(end + 1);
        if (line.empty()) continue;
        if (kept == 2) return out + "...";
        if (kept++ > 0) out += '\n';
        out += line;
    }
    return out;
}

parts exception_parts(const exception_value& of, language in) {
    parts found;
    if (!of.synthetic && !of.type.empty()) found.push_back("type:" + of.type);
    auto frames = frame_parts(of.frames, in);
    if (!frames.empty())
        append(found, std::move(frames));
    else if (auto value = parameterise(first_lines(of.value)); !value.empty())
        found.push_back("value:" + std::move(value));
    return found;
}

/// Members of an exception group: one stands for all when all are alike, else every distinct one and the root.
parts exception_group_parts(const event& of, language in) {
    std::vector<parts> distinct;
    parts root;
    for (const auto& each : of.exceptions) {
        auto one = exception_parts(each, in);
        if (each.is_group) {
            if (each.parent < 0) root = std::move(one);
        } else if (std::ranges::find(distinct, one) == distinct.end()) {
            distinct.push_back(std::move(one));
        }
    }
    if (distinct.size() == 1) return distinct.front();
    parts found;
    std::ranges::sort(distinct);  // tasks of a group end in any order
    for (auto& each : distinct) append(found, std::move(each));
    append(found, std::move(root));
    return found;
}

parts all_exception_parts(const event& of, language in) {
    if (std::ranges::any_of(of.exceptions, &exception_value::is_group)) return exception_group_parts(of, in);
    parts found;
    for (const auto& each : of.exceptions) append(found, exception_parts(each, in));
    return found;
}

struct basis {
    std::string name;
    parts from;
};

basis default_basis(const event& of) {
    const auto in = language_of(of.platform);
    if (auto found = all_exception_parts(of, in); !found.empty()) return {"exception", std::move(found)};
    if (auto found = frame_parts(of.frames, in); !found.empty()) return {"stacktrace", std::move(found)};
    if (!of.message_template.empty()) return {"message", {"template:" + first_lines(of.message_template)}};
    if (!of.message.empty()) return {"message", {"message:" + parameterise(first_lines(of.message))}};
    return {"nothing", {"<fallback>"}};
}

basis basis_of(const event& of) {
    if (!has_own_fingerprint(of)) return default_basis(of);
    basis found{"fingerprint", {}};
    for (const auto& each : of.fingerprint) {
        if (is_default_variable(each))
            append(found.from, default_basis(of).from);
        else
            found.from.push_back("own:" + replace_variables(each, of));
    }
    return found;
}

std::string hash_of(const parts& from) {
    std::string joined = "slipway-group-" + std::to_string(grouping_version) + ":";
    for (const auto& each : from) joined += std::to_string(each.size()) + ":" + each;
    return sha256_hex(joined).substr(0, 32);
}

std::string first_line(std::string_view message) {
    message = text::trim(message);
    return std::string{text::trim(message.substr(0, message.find('\n')))};
}

std::string title_of(const event& of) {
    const auto* main = main_exception(of);
    auto title = main != nullptr ? first_line(main->value) : first_line(of.message);
    if (main != nullptr && !main->type.empty()) title = title.empty() ? main->type : main->type + ": " + title;
    if (title.empty()) title = "Error without a message";
    return printable(title, longest_title);
}

std::string culprit_of(const event& of) {
    const auto* main = main_exception(of);
    const auto& frames = main != nullptr ? main->frames : of.frames;
    auto found = std::find_if(frames.rbegin(), frames.rend(), [](const frame& each) { return each.in_app; });
    if (found == frames.rend()) found = frames.rbegin();
    if (found == frames.rend()) return of.transaction;
    const auto& place = found->module.empty() ? found->filename : found->module;
    if (found->function.empty()) return place;
    return printable(place.empty() ? found->function : place + " in " + found->function, longest_title);
}

}  // namespace

group group_of(const event& of) {
    auto identity = basis_of(of);
    group found;
    found.hash = hash_of(identity.from);
    found.title = untrusted{title_of(of)};
    found.culprit = untrusted{culprit_of(of)};
    found.basis = std::move(identity.name);
    found.parts = std::move(identity.from);
    return found;
}

}  // namespace slipway::telemetry
