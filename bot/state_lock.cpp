#include "bot/state_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

namespace slipway::bot {

result<state_lock> state_lock::take(const std::string& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error)
        return failure{errc::invalid, "The state directory " + directory + " cannot be made: " + error.message()};
    return take_file(directory + "/lock", "Another slipway already works in " + directory +
                                              ". Stop it first, or give this one another state_directory.");
}

result<state_lock> state_lock::take_database(const std::string& file) {
    return take_file(file + ".lock", "Another slipway already keeps its state in " + file +
                                         ". Several bots need a PostgreSQL server: DATABASE_URL=postgresql://…");
}

result<state_lock> state_lock::take_file(const std::string& file, const std::string& held) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return failure{errc::invalid, "The file " + file + " cannot be written"};
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        ::close(descriptor);
        return failure{errc::refused, held};
    }
    return state_lock{descriptor};
}

state_lock::~state_lock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace slipway::bot
