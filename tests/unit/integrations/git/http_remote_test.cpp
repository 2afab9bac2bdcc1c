// The git program against a web remote that is real on good days (git's own http-backend behind a small server) and
// has its faults on bad ones: it refuses one name, loses its answer after the pack, stalls, or knows no token.
#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <fstream>
#include <thread>

#include "integrations/git/transport.hpp"
#include "integrations/process/process.hpp"
#include "support.hpp"
#include "tests/fakes/show_result.hpp"

namespace slipway::git::test {
namespace {

using asio::ip::tcp;

enum class trouble {
    none,
    lost_answer,  ///< the pack is taken and done; the connection goes before the answer
    stall,        ///< the pack is read, and then nothing comes
    no_token,     ///< 401, whatever is sent
};

/// One connection a request, on a thread of its own: git waits for the answer anyway. Takes chunked bodies, as git
/// sends them above a size.
class web_remote {
public:
    explicit web_remote(std::string folder) : folder_{std::move(folder)} {
        acceptor_.listen();
        worker_ = std::thread{[this] { serve(); }};
    }
    ~web_remote() {
        ending_ = true;
        asio::io_context loop;
        tcp::socket knock{loop};
        boost::system::error_code ignored;
        knock.connect(acceptor_.local_endpoint(), ignored);
        worker_.join();
    }
    web_remote(const web_remote&) = delete;
    web_remote& operator=(const web_remote&) = delete;

    std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/remote.git";
    }
    std::atomic<trouble> how{trouble::none};
    std::atomic<int> requests{0};
    std::atomic<int> with_token{0};

private:
    struct request {
        std::string method, path, query, type, encoding, body;
        bool token = false;
    };

    void serve() {
        while (!ending_) {
            tcp::socket peer{loop_};
            boost::system::error_code problem;
            acceptor_.accept(peer, problem);
            if (problem || ending_) continue;
            try {
                answer(peer);
            } catch (const std::exception&) {
                // git went away: the next request tells
            }
        }
    }
    void answer(tcp::socket& peer) {
        const auto asked = read(peer);
        ++requests;
        if (asked.token) ++with_token;
        if (how == trouble::no_token)
            return put(peer, "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", "");
        const bool is_push = asked.method == "POST" && asked.path.ends_with("git-receive-pack");
        if (is_push && how == trouble::stall) {
            while (!ending_ && how == trouble::stall) std::this_thread::sleep_for(std::chrono::milliseconds{20});
            return;
        }
        const auto said = run_backend(asked);
        if (is_push && how == trouble::lost_answer) return;
        const auto end = said.find("\r\n\r\n");
        auto headers = said.substr(0, end) + "\r\n";
        std::string status = "200 OK";
        if (headers.starts_with("Status: ")) {
            status = headers.substr(8, headers.find("\r\n") - 8);
            headers.erase(0, headers.find("\r\n") + 2);
        }
        put(peer, status, headers, said.substr(end + 4));
    }
    static void put(tcp::socket& peer, const std::string& status, const std::string& headers, const std::string& body) {
        const auto text = "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
                          "\r\nConnection: close\r\n\r\n" + body;
        asio::write(peer, asio::buffer(text));
    }
    static request read(tcp::socket& peer) {
        asio::streambuf buffer;
        const auto size = asio::read_until(peer, buffer, "\r\n\r\n");
        std::string head(asio::buffers_begin(buffer.data()),
                         asio::buffers_begin(buffer.data()) + static_cast<long>(size));
        buffer.consume(size);
        request made;
        const auto first = head.find(' ');
        const auto second = head.find(' ', first + 1);
        made.method = head.substr(0, first);
        made.path = head.substr(first + 1, second - first - 1);
        if (const auto mark = made.path.find('?'); mark != std::string::npos) {
            made.query = made.path.substr(mark + 1);
            made.path.resize(mark);
        }
        const auto header = [&head](const std::string& name) {
            const auto at = head.find("\r\n" + name + ": ");
            if (at == std::string::npos) return std::string{};
            const auto from = at + name.size() + 4;
            return head.substr(from, head.find("\r\n", from) - from);
        };
        made.type = header("Content-Type");
        made.encoding = header("Content-Encoding");
        made.token = !header("Authorization").empty();
        const auto more = [&](std::size_t wanted) {
            if (buffer.size() < wanted) asio::read(peer, buffer, asio::transfer_exactly(wanted - buffer.size()));
        };
        const auto take = [&](std::size_t wanted) {
            more(wanted);
            std::string text(asio::buffers_begin(buffer.data()),
                             asio::buffers_begin(buffer.data()) + static_cast<long>(wanted));
            buffer.consume(wanted);
            return text;
        };
        if (header("Transfer-Encoding") == "chunked") {
            for (;;) {
                const auto line = take(asio::read_until(peer, buffer, "\r\n"));
                const auto chunk = std::stoul(line, nullptr, 16);
                made.body += take(chunk);
                take(2);
                if (chunk == 0) break;
            }
        } else if (const auto length = header("Content-Length"); !length.empty()) {
            made.body = take(std::stoul(length));
        }
        return made;
    }
    /// As a web server runs it. Words and paths are git's own and ours: nothing needs quoting beyond the quotes.
    std::string run_backend(const request& asked) const {
        const auto input = folder_ + "/request";
        std::ofstream{input, std::ios::binary} << asked.body;
        std::string command =
            "env GIT_HTTP_EXPORT_ALL=1 GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory "
            "GIT_CONFIG_VALUE_0='*' REMOTE_USER=slipway";
        for (const auto& [name, value] :
             std::vector<std::pair<std::string, std::string>>{{"GIT_PROJECT_ROOT", folder_},
                                                              {"REQUEST_METHOD", asked.method},
                                                              {"PATH_INFO", asked.path},
                                                              {"QUERY_STRING", asked.query},
                                                              {"CONTENT_TYPE", asked.type},
                                                              {"HTTP_CONTENT_ENCODING", asked.encoding},
                                                              {"CONTENT_LENGTH", std::to_string(asked.body.size())}})
            command += " " + name + "='" + value + "'";
        command += " git http-backend < '" + input + "' 2>/dev/null";
        FILE* from = ::popen(command.c_str(), "r");
        std::string said;
        std::array<char, 8192> chunk{};
        for (std::size_t got = 0; from != nullptr && (got = std::fread(chunk.data(), 1, chunk.size(), from)) > 0;)
            said.append(chunk.data(), got);
        if (from != nullptr) ::pclose(from);
        return said;
    }

