#include "integrations/async/heap.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace slipway {

void keep_freed_memory() {
#ifdef __GLIBC__
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
    mallopt(M_MMAP_THRESHOLD, 1 << 20);  // setting one of them ends that glibc learns the other by itself
#endif
}

void let_go_of_start_code() {
    std::ifstream maps{"/proc/self/maps"};
    for (std::string line; std::getline(maps, line);) {
        // 7f12c0a28000-7f12c0b9d000 r-xp 00028000 08:01 1234 /usr/lib/x86_64-linux-gnu/libc.so.6
        std::istringstream read{line};
        std::uintptr_t begin = 0, end = 0;
        char dash = 0;
        std::string rights, offset, device, node, file;
        read >> std::hex >> begin >> dash >> end >> rights >> offset >> device >> node >> file;
        if (!read || rights != "r-xp" || !file.starts_with('/')) continue;
        // Code of a file was never written to, so nothing of it can be lost. A refusal leaves everything as it was.
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);  // NOLINT: the kernel gave a number
    }
}

}  // namespace slipway
