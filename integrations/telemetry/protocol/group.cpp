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

/// Adds what the frames say; false when that is nothing.
bool add_frames(const trace& frames, language in, parts& to) {
    const auto* known = frames.identity();
    if (known == nullptr || known->in != in) return contribute(frames, in, to);
    to.add(known->said);
    return !known->said.bytes().empty();
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

void add_exception(const exception_value& of, language in, parts& to) {
    if (!of.synthetic && !of.type.empty()) to.add("type:", of.type);
    if (add_frames(of.frames, in, to)) return;
    if (const auto value = parameterise(first_lines(of.value)); !value.empty()) to.add("value:", value);
}

/// Members of an exception group: one stands for all when all are alike, else every distinct one and the root.
void add_exception_group(const event& of, language in, parts& to) {
    std::vector<parts> distinct;
    parts root;
    for (const auto& each : of.exceptions) {
        parts one;
        add_exception(each, in, one);
        if (each.is_group) {
            if (each.parent < 0) root = std::move(one);
        } else if (std::ranges::find(distinct, one) == distinct.end()) {
            distinct.push_back(std::move(one));
        }
    }
    if (distinct.size() == 1) return to.add(distinct.front());
    std::sort(distinct.begin(), distinct.end());  // tasks of a group end in any order
    for (const auto& each : distinct) to.add(each);
    to.add(root);
}

/// Adds all exceptions; false when they say nothing.
bool add_exceptions(const event& of, language in, parts& to) {
    const auto before = to.bytes().size();
    if (std::ranges::any_of(of.exceptions, &exception_value::is_group))
        add_exception_group(of, in, to);
    else
        for (const auto& each : of.exceptions) add_exception(each, in, to);
    return to.bytes().size() > before;
}

/// Adds what tells the error from others where it has no fingerprint of its own; says what that is.
std::string_view add_default(const event& of, parts& to) {
    const auto in = language_of(of.platform);
    if (add_exceptions(of, in, to)) return "exception";
    if (add_frames(of.frames, in, to)) return "stacktrace";
    if (of.message_template.empty() && of.message.empty()) {
        to.add("", "<fallback>");
        return "nothing";
    }
    if (!of.message_template.empty())
        to.add("template:", first_lines(of.message_template));
    else
        to.add("message:", parameterise(first_lines(of.message)));
    return "message";
}

std::string_view add_identity(const event& of, parts& to) {
    if (!has_own_fingerprint(of)) return add_default(of, to);
    for (const auto& each : of.fingerprint) {
        if (is_default_variable(each))
            add_default(of, to);
        else
            to.add("own:", replace_variables(each, of));
    }
    return "fingerprint";
}

std::string hash_of(const parts& from) {
    static const auto version = "slipway-group-" + std::to_string(grouping_version) + ":";
    return sha256_hex(version + from.bytes()).substr(0, 32);
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
    parts identity;
    group found;
    found.basis = add_identity(of, identity);
    found.hash = hash_of(identity);
    found.title = untrusted{title_of(of)};
    found.culprit = untrusted{culprit_of(of)};
    return found;
}

}  // namespace slipway::telemetry
