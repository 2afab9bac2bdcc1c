// The keys of the bot file and the variables of the environment, one line each: what is not here is not known.
#pragma once

#include <filesystem>
#include <span>

#include "bot/settings.hpp"
#include "commands/release/yaml.hpp"

namespace slipway::bot {

struct file_key {
    std::string_view path;  ///< dotted
    std::string_view meaning;
    /// Takes the value at its place; `folder` is where relative paths start.
    void (*take)(settings& into, const yaml_value& at, const std::filesystem::path& folder);
};
std::span<const file_key> file_keys();

struct environment_key {
    std::string_view name;
    /// "" when the value was taken, else what is wrong with it (without the value).
    std::string (*take)(settings& into, std::string value);
};
std::span<const environment_key> environment_keys();

}  // namespace slipway::bot
