// Looking at a page as a new visitor does: over a connection of its own each time, so that whoever balances the load
// may send it anywhere; at a server behind the front door under the front door's name; and with a look at the
// certificate.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "integrations/net/http.hpp"

namespace slipway::net {

struct page_request {
    request asked;
    /// "10.0.0.5:443", "web1:8080": where the connection goes instead of the url's own host. The host of the url stays
    /// the name that is asked for: Host header, SNI, and the name its certificate has to be for. "" = the url's host.
    std::string connect_to;
};

struct page_answer {
    response got;
    std::optional<instant> certificate_until;  ///< over TLS: when the server's certificate ends
};

/// Failures as http_client's. A certificate that has ended is not accepted, and that is the failure's sentence.
class page_probe {
public:
    virtual ~page_probe() = default;
    virtual task<result<page_answer>> look(page_request what) = 0;
};

std::unique_ptr<page_probe> create_page_probe(executor loop, client_settings settings);

}  // namespace slipway::net
