// Reports as the Node and PHP SDKs send them, of as many different errors as wanted. For benches and their peers.
#pragma once

#include <string>

namespace slipway::bench {

/// "plain": a 6 kB exception of @sentry/node. "gzip": an 8 kB one of sentry-php, compressed as it does.
struct reports {
    std::string name;
    std::string path;     ///< with query
    std::string headers;  ///< lines of the HTTP head beyond Host and Content-Length
    std::string (*body)(int error);
};

inline const std::string key(32, 'a');

const reports& plain_reports();
const reports& gzip_reports();

}  // namespace slipway::bench
