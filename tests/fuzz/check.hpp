// What must hold, as a crash that libFuzzer keeps the input of.
#pragma once

#include <cstdio>
#include <cstdlib>

#define MUST(condition)                                                          \
    do {                                                                         \
        if (!(condition)) {                                                      \
            std::fprintf(stderr, "%s:%d: " #condition "\n", __FILE__, __LINE__); \
            std::abort();                                                        \
        }                                                                        \
    } while (false)
