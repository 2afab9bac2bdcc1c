// Slack publishes its types; the compiler of TypeScript says whether what the bot shows fits them.
#include <fstream>

#include "integrations/base/json.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/slack_sdk/packages.hpp"
#include "tests/unit/commands/slash/bench.hpp"
#include "tests/unit/commands/views/corpus.hpp"

using namespace slipway;
using namespace slipway::slack_sdk;

namespace {

/// What the verbs build by themselves, beside the views.
std::vector<corpus::specimen> answers_of_verbs() {
    slash::bench desk;
    std::vector<corpus::specimen> all;
    desk.type("start 1.4.0");
    for (const std::string words : {"status", "plan", "notes", "history", "errors", "help", "link", "why !12", "queue",
                                    "freeze", "nonsense", "start 1.4.0", "hold because", "resume", "rollback"}) {
        const auto said = desk.type(words);
        if (said.empty()) continue;
        const auto body = parse_json(said).value();
        all.push_back({"/release " + words, "",
                       json::object{{"text", text_at(body, "text")}, {"blocks", array_at(body, "blocks")}}});
    }
    return all;
}

std::vector<corpus::specimen> everything() {
    int number = 0;
    auto all = corpus::every_specimen([&] { return "words of somebody " + std::to_string(++number); });
    for (auto& each : answers_of_verbs()) all.push_back(std::move(each));
    return all;
}

/// A JSON text is an expression of TypeScript: literals, judged strictly, unknown properties too.
std::string source_of(const std::vector<corpus::specimen>& all) {
    std::string text =
        "import type {KnownBlock, View} from '@slack/types';\n"
        "type Message = {text: string, blocks: KnownBlock[]};\n";
    int number = 0;
    for (const auto& each : all) {
        text += "// " + each.maker + ": " + each.what + "\n";
        text += "export const shown" + std::to_string(++number) + ": " + (each.is_view ? "View" : "Message") + " = " +
                json::serialize(each.shown) + ";\n";
    }
    return text;
}

/// What the compiler complains of; "" when it takes all of it.
std::string complaints(const std::vector<corpus::specimen>& all) {
    asio::io_context loop;
    fakes::temporary_folder folder;
    std::ofstream{folder.file("shown.ts")} << source_of(all);
    std::ofstream{folder.file("tsconfig.json")}
        << R"({"compilerOptions":{"strict":true,"noEmit":true,"types":[],"skipLibCheck":true,"module":"nodenext",)"
        << R"("moduleResolution":"nodenext","target":"es2022","paths":{"@slack/types":[")" << packages
        << R"(/node_modules/@slack/types/dist/index.d.ts"]}},"files":["shown.ts"]})";
    const auto said =
        run_node(loop, {packages + "/node_modules/typescript/bin/tsc", "--pretty", "false", "-p", folder.file("")});
    if (said.code == 0) return {};
    return said.out.empty() ? "tsc ended with " + std::to_string(said.code) + ": " + said.err : said.out;
}

}  // namespace

TEST_CASE("every message and window of the bot fits the types that Slack publishes", "[slack_sdk][types]") {
    if (!are_there()) return;
    const auto all = everything();
    CHECK(all.size() > 100);
    CHECK(complaints(all) == "");
}

TEST_CASE("negative control: the types find a wrong name, a wrong value and a part that is missing",
          "[slack_sdk][types]") {
    if (!are_there()) return;
    const auto wrong = [](const char* block) {
        return std::vector<corpus::specimen>{
            {"wrong", "", json::object{{"text", "x"}, {"blocks", json::array{parse_json(block).value()}}}}};
    };
    CHECK(complaints(wrong(R"({"type":"divider"})")) == "");
    CHECK(complaints(wrong(R"({"type":"section","txt":{"type":"mrkdwn","text":"x"}})")) != "");
    CHECK(complaints(wrong(R"({"type":"header","text":{"type":"mrkdwn","text":"x"}})")) != "");
    CHECK(complaints(wrong(R"({"type":"input","label":{"type":"plain_text","text":"x"}})")) != "");
}
