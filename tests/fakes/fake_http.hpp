// An HTTP client that answers from a script and remembers what was asked.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "integrations/net/http.hpp"

namespace slipway::fakes {

class fake_http final : public net::http_client {
public:
    task<result<net::response>> send(net::request asked) override {
        requests.push_back(asked);
        auto& script = answers[asked.url];
        if (script.empty()) co_return otherwise;
        auto next = std::move(script.front());
        script.pop_front();
        co_return next;
    }

    /// The next answer for that URL; without any left, `otherwise` is given.
    void will_answer(const std::string& url, int status, std::string body, net::headers headers = {}) {
        net::response made;
        made.status = status;
        made.headers = std::move(headers);
        made.body = std::move(body);
        answers[url].push_back(std::move(made));
    }
    void will_fail(const std::string& url, failure why) { answers[url].push_back(std::move(why)); }

    std::map<std::string, std::deque<result<net::response>>> answers;
    result<net::response> otherwise = ok();
    std::vector<net::request> requests;

private:
    static net::response ok() {
        net::response made;
        made.status = 200;
        made.body = R"({"ok":true})";
        return made;
    }
};

}  // namespace slipway::fakes
