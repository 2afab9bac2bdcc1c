#include "commands/reconcile/output.hpp"

#include <boost/json.hpp>
#include <iomanip>
#include <ostream>

namespace slipway::reconcile {
namespace {

namespace json = boost::json;

/// Length of the UTF-8 sequence at the start of `text`; 0 = none. Old commits are Latin-1 more often than one thinks.
std::size_t sequence(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t size = lead < 0x80                   ? 1
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                             : (lead & 0xf0) == 0xe0       ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
    if (size == 0 || size > text.size()) return 0;
    for (std::size_t each = 1; each < size; ++each) {
        if ((static_cast<unsigned char>(text[each]) & 0xc0) != 0x80) return 0;
    }
    const auto second = size > 1 ? static_cast<unsigned char>(text[1]) : 0x80;
    const bool is_wrong = (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
                          (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
    return is_wrong ? 0 : size;
}

/// Valid UTF-8: what is none is read as Latin-1.
std::string text_of(const untrusted& from) {
    std::string_view rest = from.raw();
    std::string made;
    made.reserve(rest.size());
    while (!rest.empty()) {
        if (const auto size = sequence(rest); size > 0) {
            made.append(rest.substr(0, size));
            rest.remove_prefix(size);
            continue;
        }
        const auto byte = static_cast<unsigned char>(rest.front());
        made += static_cast<char>(0xc0 | (byte >> 6));
        made += static_cast<char>(0x80 | (byte & 0x3f));
        rest.remove_prefix(1);
    }
    return made;
}

json::object request_json(const changelog::landed_request& from) {
    const auto& request = from.request;
    json::object made{{"iid", request.iid},
                      {"project", request.project},
                      {"commit", from.landing},
                      {"kind", changelog::to_string(request.way)},
                      {"evidence", changelog::word_of(request.how)},
                      {"through", nullptr},
                      {"title", text_of(from.title)}};
    if (request.through && request.outer != 0) made["through"] = request.outer;
    return made;
}

json::object commit_json(const std::string& id, const untrusted& title, const untrusted& author) {
    return {{"commit", id}, {"title", text_of(title)}, {"author", text_of(author)}};
}

std::string one_line(const untrusted& text) {
    auto made = text_of(text);
    for (char& c : made) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return made;
}

void print_requests(std::string_view heading, const std::vector<changelog::landed_request>& all, std::ostream& out) {
    if (all.empty()) return;
    out << "  " << heading << "\n";
    for (const auto& each : all) {
        const auto& request = each.request;
        out << "    " << std::left << std::setw(7) << "!" + std::to_string(request.iid) << each.landing.substr(0, 10)
            << "  " << std::setw(13) << changelog::to_string(request.way) << std::setw(12)
            << changelog::word_of(request.how) << one_line(each.title);
        if (request.through && request.outer != 0) out << "  (through !" << request.outer << ")";
        if (!request.alive()) out << "  (taken back by " << request.reverted_by.substr(0, 10) << ")";
        if (request.partly_reverted) out << "  (partly taken back)";
        out << "\n";
    }
}

void print_commit(const std::string& id, const untrusted& title, const untrusted& author, std::ostream& out) {
    out << "    " << id.substr(0, 10) << "  " << one_line(title) << "  (" << one_line(author) << ")\n";
}

void print_changes(std::string_view heading, const std::vector<changelog::landed_change>& all, std::ostream& out) {
    if (all.empty()) return;
    out << "  " << heading << "\n";
    for (const auto& each : all) print_commit(each.commit, each.title, each.author, out);
}

}  // namespace

void print_json(const reconciled_range& range, std::ostream& out) {
    json::array landed, dead, orphans, housekeeping, lost;
    for (const auto& each : range.summary.landed) landed.push_back(request_json(each));
    for (const auto& each : range.summary.dead) {
        dead.push_back(request_json(each));
        dead.back().as_object()["reverted_by"] = each.request.reverted_by;
    }
    for (const auto& each : range.summary.orphans) orphans.push_back(commit_json(each.commit, each.title, each.author));
    for (const auto& each : range.summary.housekeeping)
        housekeeping.push_back(commit_json(each.commit, each.title, each.author));
    for (const auto& each : range.lost)
        lost.push_back(commit_json(each.id, each.subject(), untrusted{each.author.name}));
    const json::object line{{"from", range.from},
                            {"to", range.to},
                            {"landed", std::move(landed)},
                            {"dead", std::move(dead)},
                            {"orphans", std::move(orphans)},
                            {"housekeeping", std::move(housekeeping)},
                            {"lost", std::move(lost)}};
    out << json::serialize(line) << "\n";
}

void print_table(const reconciled_range& range, std::ostream& out) {
    const auto& found = range.summary;
    out << (range.from.empty() ? "the beginning" : range.from) << " .. " << range.to << ": " << found.landed.size()
        << " landed, " << found.dead.size() << " taken back, " << found.orphans.size() << " without a merge request, "
        << found.housekeeping.size() << " housekeeping, " << range.lost.size() << " lost\n";
    print_requests("landed", found.landed, out);
    print_requests("landed and taken back", found.dead, out);
    print_changes("without a merge request", found.orphans, out);
    print_changes("housekeeping", found.housekeeping, out);
    if (!range.lost.empty()) out << "  lost: in " << range.from << ", not in " << range.to << "\n";
    for (const auto& each : range.lost) print_commit(each.id, each.subject(), untrusted{each.author.name}, out);
}

}  // namespace slipway::reconcile
