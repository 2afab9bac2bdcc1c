#include "deploy/sandbox/sandbox.hpp"

#include <spdlog/spdlog.h>

#include <unistd.h>
#include <algorithm>
#include <system_error>

namespace slipway::sandbox {
namespace {

class single_port final : public company {
public:
    single_port(executor loop, slipway::timers& timers, settings how)
        : how_{std::move(how)}, tasks_{loop}, around_{loop, timers, tasks_, {}, how_.state, how_.scenario} {}

    result<> open() {
        std::error_code error;
        std::filesystem::create_directories(how_.state, error);
        if (error)
            return failure{errc::invalid, "the state folder " + how_.state.string() + " cannot be made: " +
                                              error.message() + "; name another one with --state"};
        net::server_settings serving;
        serving.address = how_.listen;
        serving.port = how_.port;
        serving.largest_body = 64U << 20U;
        auto server = net::create_http_server(
            around_.loop, serving, [this](net::server_request asked) { return answer(std::move(asked)); },
            [this](std::unique_ptr<net::websocket> socket, net::server_request asked) {
                return upgraded(std::move(socket), std::move(asked));
            },
            [this](const net::server_request& asked) { return refuse_upgrade(asked); });
        if (!server) return server.error();
        server_ = std::move(*server);
        around_.address = "http://" + how_.listen + ":" + std::to_string(server_->port());
        return {};
    }

    const std::string& address() const override { return around_.address; }
    const surroundings& around() const override { return around_; }

    void mount(part what) override { parts_.push_back(std::make_shared<part>(std::move(what))); }

    std::vector<page_link> pages() const override {
        std::vector<page_link> all;
        for (const auto& each : parts_) all.insert(all.end(), each->pages.begin(), each->pages.end());
        return all;
    }

    task<> stop() override {
        for (auto each = parts_.rbegin(); each != parts_.rend(); ++each) {
            const auto& ending = *each;
            if (ending->stop) co_await ending->stop();
        }
        tasks_.cancel();
        co_await server_->stop(milliseconds{500});
        co_await tasks_.join();
        parts_.clear();
    }

private:
    /// The part with the longest prefix of `path`; null when none matches.
    std::shared_ptr<part> owner_of(const std::string& path) const {
        std::shared_ptr<part> best;
        for (const auto& each : parts_) {
            const bool fits = path.starts_with(each->prefix) || path + "/" == each->prefix;
            if (fits && (!best || each->prefix.size() > best->prefix.size())) best = each;
        }
        return best;
    }

    task<net::server_response> answer(net::server_request asked) {
        const auto owner = owner_of(asked.path);
        if (owner && owner->handle) co_return co_await owner->handle(std::move(asked));
        net::server_response nothing;
        nothing.status = 404;
        nothing.headers.add("Content-Type", "text/plain; charset=utf-8");
        nothing.body = "nothing in the sandbox answers " + asked.path + "\n";
        co_return nothing;
    }

    task<> upgraded(std::unique_ptr<net::websocket> socket, net::server_request asked) {
        const auto owner = owner_of(asked.path);
        if (owner && owner->on_websocket) co_await owner->on_websocket(std::move(socket), std::move(asked));
    }

    std::optional<net::server_response> refuse_upgrade(const net::server_request& asked) const {
        const auto owner = owner_of(asked.path);
        if (owner && owner->on_websocket)
            return owner->check_upgrade ? owner->check_upgrade(asked) : std::optional<net::server_response>{};
        net::server_response nothing;
        nothing.status = 404;
        return nothing;
    }

    settings how_;
    task_group tasks_;
    surroundings around_;
    std::vector<std::shared_ptr<part>> parts_;
    std::unique_ptr<net::http_server> server_;
};

}  // namespace

result<std::unique_ptr<company>> create_company(executor loop, slipway::timers& timers, settings how) {
    if (how.state.empty())
        how.state = std::filesystem::temp_directory_path() / ("slipway-sandbox-" + std::to_string(::getpid()));
    auto made = std::make_unique<single_port>(std::move(loop), timers, std::move(how));
    const auto opened = made->open();
    if (!opened) return opened.error();
    return std::unique_ptr<company>{std::move(made)};
}

}  // namespace slipway::sandbox
