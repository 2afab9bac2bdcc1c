#include "tests/bench/ingest_events.hpp"

#include "tests/fakes/deflate.hpp"

namespace slipway::bench {
namespace {

std::string list_of(int count, const std::string& separator, std::string (*each)(int)) {
    std::string out;
    for (int i = 0; i < count; ++i) {
        if (i > 0) out += separator;
        out += each(i);
    }
    return out;
}

std::string context_lines(const std::string& name) {
    return R"j(")j" + name + R"j(":["  const cart = await carts.load(request.session.cartId);","  if (!cart) {",)j" +
           R"j("    throw new NotFound(`cart ${request.session.cartId}`);","  }","  const rates = await taxes.of(cart.country);"])j";
}

std::string node_frame(int i) {
    const auto n = std::to_string(i);
    return R"j({"filename":"/srv/shop/src/checkout/step)j" + n + R"j(.js","module":"checkout.step)j" + n +
           R"j(","function":"Checkout.step)j" + n + R"j(","lineno":)j" + std::to_string(40 + i) +
           R"j(,"colno":17,"in_app":true,)j" + context_lines("pre_context") + "," +
           R"j("context_line":"  return total(cart, rates[)j" + n + R"j(]);",)j" + context_lines("post_context") + "}";
}

std::string module_line(int i) {
    return R"j("@scope/package-)j" + std::to_string(i) + R"j(":"4.)j" + std::to_string(i) + R"j(.1")j";
}

std::string node_event(int error) {
    return R"j({"exception":{"values":[{"type":"TypeError","value":"Cannot read properties of undefined (reading 'price')",)j"
           R"j("stacktrace":{"frames":[)j" +
           list_of(6, ",", node_frame) + R"j(,{"filename":"/srv/shop/src/cart.js","function":"total)j" +
           std::to_string(error) +
           R"j(","lineno":15,"colno":3,"in_app":true}]},"mechanism":{"type":"onuncaughtexception","handled":false}}]},)j"
           R"j("event_id":"9ec79c33ec9942ab8353589fcb2e04dc","level":"fatal","platform":"node","timestamp":1795446000.25,)j"
           R"j("contexts":{"trace":{"trace_id":"c3e1b1b5ac6c4c4a8e1d3c9c3a0e3b5f","span_id":"a1c1d1e1f1a1b1c1"},"runtime":{"name":"node",)j"
           R"j("version":"v20.20.2"},"app":{"app_start_time":"2026-11-23T15:00:00.000Z","app_memory":62148608},"os":{"name":"Debian)j"
           R"j( GNU/Linux","version":"12.5","kernel_version":"6.1.0"},"device":{"boot_time":"2026-11-20T10:00:00.000Z","arch":"x64",)j"
           R"j("memory_size":25769803776,"processor_count":2}},"server_name":"web1","release":"shop@1.4.0","environment":"production",)j"
           R"j("sdk":{"name":"sentry.javascript.node","version":"11.12.0","integrations":["InboundFilters","FunctionToString","Console"],)j"
           R"j("packages":[{"name":"npm:@sentry/node","version":"11.12.0"}]},"modules":{)j" +
           list_of(40, ",", module_line) + "}}";
}

std::string php_frame(int i) {
    const auto n = std::to_string(i);
    return R"j({"filename":"\/src\/Service\/Part)j" + n + R"j(.php","lineno":)j" + std::to_string(20 + i) +
           R"j(,"in_app":)j" + (i % 3 == 0 ? "false" : "true") + R"j(,"abs_path":"\/srv\/shop\/src\/Service\/Part)j" +
           n + R"j(.php","function":"App\\Service\\Part)j" + n + R"j(::handle","raw_function":"App\\Service\\Part)j" +
           n + R"j(::handle",)j" + context_lines("pre_context") +
           R"j(,"context_line":"        return $this->next->handle($request);",)j" + context_lines("post_context") +
           R"j(,"vars":{"request":"Object App\\Request","count":)j" + n + "}}";
}

std::string php_event(int error) {
    return R"j({"timestamp":1795446000.25,"platform":"php","sdk":{"name":"sentry.php","version":"4.29.0"},"logger":"php",)j"
           R"j("transaction":"\/checkout","server_name":"web2","release":"shop@1.4.0","environment":"production",)j"
           R"j("contexts":{"os":{"name":"Linux","version":"6.1.0"},"runtime":{"name":"php","version":"8.2.20","sapi":"fpm-fcgi"}},)j"
           R"j("request":{"url":"https:\/\/shop.example\/checkout","method":"POST","headers":{"Host":["shop.example"]}},)j"
           R"j("exception":{"values":[{"type":"TypeError","value":"App\\Cart::total(): Argument #1 ($rates) must be of type array, null given",)j"
           R"j("stacktrace":{"frames":[)j" +
           list_of(8, ",", php_frame) + R"j(,{"filename":"\/src\/Cart.php","lineno":15,"in_app":true,)j" +
           R"j("abs_path":"\/srv\/shop\/src\/Cart.php","function":"App\\Cart::total)j" + std::to_string(error) +
           R"j("}]},"mechanism":{"type":"generic","handled":true,"data":{"code":0}}}]}})j";
}

std::string envelope_of(const std::string& item) {
    return R"j({"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","sent_at":"2026-11-23T15:00:00.000Z"})j"
           "\n{\"type\":\"event\"}\n" +
           item + "\n";
}

}  // namespace

const reports& plain_reports() {
    static const reports made{"plain", "/api/42/envelope/?sentry_version=7&sentry_key=" + key,
                              "User-Agent: sentry.javascript.node/11.12.0\r\n",
                              [](int error) { return envelope_of(node_event(error)); }};
    return made;
}

const reports& gzip_reports() {
    static const reports made{
        "gzip", "/api/42/envelope/",
        "User-Agent: sentry.php/4.29.0\r\nContent-Type: application/x-sentry-envelope\r\nContent-Encoding: gzip\r\n"
        "X-Sentry-Auth: Sentry sentry_version=7, sentry_client=sentry.php/4.29.0, sentry_key=" +
            key + "\r\n",
        [](int error) { return fakes::gzip(envelope_of(php_event(error))); }};
    return made;
}

}  // namespace slipway::bench
