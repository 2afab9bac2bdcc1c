// A PostgreSQL store behind a socket that a test can cut, with the server's own clock.
#pragma once

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "integrations/store/store.hpp"
#include "tests/fakes/cut_socket.hpp"
#include "tests/fakes/postgres_cluster.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway::store {

using namespace std::chrono_literals;

class postgres_desk {
public:
    explicit postgres_desk(const std::string& server = fakes::shared_postgres())
        : database_{server},
          wire_{folder_.file(".s.PGSQL.5432"), server.substr(5, server.find(' ') - 5) + "/.s.PGSQL.5432"} {}

    postgres_settings settings() const {
        postgres_settings made;
        made.address = "host=" + folder_.file("") + " user=bot dbname=" + database_.name();
        made.connect_within = 2s;
        made.find_out_within = 5s;
        return made;
    }
    std::unique_ptr<store> open() { return open_postgres(loop_.get_executor(), settings()).value(); }
    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop_, std::move(work));
    }
    fakes::postgres_database& database() { return database_; }
    fakes::cut_socket& wire() { return wire_; }
    boost::asio::io_context& loop() { return loop_; }
    static batch one_event(const std::string& stream, std::int64_t expected) {
        batch changes;
        new_event event{"started", {}, "T1/U1", "test", from_unix_ms(5)};
        changes.appends.push_back({stream, expected, {std::move(event)}});
        return changes;
    }

private:
    fakes::temporary_folder folder_;
    fakes::postgres_database database_;
    fakes::cut_socket wire_;
    boost::asio::io_context loop_;
};

}  // namespace slipway::store
