#pragma once

/// Marks a function with loops over lanes: it is compiled for AVX2 as well, and the loader picks. Without FMA, which
/// AVX2 does not imply, both compute the same bits. Sanitizers run before the loader's choice can be made.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) && \
    !defined(__SANITIZE_ADDRESS__)
#define SEMEME_WIDE [[gnu::target_clones("avx2", "default")]]
#else
#define SEMEME_WIDE
#endif

/// Before a loop over lanes: what it writes is never what another of its turns reads.
#if defined(__clang__)
#define SEMEME_LANES _Pragma("clang loop vectorize(assume_safety)")
#else
#define SEMEME_LANES _Pragma("GCC ivdep")
#endif
