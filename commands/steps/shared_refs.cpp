#include "commands/steps/shared_refs.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>

#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"

namespace slipway::steps {
namespace {

namespace json = boost::json;

constexpr const char* objects = "clone";  ///< collection of the documents that carry objects
constexpr int most_attempts = 10;
constexpr const char* ref_moved = "ref_moved";      ///< {ref, from, to}
constexpr const char* remote_seen = "remote_seen";  ///< {digest}

std::string stream_of_refs(const std::string& name) {
    return "clone/" + name;
}

/// Where the clone has it; "" = nowhere.
task<result<git::object_id>> place_of_ref(git::repository* clone, std::string name) {
    const auto found = co_await clone->references(name);
    if (!found) co_return found.error();
    for (const auto& each : *found)
        if (each.name == name) co_return each.target;
    co_return git::object_id{};
}

std::string digest_of(const std::vector<git::remote_ref>& remote) {
    std::string all;
    for (const auto& each : remote) all.append(each.name).append(" ").append(each.target).append("\n");
    return fingerprint({all});
}

store::new_event news_of(const ref_agreement& with, const char* type) {
    store::new_event told;
    told.type = type;
    told.actor = "slipway";
    told.cause = "clone";
    told.at = with.time->now();
    return told;
}

store::batch move_of(const ref_agreement& with, std::int64_t seen, const std::string& name, const git::object_id& to,
                     const git::object_id& expected, const git::parcel& carried) {
    auto told = news_of(with, ref_moved);
    told.data["ref"] = name;
    told.data["from"] = expected;
    told.data["to"] = to;
    store::batch changes;
    changes.appends.push_back({stream_of_refs(with.name), seen, {std::move(told)}});
    const auto id = with.name + " " + name;
    if (to.empty()) {
        changes.forgotten.push_back({objects, id});
        return changes;
    }
    json::object body;
    body["to"] = to;
    json::array needs;
    for (const auto& each : carried.needs) needs.emplace_back(each);
    body["needs"] = std::move(needs);
    body["pack"] = to_base64(carried.pack);
    changes.documents.push_back({objects, id, std::move(body)});
    return changes;
}

}  // namespace

/// One at a time: what is read of the journal must be followed before somebody else reads on.
struct shared_refs::turn {
    explicit turn(shared_refs& whose) : of{whose} { of.busy_ = true; }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() {
        of.busy_ = false;
        of.free_->fire();
    }
    shared_refs& of;
};

shared_refs::shared_refs(asio::thread_pool& pool, git::transport& transport, ref_agreement with, std::string url,
                         std::string directory)
    : pool_{pool},
      transport_{transport},
      with_{std::move(with)},
      url_{std::move(url)},
      directory_{std::move(directory)} {}

task<std::unique_ptr<shared_refs::turn>> shared_refs::my_turn() {
    if (!free_) free_.emplace(co_await asio::this_coro::executor);
    while (busy_) {
        free_->rearm();
        co_await free_->wait();
    }
    co_return std::make_unique<turn>(*this);
}

task<result<>> shared_refs::catch_up(git::repository* clone) {
    const auto mine = co_await my_turn();
    auto done = co_await read_news(clone);
    co_return done;
}

task<result<>> shared_refs::read_news(git::repository* clone) {
    const auto news = co_await with_.memory->read(stream_of_refs(with_.name), seen_);
    if (!news) co_return news.error().within("where the other bots have the clone of " + with_.name);
    if (news->empty()) co_return result<>{};
    std::map<std::string, git::object_id> newest;
    auto remote = remote_;
    for (const auto& each : *news) {
        if (each.event.type == ref_moved) newest[text_at(each.event.data, "ref")] = text_at(each.event.data, "to");
        if (each.event.type == remote_seen) remote = text_at(each.event.data, "digest");
    }
    if (remote != remote_) {
        const auto got = co_await transport_.fetch(directory_, url_);
        if (!got) co_return got.error();
        remote_ = remote;
    }
    for (const auto& [name, to] : newest) {
        const auto followed = co_await follow(clone, name, to);
        if (!followed) co_return followed.error();
    }
    seen_ = news->back().version;
    co_return result<>{};
}

task<result<>> shared_refs::follow(git::repository* clone, std::string name, git::object_id to) {
    const auto here = co_await place_of_ref(clone, name);
    if (!here) co_return here.error();
    if (*here == to) co_return result<>{};
    if (to.empty()) {
        auto removed = co_await clone->remove_ref(name, *here);
        co_return removed;
    }
    const auto brought = co_await bring(name, to);
    if (!brought) co_return brought.error();
    if (!*brought) co_return result<>{};
    spdlog::info("clone={} ref={} follows another bot to {}", with_.name, name, to);
    auto moved = co_await clone->move_ref(name, to, *here);
    co_return moved;
}

/// False when the reference has gone further since its move was read: the next news say where to.
task<result<bool>> shared_refs::bring(std::string name, git::object_id to) {
    const auto carried = co_await with_.memory->document_of(objects, with_.name + " " + name);
    if (!carried) co_return carried.error();
    if (!*carried || text_at(**carried, "to") != to) co_return false;
    std::vector<git::object_id> needs;
    for (const auto& each : array_at(**carried, "needs"))
        if (each.is_string()) needs.emplace_back(each.get_string());
    const auto there = co_await fetch_missing(std::move(needs));
    if (!there) co_return there.error();
    auto pack = from_base64(text_at(**carried, "pack"));
    if (!pack) co_return failure{errc::refused, "the objects of " + name + " in the database are damaged"};
    if (!pack->empty()) {
        const auto unpacked = co_await git::unpack(pool_, directory_, std::move(*pack));
        if (!unpacked) co_return unpacked.error();
    }
    co_return true;
}

task<result<>> shared_refs::fetch_missing(std::vector<git::object_id> needs) {
    const auto there = co_await git::has_objects(pool_, directory_, needs);
    if (!there) co_return there.error();
    if (*there) co_return result<>{};
    const auto got = co_await transport_.fetch(directory_, url_);
    if (!got) co_return got.error();
    const auto now = co_await git::has_objects(pool_, directory_, needs);
    if (!now) co_return now.error();
    if (*now) co_return result<>{};
    co_return failure{errc::refused, "What another bot built on is no longer at " + url_ +
                                         ": somebody took commits back there. Find out who, then `/release retry "
                                         "pull` starts from the remote again."};
}

task<result<>> shared_refs::fetched(git::repository* clone, std::vector<git::remote_ref> remote) {
    const auto mine = co_await my_turn();
    const auto digest = digest_of(remote);
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        const auto known = co_await read_news(clone);
        if (!known) co_return known.error();
        if (remote_ == digest) co_return result<>{};
        auto told = news_of(with_, remote_seen);
        told.data["digest"] = digest;
        store::batch changes;
        changes.appends.push_back({stream_of_refs(with_.name), seen_, {std::move(told)}});
        const auto committed = co_await with_.memory->commit(std::move(changes));
        if (committed) {
            remote_ = digest;
            ++seen_;
            co_return result<>{};
        }
        if (!(committed.error() == errc::moved)) co_return committed.error();
    }
    co_return failure{errc::unavailable, "the bots do not agree on what was fetched of " + with_.name + "; try again"};
}

task<result<>> shared_refs::agree(git::repository* clone, std::string name, git::object_id to,
                                  git::object_id expected) {
    const auto mine = co_await my_turn();
    git::parcel carried;
    bool packed = to.empty();
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        const auto known = co_await read_news(clone);
        if (!known) co_return known.error();
        const auto here = co_await place_of_ref(clone, name);
        if (!here) co_return here.error();
        if (*here == to || *here != expected) co_return result<>{};
        if (!packed) {
            auto made = co_await git::pack_unpublished(pool_, directory_, to);
            if (!made) co_return made.error();
            carried = std::move(*made);
            packed = true;
        }
        auto changes = move_of(with_, seen_, name, to, expected, carried);
        const auto told = co_await with_.memory->commit(std::move(changes));
        if (told) co_return result<>{};
        if (!(told.error() == errc::moved)) co_return told.error();
    }
    co_return failure{errc::unavailable, "the bots do not agree on " + name + "; nothing was moved, try again"};
}

}  // namespace slipway::steps
