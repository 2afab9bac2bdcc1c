// TLS: what we trust, who we are, and the stream over it. The only file that sees OpenSSL.
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ssl.hpp>
#include <ctime>
#include <filesystem>
#include <map>
#include <mutex>

#include "integrations/net/alarm.hpp"
#include "integrations/net/connect.hpp"
#include "integrations/net/socket_stream.hpp"

namespace slipway::net {

class identity {
public:
    asio::ssl::context context{asio::ssl::context::tls_server};
};

namespace {

using asio::ip::tcp;
using context_ptr = std::shared_ptr<asio::ssl::context>;

class tls_stream final : public socket_stream {
public:
    tls_stream(tcp::socket socket, asio::ssl::context& context) : tls_{std::move(socket), context} { prepare(); }
    void read_some(asio::mutable_buffer into, moved handler) override {
        tls_.async_read_some(into, bound(std::move(handler)));
    }
    void write_some(asio::const_buffer from, moved handler) override {
        tls_.async_write_some(from, bound(std::move(handler)));
    }
    void shutdown(done handler) override { tls_.async_shutdown(bound(std::move(handler))); }

    std::optional<instant> certificate_until() const override {
        // The native handle is a plain pointer; asking it for the certificate changes nothing.
        auto* native = const_cast<asio::ssl::stream<tcp::socket>&>(tls_).native_handle();
        const std::unique_ptr<X509, void (*)(X509*)> shown{SSL_get1_peer_certificate(native), &X509_free};
        std::tm parts{};
        if (!shown || ASN1_TIME_to_tm(X509_get0_notAfter(shown.get()), &parts) != 1) return std::nullopt;
        return from_unix_ms(static_cast<std::int64_t>(::timegm(&parts)) * 1'000);
    }

    asio::ssl::stream<tcp::socket>& tls() { return tls_; }

private:
    tcp::socket& socket() override { return tls_.next_layer(); }
    asio::ssl::stream<tcp::socket> tls_;
};

result<context_ptr> load_trust(const std::string& ca_file) {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_verify_mode(asio::ssl::verify_peer);
    error_code ec;
    if (ca_file.empty()) {
        context->set_default_verify_paths(ec);
        if (ec) return failure{errc::invalid, "the system's certificates cannot be loaded: " + ec.message()};
    } else {
        context->load_verify_file(ca_file, ec);
        if (ec) return failure{errc::invalid, "no certificates can be read from " + ca_file + ": " + ec.message()};
    }
    return context;
}

/// Loading the system's roots takes 18 ms, so a context is kept per file; a replaced file is read anew.
result<context_ptr> trust_of(const std::string& ca_file) {
    struct loaded {
        std::filesystem::file_time_type written;
        context_ptr context;
    };
    static std::mutex guard;
    static std::map<std::string, loaded> all;
    const std::lock_guard lock{guard};
    std::error_code missing;  // is reported by load_trust, with the file's name
    const auto written =
        ca_file.empty() ? decltype(loaded::written){} : std::filesystem::last_write_time(ca_file, missing);
    const auto known = all.find(ca_file);
    if (known != all.end() && known->second.written == written && !missing) return known->second.context;
    auto context = load_trust(ca_file);
    if (context) all[ca_file] = {written, *context};
    return context;
}

/// The certificate must be for `host`; SNI tells the server which one we want (names only, RFC 6066).
void expect_host(SSL* tls, const std::string& host) {
    error_code not_numeric;
    asio::ip::make_address(host, not_numeric);
    auto* wanted = SSL_get0_param(tls);
    if (not_numeric) {
        SSL_set_tlsext_host_name(tls, host.c_str());
        X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size());
    } else {
        X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str());
    }
}

failure not_secured(const std::string& host, SSL* tls, const error_code& ec) {
    const auto verdict = SSL_get_verify_result(tls);
    if (verdict != X509_V_OK) {
        return failure{errc::unavailable, "the certificate of " + host + " was not accepted (" +
                                              X509_verify_cert_error_string(verdict) +
                                              "): name the right roots with ca_file, or have the certificate replaced"};
    }
    return failure{errc::unavailable, "no TLS connection to " + host + ": " + ec.message()};
}

task<error_code> shake_hands(std::shared_ptr<tls_stream> made, asio::ssl::stream_base::handshake_type side,
                             time_point until) {
    alarm limit{made->get_executor()};
    limit.set(until, [made] { made->close(); });
    const auto [ec] = co_await made->tls().async_handshake(side, as_values);
    if (limit.struck()) co_return asio::error::timed_out;
    co_return ec;
}

}  // namespace

task<result<stream_ptr>> secure_stream(tcp::socket socket, std::string host, std::string ca_file, time_point until) {
    const auto trusted = trust_of(ca_file);
    if (!trusted) co_return trusted.error();
    const auto made = std::make_shared<tls_stream>(std::move(socket), **trusted);
    auto* native = made->tls().native_handle();
    expect_host(native, host);
    const auto ec = co_await shake_hands(made, asio::ssl::stream_base::client, until);
    if (ec == asio::error::operation_aborted) co_return failure{errc::cancelled, "the TLS handshake was cancelled"};
    if (ec) co_return not_secured(host, native, ec);
    co_return stream_ptr{made};
}

result<std::shared_ptr<identity>> load_identity(std::string certificate_file, std::string key_file) {
    auto who = std::make_shared<identity>();
    SSL_CTX_set_min_proto_version(who->context.native_handle(), TLS1_2_VERSION);
    error_code ec;
    who->context.use_certificate_chain_file(certificate_file, ec);
    if (ec) return failure{errc::invalid, "no certificate can be read from " + certificate_file + ": " + ec.message()};
    who->context.use_private_key_file(key_file, asio::ssl::context::pem, ec);
    if (ec) {
        return failure{errc::invalid,
                       "no key that fits " + certificate_file + " can be read from " + key_file + ": " + ec.message()};
    }
    return who;
}

task<result<stream_ptr>> accept_secure_stream(tcp::socket socket, std::shared_ptr<identity> who, time_point until) {
    const auto made = std::make_shared<tls_stream>(std::move(socket), who->context);
    const auto ec = co_await shake_hands(made, asio::ssl::stream_base::server, until);
    if (ec) co_return failure{errc::unavailable, "no TLS connection with " + made->peer() + ": " + ec.message()};
    co_return stream_ptr{made};
}

}  // namespace slipway::net
