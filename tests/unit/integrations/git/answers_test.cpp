// The git program's words, understood.
#include "integrations/git/answers.hpp"

#include <catch2/catch.hpp>

#include "integrations/git/names.hpp"
#include "tests/fakes/show_result.hpp"

namespace slipway::git::detail {
namespace {

const std::string a(40, 'a');
const std::string b(40, 'b');
const std::vector<push_ref> branch_and_tag{{"refs/heads/stable", b, a}, {"refs/tags/1.4.0", b, ""}};

}  // namespace

TEST_CASE("a listing folds peeled lines into their tag", "[git][answers]") {
    const auto refs = parse_listing(a + "\tHEAD\n" + a + "\trefs/heads/main\n" + b + "\trefs/tags/1.0\n" + a +
                                    "\trefs/tags/1.0^{}\nwarning: odd\n\n");
    REQUIRE(refs.size() == 3);
    CHECK(refs[2].name == "refs/tags/1.0");
    CHECK(refs[2].target == b);
    CHECK(refs[2].commit == a);
    CHECK(refs[1].commit == a);
}

TEST_CASE("a push counts only when every reference is accounted for", "[git][answers]") {
    const std::string both =
        "To /r\n \t" + b + ":refs/heads/stable\taaa..bbb\n*\t" + b + ":refs/tags/1.4.0\t[new tag]\nDone\n";
    const auto report = judge_push(branch_and_tag, 0, both, "remote: hello \nremote: \n");
    REQUIRE(report);
    CHECK(report->refs.at("refs/heads/stable") == push_report::state::updated);
    CHECK(report->refs.at("refs/tags/1.4.0") == push_report::state::created);
    CHECK(report->remote_text == "hello");

    CHECK(judge_push(branch_and_tag, 0, "To /r\n \t" + b + ":refs/heads/stable\taaa..bbb\nDone\n", "").error() ==
          errc::lost);
    CHECK(judge_push(branch_and_tag, 0, "", "").error() == errc::lost);
}

TEST_CASE("what was refused is told by its cause, not by the other references that fell with it", "[git][answers]") {
    struct example {
        std::string stable;
        std::string tag;
        errc kind;
        std::string words;
    };
    const auto each = GENERATE(values<example>({
        {"[rejected] (stale info)", "[rejected] (atomic push failed)", errc::moved, "somebody pushed"},
        {"[rejected] (atomic push failed)", "[rejected] (stale info)", errc::exists, "exists on the remote already"},
        {"[rejected] (fetch first)", "[rejected] (atomic push failed)", errc::moved, "refs/heads/stable"},
        {"[remote rejected] (atomic push failure)", "[remote rejected] (hook declined)", errc::refused, "not allowed"},
        {"[remote rejected] (pre-receive hook declined)", "[remote rejected] (pre-receive hook declined)",
         errc::refused, "not allowed"},
        {"[remote failure] (remote failed to report status)", "[remote failure] (remote failed to report status)",
         errc::lost, "look there"},
        {"[remote rejected] (cannot lock ref 'refs/heads/stable')", "[remote rejected] (atomic transaction failed)",
         errc::moved, "lock"},
    }));
    const auto out = "To /r\n!\t" + b + ":refs/heads/stable\t" + each.stable + "\n!\t" + b + ":refs/tags/1.4.0\t" +
                     each.tag + "\nDone\n";
    const auto refused =
        judge_push(branch_and_tag, 1, out, "remote: GitLab: You are not allowed to push\nerror: failed\n");
    REQUIRE(refused.has_error());
    CHECK(refused.error() == each.kind);
    CHECK_THAT(refused.error().sentence(), Catch::Contains(each.words));
    CHECK_THAT(refused.error().sentence(), Catch::Contains("You are not allowed to push"));
}

TEST_CASE("git's complaints have a kind and a way out", "[git][answers]") {
    struct example {
        std::string text;
        errc reading;
        errc pushing;
    };
    const auto each = GENERATE(values<example>({
        {"fatal: Authentication failed for 'https://git.example/x/'", errc::unauthorised, errc::unauthorised},
        {"fatal: could not read Username for 'https://x': terminal prompts disabled", errc::unauthorised,
         errc::unauthorised},
        {"fatal: unable to access 'https://x/': The requested URL returned error: 403", errc::refused, errc::refused},
        {"fatal: unable to access 'https://x/': Could not resolve host: x", errc::unavailable, errc::unavailable},
        {"fatal: repository 'https://x/y/' not found\nremote: The project you were looking for could not be found",
         errc::not_found, errc::not_found},
        {"fatal: '/nowhere' does not appear to be a git repository", errc::not_found, errc::not_found},
        {"fatal: the receiving end does not support --atomic push", errc::refused, errc::refused},
        {"error: RPC failed; curl 18 transfer closed\nfatal: the remote end hung up unexpectedly", errc::refused,
         errc::lost},
        {"", errc::refused, errc::lost},
    }));
    INFO(each.text);
    CHECK(explain("Cannot fetch", each.text, phase::reading) == each.reading);
    CHECK(explain("Cannot push", each.text, phase::pushing) == each.pushing);
    CHECK_THAT(explain("Cannot fetch", each.text, phase::reading).sentence(), Catch::StartsWith("Cannot fetch: "));
}

TEST_CASE("R8.5 names that could become options, paths or programs are refused", "[git][names]") {
    for (const char* good : {"main", "1.4.0", "feature/x-1", "release_2", "v1", "ümlaut", "a@b", "JIRA-1/#2"}) {
        INFO(good);
        CHECK(is_short_ref_name(good));
    }
    for (const char* bad : {"",           "-x",    "--upload-pack=x",
                            "a/-b",       "a..b",  "a b",
                            "a\n",        "a\x7f", "a~1",
                            "a^",         "a:b",   "a?",
                            "a*",         "[a]",   "a\\b",
                            "@",          "a@{1}", "/a",
                            "a/",         "a//b",  ".a",
                            "a/.b",       "a.",    "a.lock",
                            "a/b.lock/c", "`id`",  "$(id)",
                            "a;b",        "a|b",   "a'b"}) {
        INFO(bad);
        CHECK_FALSE(is_short_ref_name(bad));
    }
    CHECK_FALSE(is_short_ref_name(std::string(201, 'a')));
    CHECK(is_full_ref_name("refs/heads/main"));
    CHECK_FALSE(is_full_ref_name("refs/main"));
    CHECK_FALSE(is_full_ref_name("main"));
    CHECK_FALSE(is_full_ref_name("refs/tags/-x"));

    for (const char* good : {"https://git.example/g/p.git", "http://127.0.0.1:80/x", "ssh://git@git.example/x",
                             "git@git.example:g/p.git", "/srv/git/p.git", "file:///srv/p.git"}) {
        INFO(good);
        CHECK(check_remote_url(good));
    }
    for (const char* bad :
         {"", "--upload-pack=x", "ext::sh -c id", "https://u:s3cret@host/x", "ssh://-oProxyCommand=x/y", "ftp://x/y",
          "relative/path", "https://x/ y", "/a\nb", "transport::/x"}) {
        INFO(bad);
        const auto refused = check_remote_url(bad);
        REQUIRE(refused.has_error());
        CHECK(refused.error().sentence().find("s3cret") == std::string::npos);
    }
}

}  // namespace slipway::git::detail
