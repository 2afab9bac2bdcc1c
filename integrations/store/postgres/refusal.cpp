#include "integrations/store/postgres/refusal.hpp"

#include <libpq-fe.h>

#include <array>

namespace slipway::store::postgres {
namespace {

using kind = trouble::kind;

struct known_code {
    std::string_view begins;  ///< of the SQLSTATE: a whole code or a class
    kind meaning;
    const char* way_out;
};

constexpr std::array known_refusals{
    known_code{"40001", kind::conflict, "another change came between"},
    known_code{"40P01", kind::conflict, "two changes waited for each other"},
    known_code{"55P03", kind::conflict, "another process holds the row"},
    known_code{"57014", kind::refused, "it took too long and was stopped; look at what the server is busy with"},
    known_code{"25006", kind::refused, "it is read-only: a standby, or set so; name the primary server"},
    known_code{"25P03", kind::gone, "the server ended a transaction that stood still"},
    known_code{"42501", kind::refused, "the user may not do this: make it the owner of the bot's tables"},
    known_code{"53100", kind::refused, "the server's disk is full: free some space there, nothing else is needed"},
    known_code{"53", kind::refused, "the server has no memory, disk or connections left: free some there"},
    known_code{"57P", kind::gone, "the server is shutting down or starting: it is tried again"},
    known_code{"58", kind::refused, "the server's disk gave an error: look at its log"},
    known_code{"08", kind::gone, "the connection broke: it is made again"},
    known_code{"28", kind::refused, "it does not accept the user or the password: check DATABASE_URL and pg_hba.conf"},
    known_code{"3D000", kind::refused, "there is no such database: create it, or correct DATABASE_URL"},
    known_code{"XX001", kind::refused, "its data is damaged: restore it from a backup"},
    known_code{"XX002", kind::refused, "an index is damaged: rebuild it, or restore a backup"},
};

/// Length of the UTF-8 character that begins here, 0 when it is none (RFC 3629).
std::size_t character_at(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const auto first = byte(0);
    if (first == 0) return 0;
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
    for (std::size_t at = 1; at < length; ++at)
        if ((byte(at) & 0xc0) != 0x80) return 0;
    if (first == 0xe0 && byte(1) < 0xa0) return 0;  // longer than it need be
    if (first == 0xed && byte(1) > 0x9f) return 0;  // a surrogate
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) > 0x8f) return 0;
    return length;
}

}  // namespace

std::optional<refusal> meaning_of(std::string_view sqlstate) {
    for (const auto& each : known_refusals)
        if (sqlstate.starts_with(each.begins)) return refusal{each.meaning, each.way_out};
    return std::nullopt;
}

std::string storable(std::string_view text) {
    std::string made;
    made.reserve(text.size());
    while (!text.empty()) {
        const auto length = character_at(text);
        if (length == 0)
            made += "\xef\xbf\xbd";
        else
            made += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return made;
}

}  // namespace slipway::store::postgres
