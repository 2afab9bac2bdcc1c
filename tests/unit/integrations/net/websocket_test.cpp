// The websocket against itself and against bare sockets: what really goes over the wire.
#include "integrations/net/websocket.hpp"

#include <openssl/evp.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <catch2/catch.hpp>

#include "integrations/async/deadline.hpp"
#include "integrations/async/one_shot.hpp"
#include "integrations/async/task_group.hpp"
#include "integrations/net/frame_counter.hpp"
#include "tests/unit/integrations/net/house.hpp"
#include "tests/unit/integrations/net/wire.hpp"

using namespace slipway;
using namespace slipway::net;
using namespace asio::experimental::awaitable_operators;

namespace {

/// Sends every data frame back until the link ends; remembers how it ended.
struct echo {
    std::vector<frame> ends;
    task<> serve(std::unique_ptr<websocket> link) {
        while (true) {
            auto got = co_await link->receive();
            if (!got) co_return;
            if (got->kind == frame_kind::closed) {
                ends.push_back(*got);
                co_return;
            }
            result<> sent;
            if (got->kind == frame_kind::text) {
                sent = co_await link->send_text(std::move(got->payload));
            } else {
                sent = co_await link->send_binary(std::move(got->payload));
            }
            if (!sent) co_return;
        }
    }
    websocket_handler handler() {
        return [this](std::unique_ptr<websocket> link, server_request) { return serve(std::move(link)); };
    }
};

/// Speaks the client's side by hand to our server.
task<wire> upgraded(std::uint16_t port, std::string early = {}) {
    auto link = co_await dial(port);
    co_await link.send(
        "GET /raw HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
        early);
    const auto answer = co_await link.until("\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 101 "));
    CHECK_THAT(answer, Catch::Contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));  // RFC 6455, section 1.3
    co_return link;
}

/// A frame as a client sends it: masked, here with zeroes.
std::string masked(char first, const std::string& payload) {
    return std::string{first} + static_cast<char>(0x80U | payload.size()) + std::string(4, '\0') + payload;
}

constexpr char text_opcode = static_cast<char>(0x81);
constexpr char ping_opcode = static_cast<char>(0x89);
constexpr char pong_opcode = static_cast<char>(0x8A);
constexpr char close_opcode = static_cast<char>(0x88);

/// RFC 6455, section 4.2.2.
std::string accept_token(const std::string& key) {
    const auto text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[20] = {};
    unsigned char token[29] = {};
    EVP_Digest(text.data(), text.size(), digest, nullptr, EVP_sha1(), nullptr);
    EVP_EncodeBlock(token, digest, sizeof digest);
    return reinterpret_cast<const char*>(token);
}

/// A server whose upgrade is answered by hand; the link is ours to misuse.
task<wire> answered_by_hand(listener& peer) {
    auto link = co_await peer.accept();
    const auto asked = co_await link.until("\r\n\r\n");
    const auto at = asked.find("Sec-WebSocket-Key: ") + 19;
    const auto key = asked.substr(at, asked.find("\r\n", at) - at);
    co_await link.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        accept_token(key) + "\r\n\r\n");
    co_return link;
}

}  // namespace

TEST_CASE("a megabyte goes there and back as one frame", "[net][websocket]") {
    fakes::run([](executor loop) -> task<> {
        echo peer;
        house there{loop, {}, peer.handler()};
        auto link = co_await connect_websocket(there.url("/link?ticket=1", "ws"), {});
        REQUIRE(link);
        const std::string large(1U << 20U, 'x');
        const auto sent = co_await (*link)->send_text(large);
        REQUIRE(sent);
        const auto got = co_await (*link)->receive();
        REQUIRE(got);
        CHECK(got->kind == frame_kind::text);
        CHECK(got->payload == large);
        co_await (*link)->close(1000, "done");
        co_await there.server->stop(milliseconds{1000});
        REQUIRE(peer.ends.size() == 1);
        CHECK(peer.ends[0].close_code == 1000);
        CHECK(peer.ends[0].payload == "done");
    });
}

