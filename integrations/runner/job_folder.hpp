// The files of one kept program; see keeper/main.cpp for what each holds. Room-internal.
#pragma once

#include <optional>
#include <string>

#include "integrations/base/result.hpp"

namespace slipway::runner {

class job_folder {
public:
    job_folder(const std::string& jobs, const std::string& key) : path_{jobs + "/" + key} {}
    const std::string& path() const noexcept { return path_; }
    bool exists() const;
    /// Makes it; fine when it is there. errc::unavailable when the disk says no.
    result<> make() const;
    result<> write(const std::string& name, const std::string& text) const;
    /// The first line of a file; nullopt when it is not there.
    std::optional<std::string> line_of(const std::string& name) const;
    /// Does that very process still run, which the file names as "pid start boot"?
    bool runs(const std::string& name) const;
    /// To the whole group of the program, while it is that program. False when it is gone.
    bool signal_program(int number) const;
    /// At most `most` bytes of a file from `offset`; when more is there, the newest, and `offset` moves on. Only whole
    /// lines unless `all`.
    struct piece {
        std::string text;
        std::size_t next = 0, skipped = 0;
    };
    static piece read_from(const std::string& file, std::size_t offset, std::size_t most, bool all);

private:
    std::string path_;
};

}  // namespace slipway::runner
