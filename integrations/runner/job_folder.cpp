#include "integrations/runner/job_folder.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "integrations/runner/identity.hpp"

namespace slipway::runner {

namespace fs = std::filesystem;

bool job_folder::exists() const {
    std::error_code ignored;
    return fs::is_directory(path_, ignored);
}

result<> job_folder::make() const {
    std::error_code error;
    fs::create_directories(path_, error);
    if (error) return failure{errc::unavailable, "the job folder " + path_ + " cannot be made: " + error.message()};
    return {};
}

result<> job_folder::write(const std::string& name, const std::string& text) const {
    const auto beside = path_ + "/." + name, file = path_ + "/" + name;
    std::ofstream out{beside, std::ios::binary};
    out << text;
    out.close();
    std::error_code error;
    if (out) fs::rename(beside, file, error);
    if (!out || error) return failure{errc::unavailable, file + " cannot be written; is the disk full or read-only?"};
    return {};
}

std::optional<std::string> job_folder::line_of(const std::string& name) const {
    std::ifstream in{path_ + "/" + name};
    std::string line;
    if (!in || !std::getline(in, line)) return std::nullopt;
    return line;
}

bool job_folder::runs(const std::string& name) const {
    const auto known = line_of(name);
    return known && identity_of(std::atoi(known->c_str())) == *known;
}

bool job_folder::signal_program(int number) const {
    const auto known = line_of("program");
    if (!known || !runs("program")) return false;
    return ::kill(-std::atoi(known->c_str()), number) == 0;
}

job_folder::piece job_folder::read_from(const std::string& file, std::size_t offset, std::size_t most, bool all) {
    piece read;
    read.next = offset;
    std::error_code ignored;
    const auto there = fs::file_size(file, ignored);
    if (ignored || there <= offset) return read;
    std::ifstream in{file, std::ios::binary};
    if (there - offset > most) {
        read.skipped = there - offset - most;
        offset += read.skipped;
    }
    in.seekg(static_cast<std::streamoff>(offset));
    read.text.resize(std::min<std::size_t>(there - offset, most));
    in.read(read.text.data(), static_cast<std::streamsize>(read.text.size()));
    read.text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
    if (read.skipped != 0) {  // begin with a whole line
        const auto line = read.text.find('\n');
        const auto cut = line == std::string::npos ? 0 : line + 1;
        read.text.erase(0, cut);
        offset += cut;
        read.skipped += cut;
    }
    if (!all) {
        const auto end = read.text.rfind('\n');
        read.text.erase(end == std::string::npos ? 0 : end + 1);
    }
    read.next = offset + read.text.size();
    return read;
}

}  // namespace slipway::runner
