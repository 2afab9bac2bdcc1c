// Where links are sent astray on demand: names that nobody knows, doors that are not what their address promises.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "integrations/async/task.hpp"
#include "integrations/net/server.hpp"

namespace slipway::sandbox::slack {

/// Loop thread only; close() before the loop ends.
class strange_doors {
public:
    /// `state`: a folder for the certificate, made when it is first wanted.
    strange_doors(executor loop, std::filesystem::path state) : loop_{std::move(loop)}, state_{std::move(state)} {}

    /// What apps.connections.open gives out in place of `honest` ("ws://127.0.0.1:8065"):
    ///   "unknown_host"       a name that does not resolve, whoever is asked
    ///   "wrong_certificate"  wss:// to a port that shows a certificate of nobody known, for somebody else
    ///   "no_tls"             wss:// to a port that speaks plain HTTP
    ///   "closed_port"        nobody listens
    /// errc::invalid for another word, errc::unavailable when the door cannot be opened.
    task<result<std::string>> address(std::string kind, std::string honest);
    task<> close();

private:
    task<result<>> open_tls();

    executor loop_;
    std::filesystem::path state_;
    std::unique_ptr<net::http_server> tls_;
};

}  // namespace slipway::sandbox::slack
