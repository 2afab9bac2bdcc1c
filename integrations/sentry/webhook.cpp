#include "integrations/sentry/webhook.hpp"

#include "integrations/base/digest.hpp"

namespace slipway::sentry {
namespace {

std::string id_at(const json::value& from, std::string_view path) {
    auto text = text_at(from, path);
    if (text.empty() && number_at(from, path) > 0) text = std::to_string(number_at(from, path));
    return text;
}

}  // namespace

result<> check_hook(const hook_request& asked, std::string_view client_secret) {
    if (client_secret.empty() || !equal_in_constant_time(hmac_sha256_hex(client_secret, asked.body), asked.signature))
        return failure{errc::unauthorised, "the signature does not fit the body and the client secret"};
    if (asked.id.empty()) return failure{errc::invalid, "the hook has no Request-ID, so a repeat could not be told"};
    return {};
}

result<hook> read_hook(std::string_view resource, std::string_view body, instant now) {
    const auto read = parse_json(body);
    if (!read || !read->is_object()) return failure{errc::invalid, "the hook's body is no JSON object"};
    hook made;
    made.resource = resource;
    made.action = text_at(*read, "action");
    if (resource == "issue") {
        made.issue_id = id_at(*read, "data.issue.id");
        made.project = text_at(*read, "data.issue.project.slug");
        return made;
    }
    const auto* event = at_path(*read, resource == "error" ? "data.error" : "data.event");
    if ((resource != "error" && resource != "event_alert") || event == nullptr || !event->is_object()) return made;
    made.issue_id = id_at(*event, "issue_id");
    made.project = text_at(*event, "project_slug");
    telemetry::event_context context;
    context.received = now;
    made.event = telemetry::read_event(event->get_object(), context);
    return made;
}

}  // namespace slipway::sentry
