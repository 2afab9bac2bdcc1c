// One message, of any length: what does not fit is split, then goes to the thread, then into a file. Nothing is
// dropped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integrations/slack/blocks/blocks.hpp"

namespace slipway::slack {

struct text_file {
    std::string name;     ///< "tests.log"
    std::string content;  ///< valid UTF-8
    friend bool operator==(const text_file&, const text_file&) = default;
};

/// What to send: the message, then its answers in the thread (without parts of their own), then its files.
struct rendered {
    std::string text;    ///< mrkdwn, ≤ 3000: notifications and screen readers
    json::array blocks;  ///< ≤ 50
    std::vector<rendered> thread_parts;
    std::vector<text_file> files;
    friend bool operator==(const rendered&, const rendered&) = default;
};

/// {"text","blocks","unfurl_links":false,"unfurl_media":false}, as chat.postMessage takes it (without the channel).
json::object to_json(const rendered& message);

/// Blocks in reading order. The same calls give the same bytes. Headers, buttons and short context lines stay in the
/// message; long text makes room for them.
class message_builder {
public:
    /// `fallback` says the whole in one sentence; `name` names the file that takes what fits nowhere else.
    explicit message_builder(markup fallback, std::string name = "message.txt");

    message_builder& header(std::string_view title);
    message_builder& section(const markup& text);
    message_builder& section(const markup& text, const element& accessory);
    /// One thing of a list with its own buttons; text and buttons stay together, in the message or in its thread.
    message_builder& item(const markup& text, const std::vector<element>& elements);
    message_builder& fields(const std::vector<field>& fields);
    message_builder& context(const markup& text);
    message_builder& actions(const std::vector<element>& elements);
    message_builder& divider();
    /// The whole text in code type: SQL, scripts.
    message_builder& verbatim(std::string_view text);
    /// The last lines of `full` in code type; the whole as a file when that is not all.
    message_builder& log(std::string_view full, std::string filename, std::size_t last_lines = 20);

    rendered render() const;

private:
    struct entry {
        std::vector<block> blocks;  ///< go to the same place
        bool stays = false;
    };
    void add(std::vector<block> blocks, bool stays);
    std::string everything() const;

    markup fallback_;
    std::string name_;
    std::vector<entry> entries_;
    std::vector<text_file> files_;
};

}  // namespace slipway::slack
