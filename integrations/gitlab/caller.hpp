// Inside this room only: one call to GitLab, with its token, its retries (reads alone) and its pages.
#pragma once

#include <boost/json.hpp>
#include <vector>

#include "integrations/gitlab/answers.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::gitlab::detail {

struct pages {
    std::vector<boost::json::value> items;
    std::size_t count = 0;  ///< pages read; more than one may shift while it is read
};

class caller {
public:
    caller(net::http_client& client, timers& clock, chance roll, settings with);

    /// `path` begins with "/" and follows …/api/v4; `what` begins the sentence of a failure.
    task<result<boost::json::value>> read(std::string what, std::string path);
    /// The same for an answer that is text: the log of a job.
    task<result<std::string>> read_text(std::string what, std::string path);
    /// Every page of a list, following Link as long as it stays on GitLab's host.
    task<result<pages>> read_all(std::string what, std::string path);
    /// Sent once: POST or PUT.
    task<result<boost::json::value>> write(std::string what, std::string method, std::string path,
                                           boost::json::object body);

    /// Waits `span` on the clock of the calls.
    task<> pause(milliseconds span);

private:
    task<result<net::response>> fetch(std::string what, std::string url);
    task<result<net::response>> exchange(std::string what, net::request asked, call_kind kind);
    task<result<net::response>> follow_move(std::string what, net::response answer);
    net::request request_to(std::string method, std::string url) const;

    net::http_client& client_;
    timers& clock_;
    chance roll_;
    const settings settings_;
    const std::string root_;  ///< "https://host/gitlab/api/v4"
};

}  // namespace slipway::gitlab::detail
