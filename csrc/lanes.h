// Vectors of float lanes for the instruction set this file is compiled for, and the three storage types.
//
// Everything lives in an unnamed namespace, and no template of the standard library is used by code that includes this: the same
// names compiled for another instruction set must never be merged with these by the linker.
#pragma once
#include <stddef.h>
#include <stdint.h>

#if defined(QUIRE_ISA_AVX2) || defined(QUIRE_ISA_AVX512)
#include <immintrin.h>
#endif

namespace {

#if defined(QUIRE_ISA_AVX512)
constexpr int L = 16;
#elif defined(QUIRE_ISA_AVX2)
constexpr int L = 8;
#else
constexpr int L = 4;
#endif

typedef float vf __attribute__((vector_size(L * 4)));
typedef int32_t vi __attribute__((vector_size(L * 4)));
typedef uint32_t vu __attribute__((vector_size(L * 4)));
typedef uint16_t vh __attribute__((vector_size(L * 2)));

#define QUIRE_INLINE inline __attribute__((always_inline))

template <class V> QUIRE_INLINE V load_raw(const void* p) { V v; __builtin_memcpy(&v, p, sizeof v); return v; }
template <class V> QUIRE_INLINE void store_raw(void* p, V v) { __builtin_memcpy(p, &v, sizeof v); }
template <class To, class From> QUIRE_INLINE To bits(From v) {
    static_assert(sizeof(To) == sizeof(From), "same size");
    To t;
    __builtin_memcpy(&t, &v, sizeof t);
    return t;
}

QUIRE_INLINE vf splat(float x) {
#if defined(QUIRE_ISA_AVX512)
    return (vf)_mm512_set1_ps(x);
#elif defined(QUIRE_ISA_AVX2)
    return (vf)_mm256_set1_ps(x);
#else
    return vf{x, x, x, x};
#endif
}

// a * b + c: fused where the set has it. Contraction is off for the whole file, so nothing else is ever fused.
QUIRE_INLINE vf fma(vf a, vf b, vf c) {
#if defined(QUIRE_ISA_AVX512)
    return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(QUIRE_ISA_AVX2)
    return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return a * b + c;
#endif
}

// mask lanes are all ones or all zeros
QUIRE_INLINE vf select(vi mask, vf yes, vf no) { return (vf)((mask & (vi)yes) | (~mask & (vi)no)); }
// The second operand is returned where one is not a number: what flows through stays visible.
#if defined(QUIRE_ISA_AVX512)
QUIRE_INLINE vf min_keep(vf limit, vf x) { return (vf)_mm512_min_ps((__m512)limit, (__m512)x); }
QUIRE_INLINE vf max_keep(vf limit, vf x) { return (vf)_mm512_max_ps((__m512)limit, (__m512)x); }
#elif defined(QUIRE_ISA_AVX2)
QUIRE_INLINE vf min_keep(vf limit, vf x) { return (vf)_mm256_min_ps((__m256)limit, (__m256)x); }
QUIRE_INLINE vf max_keep(vf limit, vf x) { return (vf)_mm256_max_ps((__m256)limit, (__m256)x); }
#else
QUIRE_INLINE vf min_keep(vf limit, vf x) { return select(limit < x, limit, x); }
QUIRE_INLINE vf max_keep(vf limit, vf x) { return select(limit > x, limit, x); }
#endif

// ---- storage types -------------------------------------------------------------------------------------------------------

struct F32 {
    typedef float T;
    static QUIRE_INLINE vf load(const T* p) { return load_raw<vf>(p); }
    static QUIRE_INLINE void store(T* p, vf v) { store_raw(p, v); }
};

struct BF16 {
    typedef uint16_t T;
    static QUIRE_INLINE vf load(const T* p) { return (vf)(__builtin_convertvector(load_raw<vh>(p), vu) << 16); }
    static QUIRE_INLINE void store(T* p, vf v) {            // to nearest, ties to even; not-a-number stays one
        vu u = (vu)v;
#if defined(QUIRE_ISA_BF16)                                 // the instruction would make zeros of subnormal values
        if (__builtin_expect(!_mm512_cmplt_epu32_mask((__m512i)(u + u - 1u), _mm512_set1_epi32(0xffffff)), 1))
            return store_raw(p, _mm512_cvtneps_pbh((__m512)v));
#endif
        vu rounded = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
        vu quiet = (u >> 16) | 0x40u;
        vu nan = (vu)(v != v);
        store_raw(p, __builtin_convertvector((nan & quiet) | (~nan & rounded), vh));
    }
};

struct F16 {
    typedef uint16_t T;
#if defined(QUIRE_ISA_AVX512)
    static QUIRE_INLINE vf load(const T* p) { return (vf)_mm512_cvtph_ps(load_raw<__m256i>(p)); }
    static QUIRE_INLINE void store(T* p, vf v) {
        store_raw(p, _mm512_cvtps_ph((__m512)v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    }
#elif defined(QUIRE_ISA_AVX2)
    static QUIRE_INLINE vf load(const T* p) { return (vf)_mm256_cvtph_ps(load_raw<__m128i>(p)); }
    static QUIRE_INLINE void store(T* p, vf v) {
        store_raw(p, _mm256_cvtps_ph((__m256)v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    }
#else
    static QUIRE_INLINE vf load(const T* p) {
        vu h = __builtin_convertvector(load_raw<vh>(p), vu);
        vu sign = (h & 0x8000u) << 16, rest = (h & 0x7fffu) << 13;
        vf value = (vf)rest * splat(0x1p112f);              // moves the exponent's bias and makes subnormals normal
        vu special = (vu)(rest >= (0x7c00u << 13));         // infinity and not-a-number
        return (vf)(sign | (special & (rest | 0x7f800000u)) | (~special & (vu)value));
    }
    static QUIRE_INLINE void store(T* p, vf v) {
        vu u = (vu)v, sign = (u >> 16) & 0x8000u, mag = u & 0x7fffffffu;
        vu normal = (mag - (112u << 23) + 0xfffu + ((mag >> 13) & 1u)) >> 13;
        vu small = (vu)((vf)mag + splat(0.5f)) - 0x3f000000u;       // the adder rounds a subnormal at its last bit
        vu is_small = (vu)(mag < (113u << 23)), is_large = (vu)(mag >= 0x477ff000u), is_nan = (vu)(mag > 0x7f800000u);
        vu out = (is_small & small) | (~is_small & normal);
        out = (is_large & 0x7c00u) | (~is_large & out);
        out |= is_nan & 0x200u;
        store_raw(p, __builtin_convertvector(out | sign, vh));
    }
#endif
};

// The last columns of a row: n of L lanes, the others read as zero and are not written.
template <class S> QUIRE_INLINE vf load_some(const typename S::T* p, int64_t n) {
    typename S::T lanes[L] = {};
    __builtin_memcpy(lanes, p, size_t(n) * sizeof(lanes[0]));
    return S::load(lanes);
}
template <class S> QUIRE_INLINE void store_some(typename S::T* p, vf v, int64_t n) {
    typename S::T lanes[L];
    S::store(lanes, v);
    __builtin_memcpy(p, lanes, size_t(n) * sizeof(lanes[0]));
}

struct Whole {
    template <class S> static QUIRE_INLINE vf load(const typename S::T* p) { return S::load(p); }
    template <class S> static QUIRE_INLINE void store(typename S::T* p, vf v) { S::store(p, v); }
};
struct Some {
    int64_t n;
    template <class S> QUIRE_INLINE vf load(const typename S::T* p) const { return load_some<S>(p, n); }
    template <class S> QUIRE_INLINE void store(typename S::T* p, vf v) const { store_some<S>(p, v, n); }
};

// body(column, Whole or Some) over a row of n columns, in order.
template <class Body> QUIRE_INLINE void for_columns(int64_t n, Body body) {
    int64_t c = 0;
    for (; c + L <= n; c += L) body(c, Whole{});
    if (c < n) body(c, Some{n - c});
}

// ---- sums over lanes, always as the same tree: neighbours first ------------------------------------------------------------

QUIRE_INLINE float lane_sum(vf v) {
    float x[L];
    store_raw(x, v);
    for (int width = L; width > 1; width /= 2)
        for (int i = 0; i < width / 2; i++) x[i] = x[2 * i] + x[2 * i + 1];
    return x[0];
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define QUIRE_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#endif
#endif
#if !defined(QUIRE_SHUFFLE)
#define QUIRE_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, vi{__VA_ARGS__})
#endif

// [a0 + a1, a2 + a3, ..., b0 + b1, ...]: applied to L vectors pairwise until one is left, lane i holds lane_sum of vector i.
QUIRE_INLINE vf add_neighbours(vf a, vf b) {
#if defined(QUIRE_ISA_AVX512)
    return QUIRE_SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +
           QUIRE_SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
#elif defined(QUIRE_ISA_AVX2)
    return QUIRE_SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14) + QUIRE_SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
#else
    return QUIRE_SHUFFLE(a, b, 0, 2, 4, 6) + QUIRE_SHUFFLE(a, b, 1, 3, 5, 7);
#endif
}
template <int N> QUIRE_INLINE vf lane_sums(const float* vectors) {      // N vectors of L, one after the other
    if constexpr (N == 1) return load_raw<vf>(vectors);
    else return add_neighbours(lane_sums<N / 2>(vectors), lane_sums<N / 2>(vectors + N / 2 * L));
}

// ---- functions -------------------------------------------------------------------------------------------------------------

// e^x within 2 units of the last place; exactly 1 at 0, exactly 0 below -87.3, not-a-number kept.
QUIRE_INLINE vf exp_lanes(vf x) {
    const vf magic = splat(0x1.8p23f);                                  // adding it rounds to a whole number
    vi underflow = x < splat(-87.3f);
    vf y = max_keep(splat(-87.3f), min_keep(splat(88.37f), x));
    vf shifted = fma(y, splat(1.44269504f), magic);
    vf n = shifted - magic;
    vf r = fma(n, splat(-0x1.62e4p-1f), y);                             // ln 2 in two parts, the first exact in 16 bits
    r = fma(n, splat(-0x1.7f7d1cp-20f), r);
    vf p = splat(0.0013933652080595493f);
    p = fma(p, r, splat(0.008363181725144386f));
    p = fma(p, r, splat(0.04166646674275398f));
    p = fma(p, r, splat(0.16666576266288757f));
    p = fma(p, r, splat(0.5f));
    vf e = fma(p, r * r, r) + splat(1.0f);
    vi power = ((vi)shifted - (vi)magic + 127) << 23;
    return select(underflow, splat(0.0f), e * (vf)power);
}

// 1 - erf(z) for z >= 0, relative error below 1e-6: t e^(P(t) - z^2), t = 1 / (1 + z / 2), P fitted over [0, 10.5].
QUIRE_INLINE vf erfc_lanes(vf z) {
    vf t = splat(1.0f) / fma(splat(0.5f), z, splat(1.0f));
    vf p = splat(0.1487911492586136f);
    p = fma(p, t, splat(-0.70184725522995f));
    p = fma(p, t, splat(1.2061694860458374f));
    p = fma(p, t, splat(-0.7619841694831848f));
    p = fma(p, t, splat(-0.02599468268454075f));
    p = fma(p, t, splat(-0.027512092143297195f));
    p = fma(p, t, splat(0.04436234384775162f));
    p = fma(p, t, splat(0.38460636138916016f));
    p = fma(p, t, splat(0.9988684058189392f));
    p = fma(p, t, splat(-1.2654595375061035f));
    return t * exp_lanes(p - z * z);
}

QUIRE_INLINE vf sigmoid_lanes(vf x) { return splat(1.0f) / (splat(1.0f) + exp_lanes(-x)); }

// ---- threads ---------------------------------------------------------------------------------------------------------------

// run(task) for every task; the pool's workers take part only if all of it is worth waking them.
constexpr double kSerialNanos = 8000;
template <class Run> inline void parallel(int64_t tasks, double nanos, const Run& run) {
    if (nanos < kSerialNanos || tasks < 2) {
        for (int64_t i = 0; i < tasks; i++) run(i);
        return;
    }
    quire::parallel_tasks(tasks, [](const void* context, int64_t i) { (*(const Run*)context)(i); }, &run);
}

inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
// How many of n things a task takes, so that there are at most `tasks` of them; 1 where there is nothing to do.
inline int64_t per_task_of(int64_t n, int64_t tasks) { return n > 0 ? ceil_div(n, tasks) : 1; }

}  // namespace
