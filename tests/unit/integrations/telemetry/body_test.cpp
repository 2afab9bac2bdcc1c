#include "integrations/telemetry/body.hpp"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/fakes/show_result.hpp"

using namespace slipway;
using namespace slipway::telemetry;

namespace {

/// window: 31 = gzip, 15 = zlib, -15 = raw deflate.
std::string packed(const std::string& text, int window) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string brotli(const std::string& text) {
    auto size = BrotliEncoderMaxCompressedSize(text.size());
    std::string out(size, '\0');
    REQUIRE(BrotliEncoderCompress(4, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, text.size(),
                                  reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                                  reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_TRUE);
    out.resize(size);
    return out;
}

std::string zstd(const std::string& text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
}

constexpr std::size_t plenty = 1U << 20U;

}  // namespace

TEST_CASE("every encoding SDKs use is undone", "[telemetry][body]") {
    const std::string text = "{\"message\":\"hello\"}";
    CHECK(decode_body("", text, plenty).value() == text);
    CHECK(decode_body("identity", text, plenty).value() == text);
    CHECK(decode_body("gzip", packed(text, 31), plenty).value() == text);
    CHECK(decode_body(" GZip ", packed(text, 31), plenty).value() == text);
    CHECK(decode_body("deflate", packed(text, 15), plenty).value() == text);
    CHECK(decode_body("deflate", packed(text, -15), plenty).value() == text);
    CHECK(decode_body("gzip", packed(text, 31) + packed(text, 31), plenty).value() == text + text);
    CHECK(decode_body("gzip", packed("", 31), plenty).value().empty());
    const std::string many(200'000, 'm');  // shrinks to a five hundredth, and the last member is small
    CHECK(decode_body("gzip", packed(many, 31) + packed(text, 31), plenty).value() == many + text);
    CHECK(decode_body("deflate", packed(many, 15), plenty).value() == many);
    CHECK(decode_body("deflate", packed(many, -15), plenty).value() == many);
    CHECK(decode_body("br", brotli(text), plenty).value() == text);
    CHECK(decode_body("zstd", zstd(text), plenty).value() == text);
    const std::string large(300'000, 'l');
    CHECK(decode_body("br", brotli(large), plenty).value() == large);
    CHECK(decode_body("zstd", zstd(large), plenty).value() == large);
}

TEST_CASE("a bomb is stopped at the limit, not after it", "[telemetry][body]") {
    const auto bomb = packed(std::string(64U << 20U, '0'), 31);
    CHECK(bomb.size() < 100'000);
    CHECK(decode_body("gzip", bomb, plenty).error().kind() == errc::limited);
    const std::string zeroes(64U << 20U, '0');
    CHECK(decode_body("br", brotli(zeroes), plenty).error().kind() == errc::limited);
    CHECK(decode_body("zstd", zstd(zeroes), plenty).error().kind() == errc::limited);
    CHECK(decode_body("", std::string(101, 'x'), 100).error().kind() == errc::limited);
    CHECK(decode_body("gzip", packed(std::string(100, 'x'), 31), 100).value().size() == 100);
}

TEST_CASE("damaged bodies and unknown encodings are told apart", "[telemetry][body]") {
    const auto whole = packed("some text that is long enough", 31);
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(decode_body("gzip", whole.substr(0, size), plenty).error().kind() == errc::invalid);
    CHECK(decode_body("deflate", "not deflate", plenty).error().kind() == errc::invalid);
    const std::string text = "some text that is long enough";
    for (std::size_t size = 0; size < brotli(text).size(); ++size)
        CHECK(decode_body("br", brotli(text).substr(0, size), plenty).error().kind() == errc::invalid);
    for (std::size_t size = 0; size < zstd(text).size(); ++size)
        CHECK(decode_body("zstd", zstd(text).substr(0, size), plenty).error().kind() == errc::invalid);
    CHECK(decode_body("compress", "x", plenty).error().kind() == errc::refused);
    CHECK(decode_body("gzip", whole + "not another member", plenty).error().kind() == errc::invalid);
    auto lying = whole;  // says that it unpacks to 4 GiB
    lying.replace(lying.size() - 4, 4, 4, '\xff');
    CHECK(decode_body("gzip", lying, plenty).error().kind() == errc::invalid);
}
