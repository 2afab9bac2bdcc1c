#include "integrations/telemetry/protocol/dsn.hpp"
#include "tests/fuzz/check.hpp"

using namespace slipway::telemetry;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    if (const auto found = parse_dsn(bytes)) {
        MUST(!found->public_key.empty());
        MUST(!found->project.empty());
        const auto url = found->envelope_url();
        MUST(url.ends_with("/api/" + found->project + "/envelope/"));
    }
    for (const auto& from :
         {login_sources{bytes, {}, {}}, login_sources{{}, bytes, {}}, login_sources{{}, {}, bytes}}) {
        const auto said = parse_login(from);
        if (!said) continue;
        MUST(!said->key.empty());
        MUST(said->key.size() <= 128);
        MUST(said->client.size() <= 200);
        MUST(said->version <= 7);
    }
    return 0;
}
