// What the stream below a websocket does with bytes: read in one go, and written together when told so.
#include "integrations/net/erased_stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <deque>
#include <vector>

using namespace slipway;
using namespace slipway::net;

namespace {

/// Remembers every write of the system, and gives what was put into it, one piece for each read.
class noting_stream final : public stream {
public:
    explicit noting_stream(asio::io_context& loop) : loop_{loop} {}
    executor get_executor() override { return loop_.get_executor(); }
    void read_some(asio::mutable_buffer into, moved handler) override {
        ++reads;
        const auto piece = pieces.empty() ? std::string{} : pieces.front();
        if (!pieces.empty()) pieces.pop_front();
        const auto count = asio::buffer_copy(into, asio::buffer(piece));
        const error_code ec = piece.empty() ? make_error_code(asio::error::eof) : error_code{};
        asio::post(loop_, [ec, count, kept = std::move(handler)]() mutable { std::move(kept)(ec, count); });
    }
    void write_some(asio::const_buffer from, moved handler) override {
        const auto count = std::min(from.size(), most);
        if (!broken) written.emplace_back(static_cast<const char*>(from.data()), count);
        const error_code ec = broken ? make_error_code(asio::error::broken_pipe) : error_code{};
        asio::post(loop_, [ec, count, kept = std::move(handler)]() mutable { std::move(kept)(ec, ec ? 0 : count); });
    }
    void shutdown(done) override {}
    void cancel() override {}
    void close() override {}
    void reset() override {}
    bool is_quiet() override { return true; }
    std::string peer() const override { return "peer"; }

    std::vector<std::string> written;
    std::deque<std::string> pieces;
    std::size_t most = 1U << 20U;
    int reads = 0;
    bool broken = false;

private:
    asio::io_context& loop_;
};

struct erased_bench {
    erased_bench() { over = std::make_unique<erased_stream>(below); }
    error_code write(std::string text, bool more_follows) {
        over->hold_back(more_follows);
        error_code met;
        std::size_t went = 0;
        asio::async_write(*over, asio::buffer(text), [&](error_code ec, std::size_t count) { met = ec, went = count; });
        loop.restart();
        loop.run();
        if (!met) CHECK(went == text.size());
        return met;
    }
    std::string read(std::size_t size) {
        std::string got(size, ' ');
        error_code met;
        asio::async_read(*over, asio::buffer(got), [&](error_code ec, std::size_t) { met = ec; });
        loop.restart();
        loop.run();
        return met ? met.message() : got;
    }
    asio::io_context loop;
    std::shared_ptr<noting_stream> below = std::make_shared<noting_stream>(loop);
    std::unique_ptr<erased_stream> over;
};

}  // namespace

TEST_CASE("what is held back leaves with the next write, in one", "[net][erased]") {
    erased_bench world;
    CHECK_FALSE(world.write("one ", true));
    CHECK_FALSE(world.write("two ", true));
    CHECK(world.below->written.empty());
    CHECK_FALSE(world.write("three", false));
    CHECK(world.below->written == std::vector<std::string>{"one two three"});
    CHECK_FALSE(world.write("four", false));
    CHECK(world.below->written.back() == "four");
}

TEST_CASE("a system that takes little at a time gets all of it", "[net][erased]") {
    erased_bench world;
    world.below->most = 3;
    CHECK_FALSE(world.write("held ", true));
    CHECK_FALSE(world.write("back", false));
    CHECK(world.below->written == std::vector<std::string>{"hel", "d b", "ack"});
}

TEST_CASE("no more is held back than fits, whatever was said", "[net][erased]") {
    erased_bench world;
    const std::string large(100'000, 'x');
    CHECK_FALSE(world.write(large, true));
    CHECK(world.below->written.size() >= 3);
    CHECK_FALSE(world.write("end", false));
    std::string all;
    for (const auto& each : world.below->written) all += each;
    CHECK(all == large + "end");
}

TEST_CASE("who writes last hears that what was held back is lost", "[net][erased]") {
    erased_bench world;
    CHECK_FALSE(world.write("one", true));
    world.below->broken = true;
    CHECK(world.write("two", false) == asio::error::broken_pipe);
}

TEST_CASE("what arrived together is read once and handed out as asked, after what came early", "[net][erased]") {
    erased_bench world;
    world.over = std::make_unique<erased_stream>(world.below, "early ");
    world.below->pieces = {"one two three", "four"};
    CHECK(world.read(6) == "early ");
    CHECK(world.below->reads == 0);
    CHECK(world.read(4) == "one ");
    CHECK(world.over->has_unread());
    CHECK(world.read(4) == "two ");
    CHECK(world.read(5) == "three");
    CHECK(world.below->reads == 1);
    CHECK_FALSE(world.over->has_unread());
    CHECK(world.read(4) == "four");
    CHECK(world.read(1) == error_code{asio::error::eof}.message());
}
