#include "integrations/net/message_reader.hpp"

#include <boost/beast/core/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace slipway::net {
namespace {

namespace http = boost::beast::http;

progress to_progress(const boost::system::error_code& ec) {
    if (ec == http::error::header_limit) return progress::header_too_large;
    if (ec == http::error::body_limit || ec == http::error::buffer_overflow) return progress::body_too_large;
    return progress::malformed;
}

template <bool IsRequest>
class reader final : public message_reader {
public:
    reader(reader_limits limits, bool bodyless) {
        parser_.header_limit(static_cast<std::uint32_t>(limits.header));
        parser_.body_limit(limits.body);
        parser_.eager(true);
        parser_.skip(bodyless);
    }
    progress feed(std::string& pending) override {
        while (!pending.empty() && !parser_.is_done()) {
            boost::system::error_code ec;
            const auto used = parser_.put(boost::asio::buffer(pending), ec);
            pending.erase(0, used);
            if (ec == http::error::need_more) return progress::more;
            if (ec) return to_progress(ec);
        }
        return parser_.is_done() ? progress::complete : progress::more;
    }
    progress end() override {
        if (!parser_.got_some()) return progress::more;
        boost::system::error_code ec;
        parser_.put_eof(ec);
        if (ec) return progress::malformed;
        return parser_.is_done() ? progress::complete : progress::more;
    }
    bool header_complete() const override { return parser_.is_header_done(); }
    message head() const override {
        const auto& from = parser_.get();
        message to;
        if constexpr (IsRequest) {
            to.method = std::string{from.method_string()};
            to.resource = std::string{from.target()};
            to.upgrade = boost::beast::websocket::is_upgrade(from);
            to.expects_continue = boost::beast::iequals(from[http::field::expect], "100-continue");
        } else {
            to.status = from.result_int();
        }
        for (const auto& each : from) to.headers.add(std::string{each.name_string()}, std::string{each.value()});
        to.keep_alive = parser_.keep_alive();
        return to;
    }
    message take() override {
        auto whole = head();
        whole.body = std::move(parser_.get().body());
        return whole;
    }

private:
    http::parser<IsRequest, http::string_body> parser_;
};

}  // namespace

std::unique_ptr<message_reader> create_request_reader(reader_limits limits) {
    return std::make_unique<reader<true>>(limits, false);
}

std::unique_ptr<message_reader> create_response_reader(reader_limits limits, bool bodyless) {
    return std::make_unique<reader<false>>(limits, bodyless);
}

}  // namespace slipway::net
