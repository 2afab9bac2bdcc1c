#include "bot/audit.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <ostream>
#include <string_view>

#include "bot/memory.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/store/store.hpp"

namespace slipway::bot {
namespace {

using event_writer = std::function<void(const store::stored_event&)>;

/// Hands over every event of the streams that begin with `prefix`, stream by stream; the exit code.
task<int> each_event(store::store& memory, std::string prefix, event_writer write, std::ostream& problems) {
    const auto streams = co_await memory.streams(std::move(prefix));
    if (!streams) {
        problems << streams.error().sentence() << "\n";
        co_return 2;
    }
    for (const auto& stream : *streams) {
        const auto events = co_await memory.read(stream);
        if (!events) {
            problems << events.error().sentence() << "\n";
            co_return 2;
        }
        for (const auto& each : *events) write(each);
    }
    co_return 0;
}

void write_readable(std::ostream& out, const store::stored_event& each) {
    constexpr std::string_view usual = "release/";  // what stands elsewhere is named in full
    out << to_iso(each.event.at) << " " << each.stream.substr(each.stream.starts_with(usual) ? usual.size() : 0) << " "
        << each.version << " " << each.event.type << " actor=" << each.event.actor << " cause=" << each.event.cause
        << " " << boost::json::serialize(each.event.data) << "\n";
}

/// With the hashes another program can verify the chain without the database.
void write_json(std::ostream& out, const store::stored_event& each) {
    boost::json::object line;
    line["stream"] = each.stream;
    line["version"] = each.version;
    line["type"] = each.event.type;
    line["at"] = to_iso(each.event.at);
    line["actor"] = each.event.actor;
    line["cause"] = each.event.cause;
    line["data"] = each.event.data;
    line["hash"] = each.hash;
    out << boost::json::serialize(line) << "\n";
}

/// The newest hash of a stream, to be compared with what its release told the channel: a history that was cut off or
/// written anew from some event on is sound in itself.
task<result<std::string>> newest_of(store::store& memory, std::string stream) {
    const auto events = co_await memory.read(std::move(stream), 0);
    if (!events) co_return events.error();
    if (events->empty()) co_return std::string{"no event"};
    const auto& last = events->back();
    co_return "the newest is " + std::to_string(last.version) + ", " + last.hash;
}

task<int> verify_all(store::store& memory, std::ostream& out) {
    const auto streams = co_await memory.streams("");
    if (!streams) {
        out << streams.error().sentence() << "\n";
        co_return 2;
    }
    int code = 0;
    for (const auto& stream : *streams) {
        const auto fine = co_await memory.verify(stream);
        const auto newest = co_await newest_of(memory, stream);
        if (!fine || !newest) code = 1;
        out << stream << ": " << (fine ? "every event is as it was written" : fine.error().sentence()) << "; "
            << (newest ? *newest : newest.error().sentence()) << "\n";
    }
    co_return code;
}

}  // namespace

int audit(const settings& from, audit_wish wish, std::ostream& out, std::ostream& problems) {
    asio::io_context loop{1};
    const auto time = create_system_timers();
    auto memory = open_to_look(loop.get_executor(), from, [&time] { return time->now(); });
    if (!memory) {
        problems << "Database " << place_of(from) << ": " << memory.error().sentence() << "\n";
        return 2;
    }
    int code = 2;
    auto work = [&]() -> task<> {
        switch (wish) {
            case audit_wish::show:
                // Releases, then what was refused or forged outside of them.
                for (const auto* prefix : {"release/", "audit/"}) {
                    code = co_await each_event(
                        **memory, prefix, [&out](const auto& each) { write_readable(out, each); }, problems);
                    if (code != 0) break;
                }
                break;
            case audit_wish::verify:
                code = co_await verify_all(**memory, out);
                break;
            case audit_wish::json_lines:
                code = co_await each_event(**memory, "", [&out](const auto& each) { write_json(out, each); }, problems);
                break;
        }
        co_await (*memory)->close();
    };
    asio::co_spawn(loop, work(), asio::detached);
    loop.run();
    return code;
}

}  // namespace slipway::bot
