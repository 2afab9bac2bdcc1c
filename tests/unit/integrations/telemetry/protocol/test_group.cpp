#include "tests/fakes/show_result.hpp"

#include "integrations/telemetry/protocol/group.hpp"

using namespace slipway;
using namespace slipway::telemetry;

namespace {

frame call(std::string file, std::string function, int line = 1, bool in_app = true) {
    frame made;
    made.filename = std::move(file);
    made.function = std::move(function);
    made.line = line;
    made.in_app = in_app;
    return made;
}

event thrown(std::string platform, std::string type, std::string value, std::vector<frame> frames) {
    event made;
    made.platform = std::move(platform);
    exception_value one;
    one.type = std::move(type);
    one.value = std::move(value);
    one.frames = std::move(frames);
    made.exceptions.push_back(std::move(one));
    return made;
}

event said(std::string message) {
    event made;
    made.message = std::move(message);
    return made;
}

std::string hash(const event& of) {
    return group_of(of).hash;
}

/// The hash of one frame in that language.
std::string hash_of_frame(std::string platform, frame one) {
    std::vector<frame> frames;
    frames.push_back(std::move(one));
    return hash(thrown(std::move(platform), "E", "v", std::move(frames)));
}

}  // namespace

TEST_CASE("moved lines and other values do not make another group", "[telemetry][group]") {
    const auto before = thrown("php", "TypeError", "cart 17", {call("/srv/www/src/Cart.php", "total", 15)});
    const auto after = thrown("php", "TypeError", "cart 99", {call("/var/app/src/Cart.php", "total", 48)});
    CHECK(hash(before) == hash(after));
    CHECK(hash(before).size() == 32);
    CHECK(group_of(before).basis == "exception");
}

TEST_CASE("another type, function, file or changed line of code makes another group", "[telemetry][group]") {
    const auto base = thrown("php", "TypeError", "x", {call("Cart.php", "total")});
    CHECK(hash(base) != hash(thrown("php", "ValueError", "x", {call("Cart.php", "total")})));
    CHECK(hash(base) != hash(thrown("php", "TypeError", "x", {call("Cart.php", "sum")})));
    CHECK(hash(base) != hash(thrown("php", "TypeError", "x", {call("Order.php", "total")})));
    const auto with_line = [](const std::string& text) {
        auto where = call("Cart.php", "total");
        where.context_line = text;
        return thrown("php", "TypeError", "x", {where});
    };
    const auto edited = with_line("return $a + $b;");
    CHECK(hash(base) != hash(edited));
    const auto reindented = with_line("    return  $a + $b;");
    CHECK(hash(edited) == hash(reindented));
}

TEST_CASE("library frames matter only when there is nothing else", "[telemetry][group]") {
    const auto ours = call("Cart.php", "total");
    const auto lib_a = call("vendor/a.php", "a", 1, false), lib_b = call("vendor/b.php", "b", 1, false);
    CHECK(hash(thrown("php", "E", "v", {lib_a, ours})) == hash(thrown("php", "E", "v", {lib_b, ours})));
    CHECK(hash(thrown("php", "E", "v", {lib_a})) != hash(thrown("php", "E", "v", {lib_b})));
}

TEST_CASE("recursion depth is no identity", "[telemetry][group]") {
    const auto f = call("tree.py", "walk", 7);
    CHECK(hash(thrown("python", "E", "v", {f})) == hash(thrown("python", "E", "v", {f, f, f, f})));
}

TEST_CASE("the value counts only without frames, and then without what varies", "[telemetry][group]") {
    CHECK(hash(thrown("php", "E", "user 17 not found", {})) == hash(thrown("php", "E", "user 4711 not found", {})));
    CHECK(hash(thrown("php", "E", "user 17 not found", {})) != hash(thrown("php", "E", "order 17 not found", {})));
}

TEST_CASE("a made-up type does not group", "[telemetry][group]") {
    auto a = thrown("javascript", "Error", "boom", {call("a.js", "f")});
    auto b = thrown("javascript", "UnhandledRejection", "boom", {call("a.js", "f")});
    a.exceptions[0].synthetic = b.exceptions[0].synthetic = true;
    CHECK(hash(a) == hash(b));
}

TEST_CASE("chains differ from their parts", "[telemetry][group]") {
    auto chained = thrown("php", "TypeError", "x", {call("Cart.php", "total")});
    chained.exceptions.push_back(thrown("php", "RuntimeException", "y", {call("Page.php", "show")}).exceptions[0]);
    CHECK(hash(chained) != hash(thrown("php", "TypeError", "x", {call("Cart.php", "total")})));
    CHECK(group_of(chained).title.raw() == "RuntimeException: y");
}

