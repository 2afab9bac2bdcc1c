#include "bot/audit.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <ostream>

#include "integrations/async/timers.hpp"
#include "integrations/store/store.hpp"

namespace slipway::bot {
namespace {

task<int> show(store::store& memory, std::ostream& out) {
    const auto streams = co_await memory.streams("release/");
    if (!streams) {
        out << streams.error().sentence() << "\n";
        co_return 2;
    }
    for (const auto& stream : *streams) {
        const auto events = co_await memory.read(stream);
        if (!events) {
            out << events.error().sentence() << "\n";
            co_return 2;
        }
        for (const auto& each : *events)
            out << to_iso(each.event.at) << " " << stream.substr(8) << " " << each.version << " " << each.event.type
                << " actor=" << each.event.actor << " cause=" << each.event.cause << " "
                << boost::json::serialize(each.event.data) << "\n";
    }
    co_return 0;
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
        if (!fine) code = 1;
        out << stream << ": " << (fine ? "every event is as it was written" : fine.error().sentence()) << "\n";
    }
    co_return code;
}

}  // namespace

int audit(const settings& from, bool verify, std::ostream& out) {
    asio::io_context loop{1};
    const auto time = create_system_timers();
    auto memory = store::open_sqlite(loop.get_executor(), from.database, [&time] { return time->now(); });
    if (!memory) {
        out << memory.error().sentence() << "\n";
        return 2;
    }
    int code = 2;
    auto work = [&]() -> task<> {
        code = verify ? co_await verify_all(**memory, out) : co_await show(**memory, out);
        co_await (*memory)->close();
    };
    asio::co_spawn(loop, work(), asio::detached);
    loop.run();
    return code;
}

}  // namespace slipway::bot
