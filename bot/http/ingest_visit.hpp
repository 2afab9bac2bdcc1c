// One request on its way through the ingest. Room-internal.
#pragma once

#include "bot/http/ingest.hpp"
#include "bot/http/ingest_answers.hpp"

namespace slipway::bot {

struct ingest::visit {
    visit(const net::server_request& request, instant at, ingest_address to)
        : asked{request}, now{at}, address{std::move(to)} {}

    const net::server_request& asked;
    instant now;
    ingest_address address;
    door* at = nullptr;              ///< set once the sender is known
    std::string unpacked;            ///< what `body` views when it came compressed
    std::string_view body;           ///< as the sender wrote it; "" = not unpacked yet
    std::optional<instant> sent_at;  ///< by the sender's clock
    std::string event_id;            ///< of the answer
    bool storm = false;              ///< an error was counted only, or the next one would be
    bool too_large = false;          ///< an error was over the limit and left out
};

}  // namespace slipway::bot
