#include "deploy/sandbox/slack/strange_doors.hpp"

#include "integrations/process/process.hpp"

namespace slipway::sandbox::slack {
namespace {

/// Self-signed, for a name that nobody has.
task<result<>> make_certificate(executor loop, std::string certificate, std::string key) {
    const auto programs = process::create_runner(std::move(loop));
    process::command what;
    what.argv = {"openssl",
                 "req",
                 "-x509",
                 "-newkey",
                 "ec",
                 "-pkeyopt",
                 "ec_paramgen_curve:prime256v1",
                 "-nodes",
                 "-days",
                 "2",
                 "-subj",
                 "/CN=elsewhere.invalid",
                 "-keyout",
                 key,
                 "-out",
                 certificate};
    what.environment = process::inherited();
    const auto ran = co_await programs->run(std::move(what));
    if (!ran) co_return ran.error().within("making a certificate (package openssl)");
    if (ran->how != process::ending::exited || ran->code != 0)
        co_return failure{errc::unavailable, "openssl made no certificate: " + ran->err};
    co_return result<>{};
}

task<net::server_response> nobody(net::server_request) {
    net::server_response made;
    made.status = 404;
    co_return made;
}

}  // namespace

task<result<std::string>> strange_doors::address(std::string kind, std::string honest) {
    const auto port = honest.substr(honest.rfind(':'));
    // The label is longer than DNS allows, so that no lookup asks anybody, or waits.
    if (kind == "unknown_host") co_return "ws://" + std::string(64, 'x') + ".invalid" + port;
    if (kind == "no_tls") co_return "wss://127.0.0.1" + port;
    if (kind == "closed_port") co_return std::string{"ws://127.0.0.1:1"};
    if (kind != "wrong_certificate")
        co_return failure{errc::invalid, "\"link_url\" is unknown_host, wrong_certificate, no_tls or closed_port"};
    const auto opened = co_await open_tls();
    if (!opened) co_return opened.error();
    co_return "wss://127.0.0.1:" + std::to_string(tls_->port());
}

task<result<>> strange_doors::open_tls() {
    if (tls_) co_return result<>{};
    net::server_settings how;
    how.certificate_file = (state_ / "elsewhere.pem").string();
    how.key_file = (state_ / "elsewhere.key").string();
    const auto made = co_await make_certificate(loop_, how.certificate_file, how.key_file);
    if (!made) co_return made.error();
    auto opened = net::create_http_server(loop_, std::move(how), nobody);
    if (!opened) co_return opened.error();
    tls_ = std::move(*opened);
    co_return result<>{};
}

task<> strange_doors::close() {
    if (tls_) co_await tls_->stop(milliseconds{1'000});
}

}  // namespace slipway::sandbox::slack
