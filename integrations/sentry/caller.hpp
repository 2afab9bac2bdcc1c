// Inside this room only: one call to Sentry, with its token, its retries (reads alone), its pages and rate windows.
#pragma once

#include <boost/json.hpp>
#include <functional>

#include "integrations/sentry/answers.hpp"
#include "integrations/sentry/sentry.hpp"

namespace slipway::sentry::detail {

class caller {
public:
    caller(net::http_client& client, timers& clock, chance roll, settings with);

    /// `path` begins with "/" and follows …/api/0; `what` begins the sentence of a failure.
    task<result<boost::json::value>> read(std::string what, std::string path);
    /// Every page of a list, until `is_enough` says so of the items of a page.
    task<result<boost::json::array>> read_all(std::string what, std::string path,
                                              std::function<bool(const boost::json::array&)> is_enough);
    /// Sent once.
    task<result<boost::json::value>> write(std::string what, std::string method, std::string path,
                                           boost::json::object body);

    const settings& about() const noexcept { return settings_; }

private:
    task<result<net::response>> exchange(std::string what, net::request asked, call_kind kind);
    task<result<net::response>> fetch(std::string what, std::string url);
    task<result<>> wait_for_window(std::string what);
    net::request request_to(std::string method, std::string url) const;

    net::http_client& client_;
    timers& clock_;
    chance roll_;
    const settings settings_;
    const std::string root_;
    instant closed_until_{};  ///< calls before this would be refused
};

}  // namespace slipway::sentry::detail
