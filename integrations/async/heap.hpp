// How the process holds memory: while reports and clicks stream in, and when it has started and waits.
#pragma once

namespace slipway {

/// Lets the allocator keep up to 8 MiB that were freed. A storm fills and empties the queue many times a
/// second; giving the memory back each time and asking for it again (glibc does so from 128 KiB on) would cost a
/// quarter of all the work. For the whole process, once, before the loop runs. Does nothing where the C library is not
/// glibc.
void keep_freed_memory();

/// Starting touches most of the program and of sixty libraries once: two thirds of what an idle bot would hold. Here
/// the process lets go of all pages of code; what it goes on using comes back from the page cache, a fault for each
/// 64 KiB. For the whole process, once it has started. Does nothing where there is no /proc.
void let_go_of_start_code();

}  // namespace slipway
