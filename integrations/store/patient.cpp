#include "integrations/store/patient.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace slipway::store {
namespace {

constexpr milliseconds pause{1'000};

/// Stands still while it is stopped by anybody.
class stopped_clock final : public timers {
public:
    explicit stopped_clock(timers& time) : time_{time} {}

    instant now() const override { return time_.now(); }
    task<> sleep(milliseconds span) override {
        for (auto left = span;;) {
            const auto before = lost();
            const auto slept = std::max(left, stops_ > 0 ? pause : milliseconds{0});
            co_await time_.sleep(slept);
            // Wall time may jump: nobody lost more than they slept.
            left = std::clamp(lost() - before, milliseconds{0}, slept);
            if (left == milliseconds{0}) co_return;
        }
    }
    void stop() {
        if (stops_++ == 0) since_ = time_.now();
    }
    void go_on() {
        if (--stops_ == 0) lost_ += time_.now() - since_;
    }

private:
    milliseconds lost() const { return stops_ > 0 ? lost_ + (time_.now() - since_) : lost_; }

    timers& time_;
    int stops_ = 0;
    instant since_{};
    milliseconds lost_{0};
};

class patient final : public store {
    using batch = slipway::store::batch;
    using outbox_row = slipway::store::outbox_row;
    using work_row = slipway::store::work_row;
    using envelope = slipway::store::envelope;
    using arrival = slipway::store::arrival;
    using stored_event = slipway::store::stored_event;
    using document = slipway::store::document;
    using member = slipway::store::member;
    using holding = slipway::store::holding;

public:
    patient(store& memory, timers& time, stopped_clock& limits) : memory_{memory}, time_{time}, limits_{limits} {}

    task<result<>> commit(batch changes) override {
        return insist<void>([this, changes = std::move(changes)] { return memory_.commit(changes); });
    }
    task<result<std::vector<stored_event>>> read(std::string stream, std::int64_t after) override {
        return insist<std::vector<stored_event>>([=, this] { return memory_.read(stream, after); });
    }
    task<result<std::vector<std::string>>> streams(std::string prefix) override {
        return insist<std::vector<std::string>>([=, this] { return memory_.streams(prefix); });
    }
    task<result<>> verify(std::string stream) override {
        return insist<void>([=, this] { return memory_.verify(stream); });
    }
    task<result<instant>> time() override {
        return insist<instant>([this] { return memory_.time(); });
    }
    task<result<std::optional<outbox_row>>> outbox_row_of(std::string key) override {
        return insist<std::optional<outbox_row>>([=, this] { return memory_.outbox_row_of(key); });
    }
    task<result<std::optional<json::object>>> document_of(std::string collection, std::string id) override {
        return insist<std::optional<json::object>>([=, this] { return memory_.document_of(collection, id); });
    }
    task<result<std::vector<document>>> documents_in(std::string collection) override {
        return insist<std::vector<document>>([=, this] { return memory_.documents_in(collection); });
    }
    task<result<std::optional<std::string>>> holder_of(std::string claim_name) override {
        return insist<std::optional<std::string>>([=, this] { return memory_.holder_of(claim_name); });
    }

    task<result<arrival>> receive(envelope incoming) override { return memory_.receive(std::move(incoming)); }
    task<result<std::vector<envelope>>> adopt(std::string source, std::string owner) override {
        return memory_.adopt(std::move(source), std::move(owner));
    }
    task<result<std::vector<envelope>>> unhandled(std::string source) override {
        return memory_.unhandled(std::move(source));
    }
    task<result<>> forget_handled(instant before) override { return memory_.forget_handled(before); }
    task<result<std::vector<outbox_row>>> lease_outbox(std::string owner, std::size_t limit, milliseconds lease,
                                                       std::vector<std::string> busy) override {
        return memory_.lease_outbox(std::move(owner), limit, lease, std::move(busy));
    }
    task<result<>> begin_send(std::string key, std::int64_t fence) override {
        return memory_.begin_send(std::move(key), fence);
    }
    task<result<std::size_t>> outbox_depth() override { return memory_.outbox_depth(); }
    task<result<std::vector<work_row>>> lease_work(std::string owner, std::vector<std::string> kinds, std::size_t limit,
                                                   milliseconds lease) override {
        return memory_.lease_work(std::move(owner), std::move(kinds), limit, lease);
    }
    task<result<>> renew(std::string work_id, std::int64_t fence, milliseconds lease) override {
        return memory_.renew(std::move(work_id), fence, lease);
    }
    task<result<>> announce(std::string name, json::object about, milliseconds lease) override {
        return memory_.announce(std::move(name), std::move(about), lease);
    }
    task<result<>> leave(std::string name) override { return memory_.leave(std::move(name)); }
    task<result<std::vector<member>>> members() override { return memory_.members(); }
    task<result<std::vector<holding>>> leases() override { return memory_.leases(); }
    task<result<std::vector<slipway::store::claim>>> claims() override { return memory_.claims(); }
    task<result<>> forget_leases() override { return memory_.forget_leases(); }
    task<result<std::vector<work_row>>> all_work() override { return memory_.all_work(); }
    task<result<std::optional<instant>>> next_work_due(std::vector<std::string> kinds) override {
        return memory_.next_work_due(std::move(kinds));
    }
    task<result<std::optional<instant>>> next_message_due() override { return memory_.next_message_due(); }
    task<heard> wait_for_news(topic about, milliseconds at_most) override {
        return memory_.wait_for_news(about, at_most);
    }
    task<> close() override { return memory_.close(); }

private:
    template <class T, class Call>
    task<result<T>> insist(Call call) {
        for (std::optional<stop> waits;;) {
            auto answer = co_await call();
            if (answer || !(answer.error() == errc::unavailable)) co_return answer;
            if (!waits) {
                spdlog::warn("a step waits for the database: {}", answer.error().sentence());
                waits.emplace(limits_);
            }
            co_await time_.sleep(pause);
        }
    }
    struct stop {
        explicit stop(stopped_clock& which) : clock{which} { clock.stop(); }
        stop(const stop&) = delete;
        stop& operator=(const stop&) = delete;
        ~stop() { clock.go_on(); }
        stopped_clock& clock;
    };

    store& memory_;
    timers& time_;
    stopped_clock& limits_;
};

class patience_over final : public patience {
public:
    patience_over(store& memory, timers& time) : limits_{time}, patient_{memory, time, limits_} {}
    store& memory() override { return patient_; }
    timers& clock() override { return limits_; }

private:
    stopped_clock limits_;
    patient patient_;
};

}  // namespace

std::unique_ptr<patience> create_patience(store& memory, timers& time) {
    return std::make_unique<patience_over>(memory, time);
}

}  // namespace slipway::store