TEST_CASE("equal members of an exception group count once, in any order", "[telemetry][group]") {
    const auto member = [](std::string type) {
        return thrown("python", std::move(type), "v", {call("t.py", "task")}).exceptions[0];
    };
    auto root = member("ExceptionGroup");
    root.is_group = true;
    event two, three, mixed, mixed_again;
    two.platform = three.platform = mixed.platform = mixed_again.platform = "python";
    two.exceptions = {member("A"), member("A"), root};
    three.exceptions = {member("A"), member("A"), member("A"), root};
    mixed.exceptions = {member("A"), member("B"), root};
    mixed_again.exceptions = {member("B"), member("A"), member("B"), root};
    CHECK(hash(two) == hash(three));
    CHECK(hash(two) == hash(thrown("python", "A", "v", {call("t.py", "task")})));
    CHECK(hash(mixed) == hash(mixed_again));
    CHECK(hash(mixed) != hash(two));
}

TEST_CASE("names are cleaned of what builds and engines add", "[telemetry][group]") {
    CHECK(hash_of_frame("javascript", call("https://x.com/js/app.4185d9aa.js?v=3", "Object.render")) ==
          hash_of_frame("javascript", call("https://cdn.y.org/app.99c0ffee.js", "render")));
    CHECK(hash_of_frame("javascript", call("index-BxYz12_a.js", "f")) ==
          hash_of_frame("javascript", call("index-Qw3RTy9z.js", "f")));
    CHECK(hash_of_frame("javascript", call("user-settings.js", "f")) !=
          hash_of_frame("javascript", call("user-profiles.js", "f")));
    CHECK(hash_of_frame("php", call("a.php", "{closure:App\\Cart::total():15}")) ==
          hash_of_frame("php", call("a.php", "{closure:App\\Cart::total():23}")));
    CHECK(hash_of_frame("php", call("a.php", "class@anonymous/srv/a.php:12$0::run")) ==
          hash_of_frame("php", call("a.php", "run")));
    CHECK(hash_of_frame("ruby", call("a.rb", "block (2 levels) in call")) ==
          hash_of_frame("ruby", call("a.rb", "block in call")));
    CHECK(hash_of_frame("ruby", call("a.erb", "_app_views_show__123_456")) ==
          hash_of_frame("ruby", call("a.erb", "_app_views_show__77_8")));
    CHECK(hash_of_frame("native", call("a.cpp", "std::vector<int>::at(unsigned long)")) ==
          hash_of_frame("native", call("a.cpp", "std::vector<char>::at(unsigned int)")));
    auto lambda = call("", "run"), other = call("", "run");
    lambda.module = "com.shop.Cart$$Lambda$17/0x8000";
    other.module = "com.shop.Cart$$Lambda$99/0x1234";
    CHECK(hash_of_frame("java", lambda) == hash_of_frame("java", other));
}

TEST_CASE("engine frames of JavaScript are left out", "[telemetry][group]") {
    const auto ours = call("a.js", "f");
    CHECK(hash(thrown("node", "E", "v", {ours, call("<anonymous>", "Array.map")})) ==
          hash(thrown("node", "E", "v", {ours})));
    CHECK(hash(thrown("node", "E", "v", {ours, call("b.js", "eval")})) == hash(thrown("node", "E", "v", {ours})));
}

TEST_CASE("fingerprints of the product win", "[telemetry][group]") {
    auto own = thrown("php", "E", "v", {call("Cart.php", "total")});
    const auto by_rules = hash(own);
    own.fingerprint = {"{{ default }}"};
    CHECK(hash(own) == by_rules);
    own.fingerprint = {"{{default}}", "tenant-1"};
    const auto with_tenant = hash(own);
    CHECK(with_tenant != by_rules);
    own.fingerprint = {"payment-down"};
    auto unlike = said("whatever");
    unlike.fingerprint = {"payment-down"};
    CHECK(hash(own) == hash(unlike));
    CHECK(group_of(own).basis == "fingerprint");
    own.fingerprint = {"{{ transaction }}", "{{ tags.shard }}"};
    own.transaction = "/cart";
    own.tags = {{"shard", "7"}};
    unlike.fingerprint = {"/cart", "7"};
    CHECK(hash(own) == hash(unlike));
}

TEST_CASE("messages group by template, or by what does not vary", "[telemetry][group]") {
    auto a = said("user anna not found"), b = said("user ben not found");
    CHECK(hash(a) != hash(b));
    a.message_template = b.message_template = "user %s not found";
    CHECK(hash(a) == hash(b));
    CHECK(hash(said("took 12ms\n\nretry 1\nmore\n")) == hash(said("took 99ms\nretry 7\nanything else")));
}

TEST_CASE("what says nothing still has a group and a title", "[telemetry][group]") {
    const auto found = group_of(event{});
    CHECK(found.basis == "nothing");
    CHECK(found.hash.size() == 32);
    CHECK(found.title.raw() == "Error without a message");
}

TEST_CASE("title and culprit say what and where", "[telemetry][group]") {
    const auto found = group_of(thrown("php", "TypeError", "first line\nsecond",
                                       {call("Cart.php", "total"), call("vendor/x.php", "y", 1, false)}));
    CHECK(found.title.raw() == "TypeError: first line");
    CHECK(found.culprit.raw() == "Cart.php in total");
    CHECK(group_of(thrown("php", "E", std::string(900, 'x'), {})).title.raw().size() == 256);
}
