#include "integrations/telemetry/body.hpp"

#include "integrations/telemetry/unpack.hpp"

namespace slipway::telemetry {
namespace {

std::string normal(std::string_view encoding) {
    std::string word;
    for (const char c : encoding)
        if (c != ' ' && c != '\t') word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return word;
}

result<std::string> undo_deflate(std::string_view body, std::size_t largest) {
    auto unpacked = unpack::gzip_or_zlib(body, largest);
    if (unpacked || unpacked.error().kind() != errc::invalid) return unpacked;
    return unpack::raw_deflate(body, largest);
}

bool is_plain(const std::string& encoding) {
    return encoding.empty() || encoding == "identity";
}

}  // namespace

bool is_identity(std::string_view content_encoding) {
    return is_plain(normal(content_encoding));
}

result<std::string> decode_body(std::string_view content_encoding, std::string_view body, std::size_t largest) {
    const auto encoding = normal(content_encoding);
    if (is_plain(encoding)) {
        if (body.size() > largest) return unpack::too_large(largest);
        return std::string{body};
    }
    if (encoding == "gzip" || encoding == "x-gzip") return unpack::gzip_or_zlib(body, largest);
    if (encoding == "deflate") return undo_deflate(body, largest);
    if (encoding == "br") return unpack::brotli(body, largest);
    if (encoding == "zstd") return unpack::zstd(body, largest);
    return failure{errc::refused, "this server reads gzip, deflate, br, zstd and identity bodies only"};
}

}  // namespace slipway::telemetry
