// files.*: the three steps of an external upload.
#include <array>

#include "deploy/sandbox/slack/methods.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

json::object get_upload_url(world& all, const arguments& asked, instant) {
    const auto name = asked.text("filename");
    const auto length = asked.number("length", 0);
    if (name.empty() || length < 1) return refused("invalid_arguments");
    const auto& made = all.workspace.create_file(name, static_cast<std::size_t>(length), all.workspace.bot_user);
    auto answer = accepted();
    answer["upload_url"] = all.address + "/slack/upload/" + made.id;
    answer["file_id"] = made.id;
    return answer;
}

/// The announced files, uploaded and not yet completed; the refusal otherwise.
std::optional<json::object> take_files(world& all, const arguments& asked, std::vector<file*>& into) {
    const auto list = asked.nested("files");
    if (!list.is_array() || list.get_array().empty()) return refused("invalid_arguments");
    for (const auto& each : list.get_array()) {
        const auto found = all.workspace.files.find(text_at(each, "id"));
        if (found == all.workspace.files.end() || !found->second.uploaded || found->second.complete)
            return refused("file_not_found");
        if (const auto title = text_at(each, "title"); !title.empty()) found->second.title = title;
        into.push_back(&found->second);
    }
    return {};
}

json::object complete(world& all, const arguments& asked, instant now) {
    std::vector<file*> done;
    if (auto refusal = take_files(all, asked, done)) return *refusal;
    const auto channel = asked.has("channel_id") ? asked.text("channel_id") : asked.text("channels");
    conversation* where = nullptr;
    if (!channel.empty()) {
        where = channel_of(all, channel);
        if (where == nullptr) return refused("channel_not_found");
        if (!where->is_im() && !where->members.contains(all.workspace.bot_user)) return refused("not_in_channel");
    }
    const auto thread = asked.text("thread_ts");
    if (where != nullptr && !thread.empty() && where->find(thread) == nullptr) return refused("thread_not_found");
    message what;
    what.user = all.workspace.bot_user;
    what.bot_id = all.workspace.bot_id;
    what.text = asked.text("initial_comment");
    what.thread_ts = thread;
    json::array listed;
    for (auto* each : done) {
        each->complete = true;
        what.files.push_back(each->id);
        listed.push_back({{"id", each->id}, {"title", each->title}});
    }
    if (where != nullptr) all.workspace.post(*where, std::move(what), now);
    auto answer = accepted();
    answer["files"] = std::move(listed);
    return answer;
}

json::object info(world& all, const arguments& asked, instant) {
    const auto found = all.workspace.files.find(asked.text("file"));
    if (found == all.workspace.files.end() || !found->second.complete) return refused("file_not_found");
    auto answer = accepted();
    answer["file"] = all.workspace.to_json(found->second);
    return answer;
}

constexpr std::array<method, 3> methods{{
    {"files.getUploadURLExternal", token_kind::bot, body_kind::form_only, "files:write", 100, get_upload_url},
    {"files.completeUploadExternal", token_kind::bot, body_kind::any, "files:write", 100, complete},
    {"files.info", token_kind::bot, body_kind::form_only, "files:read", 100, info},
}};

}  // namespace

std::span<const method> file_methods() {
    return methods;
}

}  // namespace slipway::sandbox::slack
