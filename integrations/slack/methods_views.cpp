// Modals, the Home tab, and files.
#include "integrations/base/json.hpp"
#include "integrations/slack/methods.hpp"

namespace slipway::slack {
namespace {

result<view_ref> view_in(const result<json::object>& answer) {
    if (answer.has_error()) return answer.error();
    return view_ref{text_at(*answer, "view.id"), text_at(*answer, "view.hash")};
}

}  // namespace

task<result<view_ref>> open_view(web_api& slack, std::string trigger_id, json::object view) {
    json::object arguments{{"trigger_id", std::move(trigger_id)}};
    arguments["view"] = std::move(view);
    const auto answer = co_await slack.call("views.open", std::move(arguments));
    co_return view_in(answer);
}

task<result<view_ref>> update_view(web_api& slack, view_ref where, json::object view) {
    json::object arguments{{"view_id", where.id}};
    if (!where.hash.empty()) arguments["hash"] = where.hash;
    arguments["view"] = std::move(view);
    const auto answer = co_await slack.call("views.update", std::move(arguments));
    co_return view_in(answer);
}

task<result<view_ref>> publish_home(web_api& slack, std::string user, json::object view) {
    json::object arguments{{"user_id", std::move(user)}};
    arguments["view"] = std::move(view);
    const auto answer = co_await slack.call("views.publish", std::move(arguments));
    co_return view_in(answer);
}

task<result<file_ticket>> reserve_upload(web_api& slack, std::string filename, std::size_t bytes) {
    json::object arguments{{"filename", std::move(filename)}, {"length", bytes}};
    const auto answer = co_await slack.call("files.getUploadURLExternal", std::move(arguments));
    if (answer.has_error()) co_return answer.error();
    file_ticket ticket{text_at(*answer, "file_id"), text_at(*answer, "upload_url")};
    if (ticket.file_id.empty() || ticket.upload_url.empty())
        co_return failure{errc::unavailable, "Slack reserved a file but named neither its id nor where to send it"};
    co_return ticket;
}

task<result<>> complete_upload(web_api& slack, std::string file_id, file_target where) {
    json::object file{{"id", std::move(file_id)}};
    if (!where.title.empty()) file["title"] = where.title;
    json::array files;
    files.push_back(std::move(file));
    json::object arguments{{"channel_id", where.channel}};
    arguments["files"] = std::move(files);
    if (!where.thread_ts.empty()) arguments["thread_ts"] = where.thread_ts;
    const auto answer = co_await slack.call("files.completeUploadExternal", std::move(arguments));
    if (answer.has_error()) co_return answer.error();
    co_return result<>{};
}

}  // namespace slipway::slack
