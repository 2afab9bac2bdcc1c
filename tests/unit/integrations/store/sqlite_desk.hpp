// A store on a file, and a second, raw hand on the same file: what an intruder, a crash or an old version leaves.
#pragma once

#include <sqlite3.h>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "integrations/store/store.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway::store {

inline void raw_sql(const std::string& file, const std::string& sql) {
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &raw) == SQLITE_OK);
    char* problem = nullptr;
    sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, &problem);
    const std::string said = problem != nullptr ? problem : "";
    sqlite3_free(problem);
    sqlite3_close(raw);
    REQUIRE(said.empty());
}

class sqlite_desk {
public:
    const std::string& file() const { return file_; }
    result<> open() {
        auto opened = open_sqlite(loop_.get_executor(), file_, [] { return from_unix_ms(1'795'000'000'000); });
        if (!opened) return opened.error();
        store_ = std::move(*opened);
        return {};
    }
    void close() {
        run(store_->close());
        store_.reset();
    }
    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop_, std::move(work));
    }
    store& operator*() { return *store_; }
    store* operator->() { return store_.get(); }
    result<> append_one(const std::string& stream, std::int64_t expected, std::string type, std::string text = "x") {
        json::object data;
        data["text"] = std::move(text);
        batch changes;
        new_event event{std::move(type), std::move(data), "T1/U1", "test", from_unix_ms(5)};
        changes.appends.push_back({stream, expected, {std::move(event)}});
        return run(store_->commit(std::move(changes)));
    }

private:
    fakes::temporary_folder folder_;
    std::string file_ = folder_.file("slipway.db");
    boost::asio::io_context loop_;
    std::unique_ptr<store> store_;
};

}  // namespace slipway::store
