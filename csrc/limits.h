// What a core can do at most, measured: chains of the fastest instruction of each kind, in registers, and a plain read of memory.
// The benchmarks set every other figure beside these.
#pragma once
#include "kernels.h"
#include "lanes.h"

namespace {

#if defined(QUIRE_ISA_AVX512)
constexpr int kChains = 24;               // more than latency times instructions a cycle, and all fit the registers
#else
constexpr int kChains = 10;
#endif

#if defined(__x86_64__)
#define QUIRE_KEEP(v) asm volatile("" : "+v"(v))
#else
#define QUIRE_KEEP(v) asm volatile("" : "+w"(v))
#endif

// Runs `steps` rounds of all chains; returns the operations done, a multiplication and an addition counting as two.
template <class Step> QUIRE_INLINE double run_chains(int64_t steps, double per_step, Step step) {
    vf chain[kChains];
#pragma GCC unroll 32
    for (int i = 0; i < kChains; i++) chain[i] = splat(0.0f);
    vf a = splat(1.0f), b = splat(0.0f);
    QUIRE_KEEP(a);
    QUIRE_KEEP(b);
    for (int64_t s = 0; s < steps; s++) {
#pragma GCC unroll 32
        for (int i = 0; i < kChains; i++) {
            chain[i] = step(a, b, chain[i]);
            QUIRE_KEEP(chain[i]);
        }
    }
    return double(steps) * kChains * per_step;
}

inline double peak(quire::Peak kind, int64_t steps) {
#if defined(QUIRE_ISA_BF16)
    if (kind == quire::kPeakBfloat16)
        return run_chains(steps, 4.0 * L, [](vf a, vf b, vf c) __attribute__((always_inline)) {
            return (vf)_mm512_dpbf16_ps((__m512)c, (__m512bh)a, (__m512bh)b);
        });
#endif
#if defined(QUIRE_ISA_VNNI)
    if (kind == quire::kPeakInt8)
        return run_chains(steps, 8.0 * L, [](vf a, vf b, vf c) __attribute__((always_inline)) {
            return (vf)_mm512_dpbusd_epi32((__m512i)c, (__m512i)a, (__m512i)b);
        });
#endif
    (void)kind;                           // no instruction of this kind: what is left is the product of floats
    return run_chains(steps, 2.0 * L, [](vf a, vf b, vf c) __attribute__((always_inline)) { return fma(a, b, c); });
}

// A sum over `bytes` (a multiple of 512) at p; the bytes are what counts.
inline float read_all(const void* p, int64_t bytes) {
    vf sum[4] = {splat(0.0f), splat(0.0f), splat(0.0f), splat(0.0f)};
    const char* at = (const char*)p;
    for (int64_t i = 0; i < bytes; i += 4 * int64_t(sizeof(vf))) {
#pragma GCC unroll 4
        for (int v = 0; v < 4; v++) {
            const char* from = at + i + v * int64_t(sizeof(vf));
            if (v * int64_t(sizeof(vf)) % 64 == 0) __builtin_prefetch(from + 2048);
            sum[v] = sum[v] + load_raw<vf>(from);
        }
    }
    return lane_sum((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

}  // namespace
