// What the stream below a websocket does with bytes: read in one go, and sent together.
#include "integrations/net/erased_stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <deque>
#include <memory>
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
    /// Without waiting: it stays with us.
    void keep(std::string text) {
        error_code met;
        CHECK(over->write_some(asio::buffer(text), met) == text.size());
        CHECK_FALSE(met);
    }
    /// Begins a write and runs nothing.
    void begin(std::string text) {
        over->async_write_some(asio::buffer(text), [this, size = text.size()](error_code ec, std::size_t count) {
            heard.push_back(ec ? ec.message() : std::to_string(count));
            if (!ec) CHECK(count == size);
        });
    }
    void flush() {
        over->async_flush([this](error_code ec, std::size_t) { heard.push_back(ec ? ec.message() : "flushed"); });
    }
    void run() {
        loop.restart();
        loop.run();
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
    std::vector<std::string> heard;  ///< by whoever waited for a write
};

/// A frame as a server sends it.
std::string plain_frame(unsigned first, std::string payload) {
    return std::string{static_cast<char>(first), static_cast<char>(payload.size())} + payload;
}

}  // namespace

TEST_CASE("what was written without waiting leaves with one flush", "[net][erased]") {
    erased_bench world;
    world.keep("one ");
    world.keep("two ");
    world.keep("three");
    CHECK(world.over->has_unsent());
    world.run();
    CHECK(world.below->written.empty());
    world.flush();
    world.run();
    CHECK(world.below->written == std::vector<std::string>{"one two three"});
    CHECK(world.heard == std::vector<std::string>{"flushed"});
    CHECK_FALSE(world.over->has_unsent());
}

TEST_CASE("a system that takes little at a time gets all of it, and only then is it said to be gone", "[net][erased]") {
    erased_bench world;
    world.below->most = 3;
    world.keep("held ");
    world.flush();
    CHECK(world.loop.run_one() == 1);
    CHECK(world.heard.empty());
    world.keep("back");  // while the first are on their way: neither lost nor mixed with them
    world.flush();
    world.run();
    CHECK(world.below->written == std::vector<std::string>{"hel", "d ", "bac", "k"});
    CHECK(world.heard == std::vector<std::string>{"flushed", "flushed"});
}

TEST_CASE("who writes while others' bytes are on their way waits for its own", "[net][erased]") {
    erased_bench world;
    world.begin("one");
    world.begin("three");
    world.begin("fourth");
    CHECK(world.loop.run_one() == 1);
    CHECK(world.heard == std::vector<std::string>{"3"});
    world.run();
    CHECK(world.below->written == std::vector<std::string>{"one", "threefourth"});
    CHECK(world.heard == std::vector<std::string>{"3", "5", "6"});
}

TEST_CASE("everybody whose bytes were lost hears of it", "[net][erased]") {
    erased_bench world;
    world.keep("one");
    world.below->broken = true;
    world.flush();
    world.begin("two");
    world.run();
    const auto broken = error_code{asio::error::broken_pipe}.message();
    CHECK(world.heard == std::vector<std::string>{broken, broken});
}

TEST_CASE("nobody is kept alive by waiting when the loop ends", "[net][erased]") {
    std::weak_ptr<erased_stream> seen;
    {
        asio::io_context loop;
        const auto over = std::make_shared<erased_stream>(std::make_shared<noting_stream>(loop));
        seen = over;
        error_code met;
        over->write_some(asio::buffer("bytes", 5), met);
        // As a link does: who waits holds what holds the stream. The second waits for the first one's bytes to be gone.
        over->async_flush([over](error_code, std::size_t) {});
        over->async_flush([over](error_code, std::size_t) {});
    }
    CHECK(seen.expired());
}

TEST_CASE("what has not arrived is not waited for by who does not want to wait", "[net][erased]") {
    erased_bench world;
    world.over = std::make_unique<erased_stream>(world.below, "early");
    std::string got(8, ' ');
    error_code met;
    CHECK(world.over->read_some(asio::buffer(got), met) == 5);
    CHECK_FALSE(met);
    CHECK(world.over->read_some(asio::buffer(got), met) == 0);
    CHECK(met == asio::error::would_block);
    CHECK(world.below->reads == 0);
}

TEST_CASE("a message counts as arrived when its last byte is there", "[net][erased]") {
    const auto bytes = plain_frame(0x01, "first ") + plain_frame(0x80, "message");
    frame_counter counter;
    for (const char each : bytes.substr(0, bytes.size() - 1)) {
        counter.feed({&each, 1});
        CHECK_FALSE(counter.next_is_whole());
    }
    counter.feed(bytes.substr(bytes.size() - 1));
    CHECK(counter.next_is_whole());
    CHECK(counter.take() == 2);
    CHECK_FALSE(counter.next_is_whole());
}

TEST_CASE("a ping before or inside a message leaves it to who may wait to answer", "[net][erased]") {
    frame_counter counter;
    counter.feed(plain_frame(0x81, "one") + plain_frame(0x89, "ping") + plain_frame(0x81, "two"));
    CHECK(counter.next_is_whole());
    counter.take();
    CHECK_FALSE(counter.next_is_whole());
    counter.take();
    counter.feed(plain_frame(0x01, "thr") + plain_frame(0x8A, "") + plain_frame(0x80, "ee") +
                 plain_frame(0x81, "four"));
    CHECK_FALSE(counter.next_is_whole());
    CHECK(counter.take() == 2);
    CHECK(counter.next_is_whole());
}

TEST_CASE("frames are counted from behind the head of an answer", "[net][erased]") {
    const auto bytes = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n" + plain_frame(0x81, "hello");
    for (const std::size_t cut : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
        frame_counter counter{true};
        for (std::size_t from = 0; from < bytes.size(); from += cut) counter.feed(bytes.substr(from, cut));
        CHECK(counter.next_is_whole());
        CHECK(counter.take() == 1);
        CHECK_FALSE(counter.next_is_whole());
    }
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
