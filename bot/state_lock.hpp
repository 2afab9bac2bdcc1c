// Two bots on one state directory or one embedded database would undo each other: the second one does not start.
#pragma once

#include <string>
#include <utility>

#include "integrations/base/result.hpp"

namespace slipway::bot {

/// Goes with the process, however it ends. errc::refused while another process has it, errc::invalid when the file
/// cannot be made.
class state_lock {
public:
    /// Makes the directory when it is not there.
    static result<state_lock> take(const std::string& directory);
    static result<state_lock> take_database(const std::string& file);
    state_lock(state_lock&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
    state_lock& operator=(state_lock&&) = delete;
    ~state_lock();

private:
    explicit state_lock(int descriptor) : descriptor_{descriptor} {}
    static result<state_lock> take_file(const std::string& file, const std::string& held);
    int descriptor_;
};

}  // namespace slipway::bot