    std::string folder_;
    asio::io_context loop_;
    tcp::acceptor acceptor_{loop_, tcp::endpoint{asio::ip::make_address("127.0.0.1"), 0}};
    std::atomic<bool> ending_{false};
    std::thread worker_;
};

/// A bare remote behind the web, and a clone of it with one commit and one tag more.
struct web_bench {
    template <class Ask>
    auto on(Ask ask) {
        asio::io_context loop;
        const auto runner = process::create_runner(loop.get_executor());
        const auto git = create_transport(*runner, settings);
        return fakes::run_on(loop, ask(*git));
    }
    web_bench() {
        history{folder.path("remote.git"), /*bare=*/true};
        seed.git({"remote", "add", "origin", folder.path("remote.git")});
        first = seed.commit("First", {{"a", "1\n"}});
        seed.git({"push", "--quiet", "origin", "main", "main:stable"});
        settings.secret = "s3cret-token";
        REQUIRE(on([&](transport& git) { return git.clone_bare(remote.url(), local); }));
        opened repo{local};
        new_commit wanted;
        wanted.parents = {first};
        wanted.edits["big"] = {std::string(2'000'000, 'x'), {}};  // above git's buffer: the pack is sent in chunks
        wanted.author = wanted.committer = pinned();
        wanted.message = "Next";
        next = run(repo->create_commit(wanted)).value();
        tag = run(repo->create_tag({"1.4.0", next, pinned(), "Release 1.4.0"})).value();
    }
    result<push_report> push() {
        const std::vector<push_ref> refs{
            {"refs/heads/main", next, first}, {"refs/heads/stable", next, first}, {"refs/tags/1.4.0", tag, ""}};
        return on([&](transport& git) { return git.push(local, remote.url(), refs); });
    }
    std::string at_remote(const std::string& name) {
        return seed.try_git({"--git-dir", folder.path("remote.git"), "rev-parse", "--verify", "--quiet", name}).out;
    }

    temporary_folder folder;
    history seed{folder.path("seed")};
    std::string local = folder.path("local.git");
    std::string first, next, tag;
    transport_settings settings;
    web_remote remote{folder.path()};
};

}  // namespace

TEST_CASE("R5.2 over the web a hook that refuses one name stops all three, in its own words", "[git][web][push]") {
    web_bench it;
    const auto hook = it.folder.path("remote.git/hooks/update");
    std::ofstream{hook} << "#!/bin/sh\ncase $1 in refs/tags/*) echo 'You are not allowed to create tags' >&2; exit 1;; "
                           "esac\n";
    std::filesystem::permissions(hook, std::filesystem::perms::owner_all);
    const auto refused = it.push();
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::refused);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("You are not allowed to create tags"));
    CHECK(it.at_remote("refs/heads/main").starts_with(it.first));
    CHECK(it.at_remote("refs/heads/stable").starts_with(it.first));
    std::filesystem::remove(hook);
    REQUIRE(it.push());
    CHECK(it.at_remote("refs/heads/main").starts_with(it.next));
}

TEST_CASE("R5.1 a connection that goes after the pack leaves a push that may have happened, and reading back tells",
          "[git][web][push]") {
    web_bench it;
    it.remote.how = trouble::lost_answer;
    const auto lost = it.push();
    REQUIRE(lost.has_error());
    CHECK(may_have_happened(lost.error().kind()));
    it.remote.how = trouble::none;
    CHECK(it.at_remote("refs/heads/main").starts_with(it.next));
    const auto again = it.push();
    REQUIRE(again);
    for (const auto& [name, state] : again->refs) CHECK(state == push_report::state::up_to_date);
}

TEST_CASE("a remote that stalls is given up after the limit, and nobody says that nothing happened",
          "[git][web][push]") {
    web_bench it;
    it.settings.limit = milliseconds{1'500};
    it.remote.how = trouble::stall;
    const auto stalled = it.push();
    REQUIRE(stalled.has_error());
    CHECK(stalled.error() == errc::timed_out);
    it.remote.how = trouble::none;
    CHECK(it.at_remote("refs/heads/main").starts_with(it.first));
}

TEST_CASE("a remote that refuses the token for ever is asked once, not in a loop", "[git][web][token]") {
    web_bench it;
    it.remote.how = trouble::no_token;
    it.remote.requests = 0;
    it.remote.with_token = 0;
    const auto refused = it.on([&](transport& git) { return git.fetch(it.local, it.remote.url()); });
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::unauthorised);
    CHECK(refused.error().sentence().find("s3cret") == std::string::npos);
    CHECK(it.remote.with_token >= 1);
    CHECK(it.remote.requests <= 2);
}

}  // namespace slipway::git::test
