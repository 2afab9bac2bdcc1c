// The web page: files that the build puts into the program (deploy/sandbox/page).
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "deploy/sandbox/part.hpp"

namespace slipway::sandbox::slack {

struct page_file {
    std::string_view name;  ///< "app.js"
    std::string_view content;
};

/// Every file of deploy/sandbox/page, as of the build.
std::span<const page_file> page_files();

/// Serves "/", "/archives/…" (links to messages) and the files. With `folder`, reads from there at every request.
part page_part(const std::filesystem::path& folder);

}  // namespace slipway::sandbox::slack
