#include "bot/memory.hpp"

#include <spdlog/spdlog.h>

#include "commands/steps/people.hpp"
#include "integrations/store/address.hpp"
#include "integrations/store/schema_state.hpp"

namespace slipway::bot {
namespace {

constexpr milliseconds ask_every{15'000};

/// A password from PGPASSWORD_FILE, which libpq does not know, travels in the address.
std::string with_password(const settings& from) {
    const auto read = store::read_postgres_address(from.database_address);
    if (from.database_password.empty() || !read || !read->password.empty()) return from.database_address;
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string escaped;
    for (const unsigned char each : from.database_password) {
        escaped += '%';
        escaped += digits[each >> 4U];
        escaped += digits[each & 15U];
    }
    const char join = from.database_address.find('?') == std::string::npos ? '?' : '&';
    return from.database_address + join + "password=" + escaped;
}

std::string about_words(const store::member& each) {
    std::string words;
    for (const auto& [name, value] : each.about)
        if (value.is_string()) words += " " + std::string{name} + "=" + std::string{value.get_string()};
    return words;
}

std::string words_of(const store::member& each) {
    return "bot " + each.name + about_words(each) + " since " + to_iso(each.since) +
           (each.alive ? ": lives" : ": gone, was last heard of before " + to_iso(each.alive_until));
}

std::string words_of(const store::holding& each) {
    return each.what + " " + each.id + ": " + each.owner + (each.over ? " held it until " : " holds it until ") +
           to_iso(each.until) + (each.over ? ", and nobody has taken it since" : "");
}

}  // namespace

result<std::unique_ptr<store::store>> open_memory(executor loop, const settings& from, std::function<instant()> now) {
    if (!from.shares_database()) return store::open_sqlite(std::move(loop), from.database, std::move(now));
    store::postgres_settings how;
    how.address = with_password(from);
    return store::open_postgres(std::move(loop), std::move(how));
}

result<std::unique_ptr<store::store>> open_to_look(executor loop, const settings& from, std::function<instant()> now) {
    store::postgres_settings how;
    how.address = with_password(from);
    const auto seen = from.shares_database() ? store::look_at_postgres(how) : store::look_at_sqlite(from.database);
    if (!seen) return seen.error();
    switch (*seen) {
        case store::schema_state::none:
            return failure{errc::not_found, "there are no tables in it yet; the first start of the bot makes them"};
        case store::schema_state::older:
            return failure{
                errc::refused,
                "it is of a version before; the next start of the bot brings it up to date, then this can be "
                "read"};
        case store::schema_state::current:
            break;
    }
    return open_memory(std::move(loop), from, std::move(now));
}

std::string place_of(const settings& from) {
    if (!from.shares_database()) return from.database;
    const auto read = store::read_postgres_address(from.database_address);
    return read ? read->place : "at an address that cannot be read";
}

task<result<std::vector<std::string>>> holdings_of(store::store& memory) {
    const auto members = co_await memory.members();
    if (!members) co_return members.error();
    const auto leases = co_await memory.leases();
    if (!leases) co_return leases.error();
    const auto claims = co_await memory.claims();
    if (!claims) co_return claims.error();
    std::vector<std::string> lines;
    lines.reserve(members->size() + leases->size() + claims->size());
    for (const auto& each : *members) lines.push_back(words_of(each));
    for (const auto& each : *leases) lines.push_back(words_of(each));
    // Whose account is whose is no business of bots, and there are as many as people.
    for (const auto& each : *claims)
        if (!each.name.starts_with(steps::link_claims))
            lines.push_back("name " + each.name + ": belongs to " + each.holder);
    co_return lines;
}

instant shared_clock::now() const {
    if (!told_) return machine_.now();
    return *told_ + std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - told_at_);
}

task<result<>> shared_clock::ask(store::store& memory) {
    const auto before = std::chrono::steady_clock::now();
    const auto told = co_await memory.time();
    if (!told) co_return told.error();
    const auto after = std::chrono::steady_clock::now();
    const auto was = now();
    const bool first = !told_;
    told_ = *told;
    told_at_ = before + (after - before) / 2;
    const auto moved = now() - was;
    if (std::chrono::abs(moved) > std::chrono::seconds{2})
        spdlog::warn("the {} is {} {} the database's; the database's counts",
                     first ? "machine's clock" : "clock so far", to_words(std::chrono::abs(moved)),
                     moved > milliseconds{0} ? "behind" : "ahead of");
    co_return result<>{};
}

task<> shared_clock::follow(store::store& memory) {
    for (;;) {
        co_await machine_.sleep(ask_every);
        static_cast<void>(co_await ask(memory));  // a database that is away is told of elsewhere
    }
}

}  // namespace slipway::bot
