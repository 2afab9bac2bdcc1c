#include "integrations/net/message_reader.hpp"

#include <algorithm>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/rfc7230.hpp>

namespace slipway::net {
namespace {

namespace http = boost::beast::http;

progress to_progress(const boost::system::error_code& ec) {
    if (ec == http::error::header_limit) return progress::header_too_large;
    if (ec == http::error::body_limit || ec == http::error::buffer_overflow) return progress::body_too_large;
    return progress::malformed;
}

/// Beast's parser, writing straight into the message: its own containers would be filled only to be copied.
template <bool IsRequest>
class reader final : public message_reader, private http::basic_parser<IsRequest> {
    using parser = http::basic_parser<IsRequest>;
    using text = boost::beast::string_view;
    using error_code = boost::system::error_code;

public:
    reader(reader_limits limits, bool bodyless) {
        parser::header_limit(static_cast<std::uint32_t>(limits.header));
        parser::body_limit(limits.body);
        parser::eager(true);
        parser::skip(bodyless);
    }
    progress read(std::string_view& bytes) override {
        while (!bytes.empty() && !parser::is_done()) {
            error_code ec;
            bytes.remove_prefix(parser::put(boost::asio::buffer(bytes), ec));
            if (ec == http::error::need_more) return progress::more;
            if (ec) return to_progress(ec);
        }
        return parser::is_done() ? progress::complete : progress::more;
    }
    progress end() override {
        if (!parser::got_some()) return progress::more;
        error_code ec;
        parser::put_eof(ec);
        if (ec) return progress::malformed;
        return parser::is_done() ? progress::complete : progress::more;
    }
    bool header_complete() const override { return parser::is_header_done(); }
    const message& head() const override { return whole_; }
    message take() override { return std::move(whole_); }

private:
    static std::string copy(text from) { return {from.data(), from.size()}; }
    /// The first of that name, or "".
    text value_of(text name) const {
        for (const auto& each : whole_.headers.all())
            if (boost::beast::iequals(each.name, name)) return each.value;
        return {};
    }

    void on_request_impl(http::verb, text method, text target, int version, error_code&) override {
        whole_.method = copy(method);
        whole_.resource = copy(target);
        version_ = version;
    }
    void on_response_impl(int code, text, int, error_code&) override { whole_.status = code; }
    void on_field_impl(http::field, text name, text value, error_code&) override {
        whole_.headers.add(copy(name), copy(value));
    }
    void on_header_impl(error_code&) override {
        whole_.keep_alive = parser::keep_alive();
        if constexpr (!IsRequest) return;
        whole_.upgrade = version_ >= 11 && whole_.method == "GET" &&  // RFC 6455, 4.2.1
                         http::token_list{value_of("Connection")}.exists("upgrade") &&
                         http::token_list{value_of("Upgrade")}.exists("websocket");
        whole_.expects_continue = boost::beast::iequals(value_of("Expect"), "100-continue");
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>& announced, error_code&) override {
        constexpr std::uint64_t believed = 64U << 10U;  // of what was only announced; more when it comes
        if (announced) whole_.body.reserve(static_cast<std::size_t>(std::min(*announced, believed)));
    }
    std::size_t on_body_impl(text part, error_code&) override {
        whole_.body.append(part.data(), part.size());
        return part.size();
    }
    void on_chunk_header_impl(std::uint64_t, text, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, text part, error_code& ec) override { return on_body_impl(part, ec); }
    void on_finish_impl(error_code&) override {}

    message whole_;
    int version_ = 0;  ///< 11 = HTTP/1.1
};

}  // namespace

std::unique_ptr<message_reader> create_request_reader(reader_limits limits) {
    return std::make_unique<reader<true>>(limits, false);
}

std::unique_ptr<message_reader> create_response_reader(reader_limits limits, bool bodyless) {
    return std::make_unique<reader<false>>(limits, bodyless);
}

}  // namespace slipway::net
