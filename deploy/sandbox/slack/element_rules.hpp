// The rules of Block Kit below the level of a block: text objects, buttons, menus, inputs. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "deploy/sandbox/slack/block_rules.hpp"
#include "deploy/sandbox/slack/text_rules.hpp"

namespace slipway::sandbox::slack {

enum class text_kind { any, plain };
enum class placement { accessory, actions, input, context };

/// Collects broken rules while the checks walk down; never throws.
class problem_list {
public:
    std::vector<block_problem> all;

    void add(std::string rule, std::string at) { all.push_back({std::move(rule), std::move(at)}); }
    /// Reports every member of `object` that is not in `known`.
    void only(const json::object& object, const std::string& at, std::initializer_list<std::string_view> known);
    /// The array itself; reports a wrong type or size and then gives what there is (or nothing).
    const json::array& array(const json::value& value, const std::string& at, std::size_t least, std::size_t most);
    const json::array& required_array(const json::object& in, std::string_view name, const std::string& at,
                                      std::size_t least, std::size_t most);
    void required_string(const json::object& in, std::string_view name, const std::string& at, std::size_t least,
                         std::size_t most);
    void required_text(const json::object& in, std::string_view name, const std::string& at, text_kind kind,
                       std::size_t most);
    void size(std::size_t length, const std::string& at, std::size_t least, std::size_t most);
};

/// A text object ({"type":"mrkdwn","text":"…"}) of 1 to `most` characters.
void check_text(problem_list& list, const json::value& value, const std::string& at, text_kind kind, std::size_t most);

/// A button, menu, input or image where `where` allows it.
void check_element(problem_list& list, const json::value& value, const std::string& at, placement where);

}  // namespace slipway::sandbox::slack
