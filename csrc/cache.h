// How K and V lie inside a block of the cache, and how a row gets there.
//
// A block of 16 n positions holds for each head n groups of 16, made for products without sums across lanes:
//     K   [step][16 positions][depth]      a step takes `depth` columns of q, the lanes are positions
//     V   [step][head_dim][depth]          a step takes `depth` positions, the lanes are columns
// depth is 2 for bfloat16 and int8, which are multiplied in pairs, and 1 for float32 and float16. The last column of an odd
// head_dim is a row [16] of its own behind the pairs. Neighbouring positions share a pair of V, and other threads may be writing
// the neighbour, so a value is written as itself and never as part of a wider word.
//
// A block of another size keeps rows [position][head_dim]; they are laid into groups each time they are read, which is slower.
//
// int8: value = number * scale, a scale for each position and head, absmax / 127. A row that is not finite gets a scale that is
// not a number, so that whatever reads it shows it. scales: (blocks, kv_heads, 2, block_size), of K and then of V.
#pragma once
#include "kernels.h"
#include "lanes.h"

namespace {

constexpr int kGroup = 16;

struct I8 { typedef int8_t T; };
template <class S> constexpr int kDepth = 1;
template <> constexpr int kDepth<BF16> = 2;
template <> constexpr int kDepth<I8> = 2;

inline bool has_groups(const quire::Cache& cache) { return cache.block_size % kGroup == 0; }
inline int64_t row_place(const quire::Cache& cache, int64_t head, int64_t offset) {      // elements from the start of a block
    return (head * cache.block_size + offset) * cache.d;
}
// of K; that of V lies block_size further
inline float* scale_place(const quire::Cache& cache, int64_t block, int64_t head, int64_t offset) {
    return cache.scales + block * cache.scale_block + 2 * head * cache.block_size + offset;
}

// A row becomes position `i` of a group.
template <class S> inline void place_key(const typename S::T* row, int64_t d, int64_t i, typename S::T* group) {
    constexpr int depth = kDepth<S>;
    const int64_t pairs = d / depth * depth;
    for (int64_t c = 0; c < pairs; c += depth) __builtin_memcpy(group + c * kGroup + i * depth, row + c, depth * sizeof(*row));
    for (int64_t c = pairs; c < d; c++) group[c * kGroup + i] = row[c];
}
template <class S> inline void place_value(const typename S::T* row, int64_t d, int64_t i, typename S::T* group) {
    constexpr int depth = kDepth<S>;
    typename S::T* to = group + i / depth * depth * d + i % depth;
    for (int64_t c = 0; c < d; c++) to[c * depth] = row[c];
}

// ---- writing ---------------------------------------------------------------------------------------------------------------

constexpr int64_t kRowFloats = quire::kMaxHeadDim + 16;     // a row as floats, with zeros up to whole vectors

template <class S> inline void widen(const typename S::T* x, int64_t d, float* row) {
    for_columns(d, [&](int64_t c, auto part) { F32::store(row + c, part.template load<S>(x + c)); });
}

// Floats to the numbers of the cache; returns the scale.
template <class S> inline float narrow(const float* row, int64_t d, typename S::T* out) {
    if constexpr (sizeof(typename S::T) > 1) {
        for (int64_t c = 0; c < d; c += L) S::store(out + c, F32::load(row + c));
        return 1.0f;
    } else {
        vf most = splat(0.0f), odd = most;
        for (int64_t c = 0; c < d; c += L) {
            vf v = F32::load(row + c);
            odd = odd + v * splat(0.0f);                    // not a number as soon as one value is not finite
            most = max_keep(max_keep(most, v), -v);
        }
        float top = 0.0f;
        for (int i = 0; i < L; i++) top = most[i] > top ? most[i] : top;
        const float scale = top / 127.0f + lane_sum(odd);
        const vf unit = splat(scale > 0.0f ? scale : 1.0f), magic = splat(0x1.8p23f);     // adding it rounds to a whole number
        typedef int8_t vb __attribute__((vector_size(L)));
        for (int64_t c = 0; c < d; c += L) {
            vf v = min_keep(splat(127.0f), max_keep(splat(-127.0f), F32::load(row + c) / unit)) + magic;
            store_raw(out + c, __builtin_convertvector((vi)v, vb));
        }
        return scale;
    }
}

template <class S>
void write_rows(const quire::Cache& cache, int64_t slot, int64_t head, const float* k_row, const float* v_row) {
    typedef typename S::T T;
    const int64_t block = slot / cache.block_size, offset = slot % cache.block_size, d = cache.d;
    T k[kRowFloats], v[kRowFloats];
    const float k_scale = narrow<S>(k_row, d, k), v_scale = narrow<S>(v_row, d, v);
    if (cache.scales) {
        float* scale = scale_place(cache, block, head, offset);
        scale[0] = k_scale, scale[cache.block_size] = v_scale;
    }
    const bool groups = has_groups(cache);
    const int64_t place = row_place(cache, head, groups ? offset / kGroup * kGroup : offset);
    T *k_to = (T*)cache.k + block * cache.k_block + place, *v_to = (T*)cache.v + block * cache.v_block + place;
    if (groups) {
        place_key<S>(k, d, offset % kGroup, k_to);
        place_value<S>(v, d, offset % kGroup, v_to);
    } else {
        __builtin_memcpy(k_to, k, size_t(d) * sizeof(T));
        __builtin_memcpy(v_to, v, size_t(d) * sizeof(T));
    }
}

typedef void (*WriteRows)(const quire::Cache& cache, int64_t slot, int64_t head, const float* k_row, const float* v_row);
constexpr WriteRows kWriteRows[quire::kNumCacheDtypes] = {write_rows<F32>, write_rows<BF16>, write_rows<F16>, write_rows<I8>};

}  // namespace
