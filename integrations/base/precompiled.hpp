// What nearly every file of the house reads: parsed once a build folder instead of once a file (CMakeLists.txt,
// SLIPWAY_PCH). Library headers only: an edit of the house's own headers must rebuild what includes them and nothing
// else. A file still includes what it uses; `cmake -D SLIPWAY_PCH=OFF` shows a file that forgot.
#pragma once

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/system/result.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>