TEST_CASE("a large message leaves the client as one unfragmented, masked frame", "[net][websocket][bytes]") {
    fakes::run([](executor loop) -> task<> {
        listener peer{loop};
        auto [raw, link] = co_await (answered_by_hand(peer) && connect_websocket(peer.url("/", "ws"), {}));
        REQUIRE(link);
        const auto sent = co_await (*link)->send_text(std::string(200'000, 'x'));
        REQUIRE(sent);
        const auto head = co_await raw.bytes(14);
        CHECK(head[0] == text_opcode);  // FIN and text: nothing follows
        CHECK(static_cast<unsigned char>(head[1]) == (0x80U | 127U));
        CHECK(head.substr(2, 8) == std::string("\0\0\0\0\0\x03\x0d\x40", 8));
        CHECK((co_await raw.bytes(200'000)).size() == 200'000);
    });
}

TEST_CASE("a large message leaves the server as one unfragmented frame", "[net][websocket][bytes]") {
    fakes::run([](executor loop) -> task<> {
        auto greet = [](std::unique_ptr<websocket> link, server_request) -> task<> {
            co_await link->send_binary(std::string(70'000, 'y'));
            co_await link->receive();
        };
        house there{loop, {}, greet};
        auto raw = co_await upgraded(there.server->port());
        const auto head = co_await raw.bytes(10);
        CHECK(static_cast<unsigned char>(head[0]) == 0x82);  // FIN and binary
        CHECK(head.substr(1) == std::string("\x7f\0\0\0\0\0\x01\x11\x70", 9));
        CHECK((co_await raw.bytes(70'000)) == std::string(70'000, 'y'));
        raw.close();
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a ping is answered with its own payload and counted, without anybody receiving", "[net][websocket][bytes]") {
    fakes::run([](executor loop) -> task<> {
        websocket* seen = nullptr;
        one_shot done{loop};
        auto wait = [&](std::unique_ptr<websocket> link, server_request) -> task<> {
            seen = link.get();
            co_await done.wait();
        };
        house there{loop, {}, wait};
        auto raw = co_await upgraded(there.server->port(), masked(ping_opcode, "early"));
        CHECK((co_await raw.bytes(7)) == std::string{pong_opcode} +
                                             "\x05"
                                             "early");
        const auto before = seen->last_byte();
        co_await raw.send(masked(ping_opcode, "again"));
        CHECK((co_await raw.bytes(7)) == std::string{pong_opcode} +
                                             "\x05"
                                             "again");
        CHECK(seen->pings_seen() == 2);
        CHECK(seen->last_byte() > before);
        done.fire();
        raw.close();
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a pong can be made to come late, without holding up what else is said", "[net][websocket][bytes]") {
    fakes::run([](executor loop) -> task<> {
        const auto slow = [](std::unique_ptr<websocket> link, server_request) -> task<> {
            link->delay_pongs(milliseconds{30});
            for (int i = 0; i < 2; ++i) {
                const auto got = co_await link->receive();
                if (!got) co_return;
                co_await link->send_text(got->payload);
                link->delay_pongs(milliseconds{0});
            }
            co_await link->receive();
        };
        house there{loop, {}, slow};
        auto raw = co_await upgraded(there.server->port());
        co_await raw.send(masked(ping_opcode, "") + masked(text_opcode, "hi"));
        CHECK((co_await raw.bytes(4)) == std::string{text_opcode} +
                                             "\x02"
                                             "hi");
        CHECK((co_await raw.bytes(2)) == std::string{pong_opcode} + '\0');
        co_await raw.send(masked(ping_opcode, "") + masked(text_opcode, "ho"));
        CHECK((co_await raw.bytes(2)) == std::string{pong_opcode} + '\0');
        raw.close();
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("our own ping carries its payload, and the pong counts as life", "[net][websocket][bytes]") {
    fakes::run([](executor loop) -> task<> {
        listener peer{loop};
        auto [raw, link] = co_await (answered_by_hand(peer) && connect_websocket(peer.url("/", "ws"), {}));
        REQUIRE(link);
        const auto sent = co_await (*link)->ping("are you there");
        REQUIRE(sent);
        const auto head = co_await raw.bytes(2);
        CHECK(head[0] == ping_opcode);
        CHECK(static_cast<unsigned char>(head[1]) == (0x80U | 13U));
        const auto too_long = co_await (*link)->ping(std::string(126, 'x'));
        REQUIRE_FALSE(too_long);
        CHECK(too_long.error() == errc::invalid);
        const auto before = (*link)->last_byte();
        co_await raw.send(std::string{pong_opcode} + std::string(1, '\0') + std::string{text_opcode} +
                          "\x02"
                          "hi");
        const auto got = co_await (*link)->receive();
        REQUIRE(got);
        CHECK(got->payload == "hi");
        CHECK((*link)->last_byte() > before);
        CHECK((*link)->pings_seen() == 0);
    });
}

TEST_CASE("messages that arrive in fragments are delivered whole", "[net][websocket][bytes]") {
    fakes::run([](executor loop) -> task<> {
        echo peer;
        house there{loop, {}, peer.handler()};
        auto raw = co_await upgraded(there.server->port());
        co_await raw.send(masked('\x01', "one ") + masked(ping_opcode, "") + masked('\0', "two ") +
                          masked('\x80', "three"));
        CHECK((co_await raw.bytes(2)) == std::string{pong_opcode} + '\0');
        CHECK((co_await raw.bytes(15)) == std::string{text_opcode} +
                                              "\x0d"
                                              "one two three");
        raw.close();
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("the accepting side knows in how many frames a message came", "[net][websocket][bytes]") {
    fakes::run([](executor loop) -> task<> {
        std::vector<int> pieces;
        const auto note = [&pieces](std::unique_ptr<websocket> link, server_request) -> task<> {
            for (;;) {
                const auto got = co_await link->receive();
                if (!got || got->kind == frame_kind::closed) co_return;
                pieces.push_back(got->pieces);
                co_await link->send_text("x");
            }
        };
        house there{loop, {}, note};
        auto raw = co_await upgraded(there.server->port());
        co_await raw.send(masked(text_opcode, "whole") + masked('\x01', "one ") + masked('\0', "two ") +
                          masked('\x80', "three") + masked(text_opcode, "whole again"));
        CHECK((co_await raw.bytes(9)).size() == 9);
        CHECK(pieces == std::vector<int>{1, 3, 1});
        raw.close();
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("frames are counted whatever their length and however the bytes are cut", "[net][websocket][bytes]") {
    std::string bytes;
    const auto add = [&bytes](unsigned first, std::size_t size) {
        bytes += static_cast<char>(first);
        bytes += static_cast<char>(0x80U | (size < 126 ? size : size < 65'536 ? 126U : 127U));
        const int wide = size < 126 ? 0 : size < 65'536 ? 2 : 8;
        for (int i = wide - 1; i >= 0; --i)
            bytes += static_cast<char>((size >> (8U * static_cast<unsigned>(i))) & 0xFFU);
        bytes += std::string(4 + size, '\x81');  // mask and payload look like headers
    };
    add(0x81, 0);
    add(0x01, 125);
    add(0x89, 5);  // a ping in between
    add(0x80, 126);
    add(0x81, 65'535);
    add(0x01, 65'536);
    add(0x00, 1);
    add(0x80, 70'000);
    for (const std::size_t cut : {std::size_t{1}, std::size_t{3}, std::size_t{4'096}, bytes.size()}) {
        INFO(cut << " bytes at a time");
        frame_counter counter;
        for (std::size_t from = 0; from < bytes.size(); from += cut) counter.feed(bytes.substr(from, cut));
        for (const int expected : {1, 2, 1, 3}) CHECK(counter.take() == expected);
    }
}

TEST_CASE("many senders at once: every frame leaves whole, in order of asking", "[net][websocket]") {
    fakes::run([](executor loop) -> task<> {
        echo peer;
        house there{loop, {}, peer.handler()};
        auto link = co_await connect_websocket(there.url("/", "ws"), {});
        REQUIRE(link);
        task_group senders{loop};
        for (int i = 0; i < 50; ++i) {
            auto send = [](websocket& to, int number) -> task<> {
                co_await to.send_text(std::to_string(number) + std::string(10'000, '.'));
            };
            senders.spawn("sender", send(**link, i));
        }
        for (int i = 0; i < 50; ++i) {
            const auto got = co_await (*link)->receive();
            REQUIRE(got);
            CHECK(got->payload == std::to_string(i) + std::string(10'000, '.'));
        }
        co_await senders.join();
        co_await (*link)->close(1000, "");
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("close codes and reasons arrive on the other side", "[net][websocket][close]") {
    fakes::run([](executor loop) -> task<> {
        auto end = [](std::unique_ptr<websocket> link, server_request asked) -> task<> {
            if (asked.path == "/abort")
                link->abort();
            else
                co_await link->close(4001, "bye");
        };
        house there{loop, {}, end};
        auto polite = co_await connect_websocket(there.url("/polite", "ws"), {});
        REQUIRE(polite);
        const auto bye = co_await (*polite)->receive();
        REQUIRE(bye);
        CHECK(bye->kind == frame_kind::closed);
        CHECK(bye->close_code == 4001);
        CHECK(bye->payload == "bye");
        const auto late = co_await (*polite)->send_text("too late");
        REQUIRE_FALSE(late);
        CHECK(late.error() == errc::lost);
        const auto again = co_await (*polite)->receive();
        REQUIRE(again);
        CHECK(again->kind == frame_kind::closed);

        auto rude = co_await connect_websocket(there.url("/abort", "ws"), {});
        REQUIRE(rude);
        const auto gone = co_await (*rude)->receive();
        REQUIRE(gone);
        CHECK(gone->kind == frame_kind::closed);
        CHECK(gone->close_code == 1006);
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a close frame without a code is 1005, frames before it are still delivered", "[net][websocket][close]") {
    fakes::run([](executor loop) -> task<> {
        listener peer{loop};
        auto [raw, link] = co_await (answered_by_hand(peer) && connect_websocket(peer.url("/", "ws"), {}));
        REQUIRE(link);
        co_await raw.send(std::string{text_opcode} +
                          "\x04"
                          "last" +
                          std::string{close_opcode} + std::string(1, '\0'));
        const auto last = co_await (*link)->receive();
        REQUIRE(last);
        CHECK(last->payload == "last");
        const auto closed = co_await (*link)->receive();
        REQUIRE(closed);
        CHECK(closed->kind == frame_kind::closed);
        CHECK(closed->close_code == 1005);
    });
}

TEST_CASE("closing towards a half-open peer ends, and its sends fail", "[net][websocket][close]") {
    fakes::run([](executor loop) -> task<> {
        listener peer{loop};
        auto [raw, link] = co_await (answered_by_hand(peer) && connect_websocket(peer.url("/", "ws"), {}));
        REQUIRE(link);
        task_group senders{loop};
        result<> stuck;
        auto fill = [](websocket& to, result<>& outcome) -> task<> {
            while (outcome) outcome = co_await to.send_binary(std::string(4U << 20U, 'x'));
        };
        senders.spawn("sender", fill(**link, stuck));  // the peer never reads: this cannot finish
        co_await (*link)->close(1000, "");
        co_await senders.join();
        REQUIRE_FALSE(stuck);
        CHECK(stuck.error() == errc::lost);
    });
}

TEST_CASE("waiting for a frame can be cancelled without harm to the link", "[net][websocket]") {
    fakes::run([](executor loop) -> task<> {
        echo peer;
        house there{loop, {}, peer.handler()};
        auto link = co_await connect_websocket(there.url("/", "ws"), {});
        REQUIRE(link);
        const auto clock = create_system_timers();
        const auto none = co_await with_deadline(*clock, milliseconds{20}, "the peer", (*link)->receive());
        REQUIRE_FALSE(none);
        CHECK(none.error() == errc::timed_out);
        const auto sent = co_await (*link)->send_text("still alive");
        REQUIRE(sent);
        const auto got = co_await (*link)->receive();
        REQUIRE(got);
        CHECK(got->payload == "still alive");
        co_await (*link)->close(1000, "");
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a peer that sends faster than anybody receives is held back, and nothing is lost", "[net][websocket]") {
    fakes::run([](executor loop) -> task<> {
        auto flood = [](std::unique_ptr<websocket> link, server_request) -> task<> {
            for (int i = 0; i < 1000; ++i) co_await link->send_text(std::to_string(i));
            co_await link->close(1000, "");
        };
        house there{loop, {}, flood};
        auto link = co_await connect_websocket(there.url("/", "ws"), {});
        REQUIRE(link);
        asio::steady_timer pause{loop, milliseconds{50}};
        co_await pause.async_wait(asio::use_awaitable);
        for (int i = 0; i < 1000; ++i) {
            const auto got = co_await (*link)->receive();
            REQUIRE(got);
            CHECK(got->payload == std::to_string(i));
        }
        const auto end = co_await (*link)->receive();
        REQUIRE(end);
        CHECK(end->close_code == 1000);
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a message beyond the limit ends the link as lost", "[net][websocket]") {
    fakes::run([](executor loop) -> task<> {
        auto send = [](std::unique_ptr<websocket> link, server_request) -> task<> {
            co_await link->send_text(std::string(2000, 'x'));
            co_await link->receive();
        };
        house there{loop, {}, send};
        websocket_settings small;
        small.largest_message = 1000;
        auto link = co_await connect_websocket(there.url("/", "ws"), small);
        REQUIRE(link);
        const auto got = co_await (*link)->receive();
        REQUIRE_FALSE(got);
        CHECK(got.error() == errc::lost);
        CHECK_THAT(got.error().sentence(), Catch::Contains("larger"));
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a text that is not UTF-8 ends the link", "[net][websocket][bytes]") {
    fakes::run([](executor loop) -> task<> {
        echo peer;
        house there{loop, {}, peer.handler()};
        auto raw = co_await upgraded(there.server->port());
        co_await raw.send(masked(text_opcode, "\xff\xfe"));
        CHECK((co_await raw.rest()).starts_with(std::string{close_opcode}));
        CHECK(peer.ends.empty());

        // One that arrives together with a good one is read without waiting; its sender hears of it all the same.
        auto second = co_await upgraded(there.server->port());
        co_await second.send(masked(text_opcode, "good") + masked(text_opcode, "\xff\xfe"));
        const auto heard = co_await second.rest();
        CHECK_THAT(heard, Catch::EndsWith(std::string{close_opcode} + "\x02\x03\xef"));  // 1007
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("what arrives together is read in its order, pings in between are answered", "[net][websocket][bytes]") {
    fakes::run([](executor loop) -> task<> {
        std::string seen;
        std::size_t pings = 0;
        const auto note = [&](std::unique_ptr<websocket> link, server_request) -> task<> {
            for (int i = 0; i < 40; ++i) {
                const auto got = co_await link->receive();
                if (!got || got->kind == frame_kind::closed) co_return;
                seen += got->payload + " ";
            }
            pings = link->pings_seen();
            co_await link->close(1000, "");
        };
        house there{loop, {}, note};
        auto raw = co_await upgraded(there.server->port());
        std::string burst, expected;
        for (int i = 0; i < 40; ++i) {
            burst += masked(text_opcode, std::to_string(i));
            if (i % 7 == 0) burst += masked(ping_opcode, "");
            expected += std::to_string(i) + " ";
        }
        co_await raw.send(burst);
        const auto answered = co_await raw.bytes(12);
        for (std::size_t i = 0; i < 12; i += 2) CHECK(answered.substr(i, 2) == std::string{pong_opcode} + '\0');
        CHECK((co_await raw.bytes(1)) == std::string{close_opcode});
        CHECK(seen == expected);
        CHECK(pings == 6);
        raw.close();
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a refused upgrade says the status and when to come back, never the URL", "[net][websocket]") {
    fakes::run([](executor loop) -> task<> {
        echo peer;
        auto refuse = [](const server_request& asked) -> std::optional<server_response> {
            server_response no;
            no.status = asked.path == "/busy" ? 503 : 404;
            if (no.status == 503) no.headers.add("Retry-After", "7");
            return no;
        };
        house there{loop, {}, peer.handler(), refuse};
        const auto busy = co_await connect_websocket(there.url("/busy?ticket=hunter2", "ws"), {});
        REQUIRE_FALSE(busy);
        CHECK(busy.error() == errc::unavailable);
        CHECK(busy.error().code == "503");
        CHECK(busy.error().retry_after == std::chrono::seconds{7});
        CHECK_THAT(busy.error().sentence(),
                   Catch::Contains("503") && !Catch::Contains("hunter2") && !Catch::Contains("busy"));
        const auto missing = co_await connect_websocket(there.url("/x", "ws"), {});
        REQUIRE_FALSE(missing);
        CHECK(missing.error().code == "404");
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a peer that never answers the upgrade is unavailable after the limit", "[net][websocket]") {
    fakes::run([](executor loop) -> task<> {
        listener peer{loop};
        websocket_settings quick;
        quick.connect_timeout = milliseconds{100};
        auto [raw, link] = co_await (peer.accept() && connect_websocket(peer.url("/?ticket=hunter2", "ws"), quick));
        REQUIRE_FALSE(link);
        CHECK(link.error() == errc::unavailable);
        CHECK_THAT(link.error().sentence(), !Catch::Contains("hunter2"));
        const auto no_url = co_await connect_websocket("https://example.org/?ticket=hunter2", quick);
        REQUIRE_FALSE(no_url);
        CHECK(no_url.error() == errc::invalid);
        CHECK_THAT(no_url.error().sentence(), !Catch::Contains("hunter2"));
    });
}

TEST_CASE("R5.13 a server that stops says 1001 to its websockets and waits for them", "[net][websocket][stop]") {
    fakes::run([](executor loop) -> task<> {
        echo peer;
        house there{loop, {}, peer.handler()};
        auto link = co_await connect_websocket(there.url("/", "ws"), {});
        REQUIRE(link);
        const auto sent = co_await (*link)->send_text("x");
        REQUIRE(sent);
        const auto back = co_await (*link)->receive();
        REQUIRE(back);
        const auto got = co_await ((*link)->receive() && there.server->stop(milliseconds{600'000}));
        REQUIRE(got);
        CHECK(got->kind == frame_kind::closed);
        CHECK(got->close_code == 1001);
        CHECK(peer.ends.size() == 1);
    });
}

TEST_CASE("a websocket handler that throws ends its link alone", "[net][websocket]") {
    fakes::run([](executor loop) -> task<> {
        auto bug = [](std::unique_ptr<websocket> link, server_request) -> task<> {
            co_await link->receive();
            throw std::runtime_error{"a bug in the handler"};
        };
        house there{loop, {}, bug};
        auto link = co_await connect_websocket(there.url("/", "ws"), {});
        REQUIRE(link);
        const auto sent = co_await (*link)->send_text("go");
        REQUIRE(sent);
        const auto got = co_await (*link)->receive();
        REQUIRE(got);
        CHECK(got->close_code == 1006);
        const auto client = create_http_client(loop, {});
        const auto alive = co_await client->send(get(there.url("/")));
        REQUIRE(alive);
        co_await there.server->stop(milliseconds{1000});
    });
}
