#include "commands/changelog/tag_order.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace slipway::changelog {
namespace {

std::string lower(std::string_view text) {
    std::string made{text};
    for (char& c : made) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return made;
}

/// Letters with the number that follows them.
std::vector<std::pair<std::string, std::uint64_t>> pieces_of(std::string_view text) {
    std::vector<std::pair<std::string, std::uint64_t>> pieces;
    while (!text.empty()) {
        const auto letters = static_cast<std::size_t>(std::ranges::find_if(text, is_digit) - text.begin());
        std::pair<std::string, std::uint64_t> piece{text.substr(0, letters), 0};
        text.remove_prefix(letters);
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), piece.second);
        if (problem == std::errc::result_out_of_range) piece.second = UINT64_MAX;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        pieces.push_back(std::move(piece));
    }
    return pieces;
}

}  // namespace

std::optional<tag_version> parse_tag(std::string_view name) {
    const auto first = std::ranges::find_if(name, is_digit) - name.begin();
    if (static_cast<std::size_t>(first) == name.size()) return std::nullopt;
    auto family = lower(name.substr(0, static_cast<std::size_t>(first)));
    auto rest = name.substr(static_cast<std::size_t>(first));
    const bool has_v = family.ends_with('v') &&
                       (family.size() == 1 || !std::isalpha(static_cast<unsigned char>(family[family.size() - 2])));
    if (has_v) family.pop_back();
    if (!family.empty() && std::isalnum(static_cast<unsigned char>(family.back())) != 0) return std::nullopt;
    tag_version made{family, {}, ""};
    while (!rest.empty() && is_digit(rest.front())) {
        std::uint64_t number = 0;
        const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (problem != std::errc{}) return std::nullopt;
        made.numbers.push_back(number);
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        const bool goes_on = rest.size() > 1 && (rest.front() == '.' || rest.front() == '_') && is_digit(rest[1]);
        if (!goes_on) break;
        rest.remove_prefix(1);
    }
    if (made.numbers.size() < 2 && !has_v && family.empty()) return std::nullopt;
    if (rest.starts_with('-') || rest.starts_with('.') || rest.starts_with('_')) rest.remove_prefix(1);
    made.suffix = lower(rest.substr(0, rest.find('+')));
    while (made.numbers.size() > 1 && made.numbers.back() == 0) made.numbers.pop_back();
    return made;
}

bool is_older(const tag_version& one, const tag_version& other) {
    if (one.numbers != other.numbers) return one.numbers < other.numbers;
    if (one.suffix.empty() || other.suffix.empty()) return !one.suffix.empty() && other.suffix.empty();
    return pieces_of(one.suffix) < pieces_of(other.suffix);
}

}  // namespace slipway::changelog
