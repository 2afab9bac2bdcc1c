// A real program of ours as a child process: started, stopped gently, killed without a word.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace slipway::scenarios {

/// Its output goes to a file, appended. It dies with the test, however the test ends.
class program {
public:
    /// Throws std::runtime_error when it cannot be started. `environment` is the whole environment.
    program(std::vector<std::string> argv, std::map<std::string, std::string> environment, std::string log_file);
    program(program&& other) noexcept : id_{std::exchange(other.id_, 0)} {}
    program& operator=(program&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }
    ~program();

    /// Once it has ended by itself, `code` is its exit code, -1 when it ended by a signal.
    bool runs(int* code = nullptr);
    /// SIGKILL, and until it is gone.
    void kill();
    /// SIGTERM; its exit code, -1 when it ended by a signal.
    int stop();
    /// Waits for its own end; the same result.
    int wait();

private:
    int signal_and_wait(int number);
    pid_t id_ = 0;
};

/// A port of loopback that was free a moment ago.
unsigned short free_port();
/// Everything in a file, "" when there is none.
std::string text_of(const std::string& file);
void write_text(const std::string& file, const std::string& text);
/// Every occurrence; throws std::runtime_error when there is none, so that a changed example is noticed.
std::string replaced(std::string in, const std::string& what, const std::string& with);

}  // namespace slipway::scenarios
