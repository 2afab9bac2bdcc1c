// Fenced code blocks of GitLab Flavored Markdown, as a reader sees them rendered (CommonMark 0.31 §4.5, GitLab's
// ">>>"). Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::migrations {

struct code_block {
    std::string language;  ///< first word of the info string, lower case: "sql"; "" = untagged
    std::string text;      ///< lines end with "\n", whatever the source had; indentation of the fence is taken away
    std::size_t line = 0;  ///< of the opening fence, 1-based
    bool closed = true;    ///< false: the text, or the list item it is in, ends before the fence is closed
};

struct code_blocks {
    std::vector<code_block> blocks;
    std::vector<std::size_t> shown_as_text;  ///< lines with a fence that is indented so far that it is none
};

/// Blocks in quotes (">", ">>>"), in HTML comments and inside another block are none. Never fails.
code_blocks find_code_blocks(std::string_view markdown);

}  // namespace slipway::migrations
