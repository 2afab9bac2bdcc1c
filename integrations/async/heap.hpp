// How the process holds memory while reports and clicks stream in.
#pragma once

namespace slipway {

/// Lets the allocator keep up to 8 MiB that were freed. A storm fills and empties the queue many times a
/// second; giving the memory back each time and asking for it again (glibc does so from 128 KiB on) would cost a
/// quarter of all the work. For the whole process, once, before the loop runs. Does nothing where the C library is not
/// glibc.
void keep_freed_memory();

}  // namespace slipway
