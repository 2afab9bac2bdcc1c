// What goes wrong in Salt next: GET, PUT (the whole object) and DELETE /control/salt/faults. See salt::faults. What
// every host was made to do: GET /control/salt/log.
#pragma once

#include <string>

#include "integrations/net/server.hpp"

namespace slipway::sandbox::salt {

task<net::server_response> control(std::string state, net::server_request asked);

}  // namespace slipway::sandbox::salt
