// The product half of the sandbox on its one port: GitLab, the website, Salt's faults.
#pragma once

#include <string>

#include "deploy/sandbox/sandbox.hpp"

namespace slipway::sandbox {

struct product_settings {
    std::string salt_program;  ///< the executable behind <state>/bin/salt; "" = none
    std::string dsn;           ///< where the website reports errors; "" = the scenario's
    bool visitors = true;      ///< people look at the website all the time
    milliseconds visit_pause{900};
};

/// Builds the company in `into`'s state folder, as on the morning of the scenario, and mounts /gitlab/, /site/,
/// /salt-api/, /control/gitlab/, /control/site/ and /control/salt/. Fails as build_company does.
result<> mount_product(company& into, const product_settings& how);

}  // namespace slipway::sandbox
