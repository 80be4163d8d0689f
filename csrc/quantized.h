// y = x W^T + bias with W in 8 or 4 bits. x is turned into 8 bits here, so that what is multiplied and summed is whole numbers.
//
//   int8  w = scale * q, q in -127 .. 127: a float32 scale for each column
//   int4  w = scale * q, q in -8 .. 7: a bfloat16 scale for each column and 32 k
//   x = scale * q: one for each row
//
// A group is what shares a scale of w: all of k in int8. Each output element is
//     the sum over the groups, in order, of float(sum over k of xq * wq) * w scale, then times the x scale, then bias
// Sums of whole numbers are exact in any order, and each product and sum of floats is rounded on its own. So the bits are the
// same on every instruction set, whatever the tile, as they are for a row alone and in a batch.
//
// Where the machine multiplies bytes, one side is unsigned: the weights are stored as q + 128 or q + 8, and an accumulator
// begins at -128 or -8 times the sum of the row's xq, found once for all columns.
//
// Packed weight: [panel][group], and a group is [scales of 32 columns][k / 4][32 columns][4 k], zeros beyond the last k. In
// int4 it is [k / 8][32 columns][4], and a byte holds k in its low half and k + 4 in its high half.
#pragma once
#include "kernels.h"
#include "lanes.h"
#include "linear.h"
#include "pool.h"

namespace {

typedef int8_t vb __attribute__((vector_size(L)));

// ---- four products at once: sums of unsigned w * signed x over 4 neighbouring k, in each 32-bit lane a column ---------------

#if defined(QUIRE_ISA_VNNI)
struct Quad {
    typedef int32_t X;                    // 4 k of a row
    typedef vi Weights;
    static QUIRE_INLINE X pack(const int8_t* q) { return load_raw<int32_t>(q); }
    static int64_t deal_rows(const int8_t* q, int64_t length, int64_t count, X* out) {
        return deal(q, length, length / 4, count, out);
    }
    static QUIRE_INLINE Weights split(vi w) { return w; }
    static QUIRE_INLINE vi step(X x, Weights w, vi acc) {
        return (vi)_mm512_dpbusd_epi32((__m512i)acc, (__m512i)w, _mm512_set1_epi32(x));
    }
};
#elif defined(QUIRE_ISA_AVX2) || defined(QUIRE_ISA_AVX512)
struct Quad {                              // by pairs of 16 bits, which hold every product's factors and saturate nothing
    struct X { int32_t even, odd; };
    struct Weights { vi even, odd; };
    static QUIRE_INLINE X pack(const int8_t* q) { return {pair(q[0], q[2]), pair(q[1], q[3])}; }
    static int64_t deal_rows(const int8_t*, int64_t, int64_t, X*) { return 0; }
    static QUIRE_INLINE int32_t pair(int8_t a, int8_t b) { return int32_t(uint32_t(b) << 16 | uint16_t(a)); }
    static QUIRE_INLINE Weights split(vi w) { return {w & 0x00ff00ff, (vi)((vu)w >> 8) & 0x00ff00ff}; }
    static QUIRE_INLINE vi madd(int32_t x, vi w) {
#if defined(QUIRE_ISA_AVX512)
        return (vi)_mm512_madd_epi16((__m512i)w, _mm512_set1_epi32(x));
#else
        return (vi)_mm256_madd_epi16((__m256i)w, _mm256_set1_epi32(x));
#endif
    }
    static QUIRE_INLINE vi step(X x, Weights w, vi acc) {
        return (vi)((vu)acc + (vu)madd(x.even, w.even) + (vu)madd(x.odd, w.odd));
    }
};
#else
struct Quad {
    struct X { int32_t k[4]; };
    struct Weights { vu k[4]; };
    static QUIRE_INLINE X pack(const int8_t* q) { return {{q[0], q[1], q[2], q[3]}}; }
    static int64_t deal_rows(const int8_t*, int64_t, int64_t, X*) { return 0; }
    static QUIRE_INLINE Weights split(vi w) {
        vu u = (vu)w;
        return {{u & 255u, u >> 8 & 255u, u >> 16 & 255u, u >> 24}};
    }
    static QUIRE_INLINE vi step(const X& x, const Weights& w, vi acc) {
        vu sum = (vu)acc;
        for (int i = 0; i < 4; i++) sum += w.k[i] * uint32_t(x.k[i]);
        return (vi)sum;
    }
};
#endif

// ---- the two schemes -------------------------------------------------------------------------------------------------------

struct W8 {
    typedef F32 Scale;
    static constexpr int kParts = 1;      // runs of 4 k that a 32-bit lane of the packed weight holds
    static constexpr int kZero = 128;     // is stored for 0
    static constexpr int64_t kSteps = 0;  // 32-bit lanes of a column in a group; 0: all of k is one group
    static QUIRE_INLINE vi take(vi w, int) { return w; }
};

struct W4 {
    typedef BF16 Scale;
    static constexpr int kParts = 2, kZero = 8;
    static constexpr int64_t kSteps = quire::kGroup / 8;
    static QUIRE_INLINE vi take(vi w, int part) { return (vi)((vu)w >> (4 * part)) & 0x0f0f0f0f; }
};

template <class Q> struct Sizes {
    static constexpr int64_t kScaleBytes = kPanel * int64_t(sizeof(typename Q::Scale::T));
    int64_t all_steps, length, groups, group_bytes, panel_bytes;    // length: k of a group, filled up to whole lanes
    explicit Sizes(int64_t k) : all_steps(k > 4 ? ceil_div(k, 4) : 1) {
        length = steps() * 4 * Q::kParts;
        groups = ceil_div(k > 0 ? k : 1, length);
        group_bytes = kScaleBytes + steps() * kPanel * 4;
        panel_bytes = groups * group_bytes;
    }
    QUIRE_INLINE int64_t steps() const { return Q::kSteps ? Q::kSteps : all_steps; }
    QUIRE_INLINE int64_t quads() const { return groups * length / 4; }
};

// ---- to 8 bits, with one scale: rows of x, and of an int8 weight -----------------------------------------------------------

constexpr float kLeastScaled = 1e-35f;    // what is smaller throughout counts as zeros: its scale could not be inverted
constexpr float kRound = 0x1.8p23f;       // adding it rounds to a whole number, ties to even

struct Scaling { float scale, inverse; };

// `most`: the largest |x| as bits, whose order is that of the numbers. Where x is not finite, the scale is not a number.
QUIRE_INLINE Scaling scaling(int32_t most) {
    float largest = bits<float>(most);
    if (most >= 0x7f800000) return {__builtin_nanf(""), 0.0f};
    if (largest < kLeastScaled) return {0.0f, 0.0f};
    return {largest / 127.0f, 127.0f / largest};
}

QUIRE_INLINE vi rounded(vf x) { return bits<vi>(x + splat(kRound)) - bits<vi>(splat(kRound)); }

template <class S> QUIRE_INLINE vf load_up_to(const typename S::T* p, int64_t left) {
    return left >= L ? S::load(p) : left > 0 ? load_some<S>(p, left) : splat(0.0f);
}

QUIRE_INLINE void store_up_to(int8_t* p, vb v, int64_t left) {
    if (left >= L) store_raw(p, v);
    else __builtin_memcpy(p, &v, size_t(left));
}

QUIRE_INLINE uint32_t whole_sum(vu v) {
#if defined(QUIRE_ISA_AVX512)
    return uint32_t(_mm512_reduce_add_epi32((__m512i)v));
#else
    uint32_t sum = 0;
    for (int i = 0; i < L; i++) sum += v[i];
    return sum;
#endif
}

template <class S> QUIRE_INLINE int32_t largest_bits(const typename S::T* p, int64_t n) {
    vi most = {};
    for (int64_t c = 0; c < n; c += L) {
        vi v = bits<vi>(load_up_to<S>(p + c, n - c)) & 0x7fffffff, more = v > most;
        most = (more & v) | (~more & most);
    }
#if defined(QUIRE_ISA_AVX512)
    return _mm512_reduce_max_epi32((__m512i)most);
#else
    int32_t lanes[L];
    store_raw(lanes, most);
    for (int width = L / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++) lanes[i] = lanes[i] > lanes[i + width] ? lanes[i] : lanes[i + width];
    return lanes[0];
#endif
}

// One row of x: its numbers, its scale, and where the accumulators of its groups begin, each `count` behind the last.
template <class Q, class S>
inline void quantize_row(const typename S::T* row, int64_t k, const Sizes<Q>& size, int64_t count, int8_t* numbers, float* scale,
                         int32_t* begins) {
    const Scaling s = scaling(largest_bits<S>(row, k));
    for (int64_t g = 0; g < size.groups; g++) {
        const int64_t k0 = g * size.length;
        vu total = {};
        for (int64_t c = k0; c < k0 + size.length; c += L) {
            vi q = rounded(load_up_to<S>(row + c, k - c) * splat(s.inverse));
            total += (vu)q;
            store_up_to(numbers + c, __builtin_convertvector(q, vb), k0 + size.length - c);
        }
        begins[g * count] = int32_t(whole_sum(total) * uint32_t(-Q::kZero));
    }
    *scale = s.scale;
}

// `count` rows of x into a tile.
template <class Q, class S>
inline void quantize_tile(const typename S::T* from, int64_t stride, int64_t k, const Sizes<Q>& size, int64_t count, Quad::X* x,
                          float* scales, int32_t* begins) {
    const int64_t length = size.groups * size.length;
    int8_t* numbers = (int8_t*)quire::task_scratch(count * length);
    for (int64_t r = 0; r < count; r++)
        quantize_row<Q, S>(from + r * stride, k, size, count, numbers + r * length, scales + r, begins + r);
    const int64_t first = Quad::deal_rows(numbers, length, count, x);
    for (int64_t r = 0; r < count; r++)
        for (int64_t i = first; i < length / 4; i++) x[i * count + r] = Quad::pack(numbers + r * length + 4 * i);
}

// ---- the product -----------------------------------------------------------------------------------------------------------

template <class Q> struct QuantizedTile {
    const Quad::X* x;                     // (k / 4, R)
    const int32_t* begins;                // (groups, R)
    const uint8_t* w;                     // first column of the first panel
    Sizes<Q> size;
};

// R rows x V vectors of columns from `column` on; `sums` has kColumnVectors for each row. Whole sums stay in registers for a
// group, float sums in the first cache.
template <class Q, int R, int V>
inline __attribute__((noinline)) void multiply_groups(const QuantizedTile<Q>& tile, int column, vf* sums) {
    constexpr int kPanels = V > kPanelVectors ? V / kPanelVectors : 1;
    typedef typename Q::Scale Scale;
    const int64_t steps = tile.size.steps(), first = column % kPanel;
    const uint8_t* group[kPanels];
#pragma GCC unroll 16
    for (int p = 0; p < kPanels; p++) group[p] = tile.w + (column / kPanel + p) * tile.size.panel_bytes;
#pragma GCC unroll 16
    for (int r = 0; r < R; r++)
#pragma GCC unroll 16
        for (int v = 0; v < V; v++) sums[r * kColumnVectors + v] = splat(0.0f);
    const Quad::X* x = tile.x;
    for (int64_t g = 0; g < tile.size.groups; g++) {
        vi acc[R][V];
#pragma GCC unroll 16
        for (int r = 0; r < R; r++)
#pragma GCC unroll 16
            for (int v = 0; v < V; v++) acc[r][v] = vi{} + tile.begins[g * R + r];
        for (int64_t s = 0; s < steps; s++, x += Q::kParts * R) {
            vi raw[V];
#pragma GCC unroll 16
            for (int v = 0; v < V; v++) {
                const int64_t at = s * kPanel + first + v % kPanelVectors * L;
                const uint8_t* p = group[v / kPanelVectors] + Sizes<Q>::kScaleBytes + at * 4;
                if (v * L % 16 == 0) __builtin_prefetch(p + kPrefetchBytes);
                raw[v] = load_raw<vi>(p);
            }
#pragma GCC unroll 2
            for (int part = 0; part < Q::kParts; part++) {
                Quad::Weights weights[V];
#pragma GCC unroll 16
                for (int v = 0; v < V; v++) weights[v] = Quad::split(Q::take(raw[v], part));
#pragma GCC unroll 16
                for (int r = 0; r < R; r++) {
                    const Quad::X row_value = x[part * R + r];
#pragma GCC unroll 16
                    for (int v = 0; v < V; v++) acc[r][v] = Quad::step(row_value, weights[v], acc[r][v]);
                }
            }
        }
#pragma GCC unroll 16
        for (int v = 0; v < V; v++) {
            const auto* scales = (const typename Scale::T*)group[v / kPanelVectors];
            __builtin_prefetch((const uint8_t*)scales + kPrefetchBytes);
            const vf scale = Scale::load(scales + first + v % kPanelVectors * L);
#pragma GCC unroll 16
            for (int r = 0; r < R; r++)
                sums[r * kColumnVectors + v] += __builtin_convertvector(acc[r][v], vf) * scale;
        }
#pragma GCC unroll 16
        for (int p = 0; p < kPanels; p++) group[p] += tile.size.group_bytes;
    }
}

// One tile of `rows` rows against `width` columns, which are one panel or two.
template <class Q, int R> inline void sums_of(int rows, const QuantizedTile<Q>& tile, int width, vf* sums) {
    if constexpr (R > 0) {
        if (rows != R) return sums_of<Q, R - 1>(rows, tile, width, sums);
        constexpr int wide = vectors_for(R), narrow = wide < kPanelVectors ? wide : kPanelVectors;
        if (width % (wide * L) == 0)
            for (int c = 0; c < width; c += wide * L) multiply_groups<Q, R, wide>(tile, c, sums + c / L);
        else
            for (int c = 0; c < width; c += narrow * L) multiply_groups<Q, R, narrow>(tile, c, sums + c / L);
    }
}

template <class S, class Out>
inline void deliver(const Sink<S, Out>& sink, int64_t row, int64_t rows, int64_t column, int width, const float* scales,
                    const vf* sums) {
    for (int64_t r = 0; r < rows; r++, sums += kColumnVectors)
        for_columns(least(width, sink.n - column), [&](int64_t c, auto part) {
            vf value = sums[c / L] * splat(scales[r]);
            if (sink.bias) value += part.template load<S>(sink.bias + column + c);
            part.template store<Out>(sink.y + (row + r) * sink.stride + column + c, value);
        });
}

template <class Q, class S, class Out> void quantized_rows(const quire::LinearArgs& a, int64_t first, int64_t rows) {
    typedef Quad::X X;
    const Sizes<Q> size(a.k);
    const int64_t tiles = ceil_div(rows, kMaxRows), panels = ceil_div(a.n, kPanel), quads = size.quads(), groups = size.groups;
    X* x = (X*)quire::scratch(rows * (quads * int64_t(sizeof(X)) + groups * 4 + 4));
    float* scales = (float*)(x + rows * quads);
    int32_t* begins = (int32_t*)(scales + rows);
    const typename S::T* from = (const typename S::T*)a.x + first * a.x_stride;
    parallel(tiles, double(rows) * double(a.k) * 0.5, [&](int64_t t) {
        const int64_t r0 = tile_start(rows, tiles, t), count = tile_start(rows, tiles, t + 1) - r0;
        quantize_tile<Q, S>(from + r0 * a.x_stride, a.x_stride, a.k, size, count, x + r0 * quads, scales + r0,
                            begins + r0 * groups);
    });
    const Sink<S, Out> sink = {(const typename S::T*)a.bias, (typename Out::T*)a.y + first * a.y_stride, a.y_stride, a.n};
    const double nanos = double(panels) * (double(size.panel_bytes) / 32 + double(quads) * double(rows) * 0.5);
    const int64_t together = rows > kFewRows ? kPanelsTogether : 1, runs = ceil_div(panels, together);
    const int64_t per_task = groups_of_task(runs, rows, together * size.panel_bytes);
    parallel(ceil_div(runs, per_task), nanos, [&](int64_t task) {
        for (int64_t run = task * per_task; run < least(runs, (task + 1) * per_task); run++)
            for (int64_t t = 0; t < tiles; t++) {
                const int64_t r0 = tile_start(rows, tiles, t), count = tile_start(rows, tiles, t + 1) - r0;
                const int64_t p0 = run * together;
                const int width = int(least(together, panels - p0)) * kPanel;
                const QuantizedTile<Q> tile = {x + r0 * quads, begins + r0 * groups,
                                               (const uint8_t*)a.weight + p0 * size.panel_bytes, size};
                vf sums[kMaxRows * kColumnVectors];
                sums_of<Q, kMaxRows>(int(count), tile, width, sums);
                deliver(sink, r0, count, p0 * kPanel, width, scales + r0, sums);
            }
    });
}

template <class Q, class S, class Out> void quantized(const quire::LinearArgs& a) {
    for (int64_t first = 0; first < a.m; first += kRowsAtOnce)
        quantized_rows<Q, S, Out>(a, first, least(kRowsAtOnce, a.m - first));
}

// ---- packing: lanes are columns --------------------------------------------------------------------------------------------

constexpr int64_t kStrip = 32;            // k that lie in the first cache as floats, [k][32 columns]
static_assert(quire::kGroup == kStrip, "a strip is a group of int4");
typedef float Strip[kStrip][kPanel];

template <class S> inline void load_strip(const typename S::T* const (&rows)[kPanel], int64_t k0, int64_t k, Strip& strip) {
    for (int64_t c = 0; c < kPanel; c++)
        for (int64_t i = 0; i < kStrip; i += L) {
            vf v = rows[c] ? load_up_to<S>(rows[c] + k0 + i, k - k0 - i) : splat(0.0f);
            for (int lane = 0; lane < L; lane++) strip[i + lane][c] = v[lane];
        }
}

template <class S> inline void pack_panel(W8, const typename S::T* const (&rows)[kPanel], int64_t k, uint8_t* panel) {
    float inverse[kPanel], *scales = (float*)panel;
    for (int64_t c = 0; c < kPanel; c++) {
        const Scaling s = rows[c] ? scaling(largest_bits<S>(rows[c], k)) : Scaling{0.0f, 0.0f};
        scales[c] = s.scale, inverse[c] = s.inverse;
    }
    uint8_t* words = panel + Sizes<W8>::kScaleBytes;
    Strip strip;
    for (int64_t k0 = 0; k0 < k; k0 += kStrip) {
        load_strip<S>(rows, k0, k, strip);
        for (int64_t i = 0; i < least(kStrip, k - k0); i += 4)
            for (int64_t c = 0; c < kPanel; c += L, words += sizeof(vu)) {
                vu word = {};
                for (int j = 0; j < 4; j++) {
                    vi q = rounded(load_raw<vf>(&strip[i + j][c]) * load_raw<vf>(&inverse[c]));
                    word |= ((vu)(q + W8::kZero) & 255u) << (8 * j);
                }
                store_raw(words, word);
            }
    }
}

// 1 / scale, and 0 where that could not be: then all is rounded to 0.
QUIRE_INLINE vf inverse_of(vf scale) {
    vf size = (vf)((vi)scale & 0x7fffffff);
    return select(size < splat(kLeastScaled), splat(0.0f), splat(1.0f) / scale);
}

QUIRE_INLINE vf to_bfloat16(vf x) {
    uint16_t lanes[L];
    BF16::store(lanes, x);
    return BF16::load(lanes);
}

QUIRE_INLINE vf quantized_to(vf x, vf inverse) {                // -8 .. 7
    return min_keep(splat(7.0f), max_keep(splat(-8.0f), x * inverse + splat(kRound) - splat(kRound)));
}

inline vf squared_error(const Strip& strip, int64_t c, vf scale) {
    vf inverse = inverse_of(scale), error = splat(0.0f);
    for (int64_t i = 0; i < kStrip; i++) {
        vf x = load_raw<vf>(&strip[i][c]), off = x - quantized_to(x, inverse) * scale;
        error += off * off;
    }
    return error;
}

constexpr float kLargestAt[] = {-7.0f, -7.5f, -8.5f, -9.0f, -9.5f, -10.0f};

// The scale whose error is least among those that put the number of largest size at -8, or a little inside or outside of it,
// and that which fits best what the best of these rounded to.
inline vf best_scale(const Strip& strip, int64_t c) {
    vf largest = splat(0.0f), spoilt = splat(0.0f);
    for (int64_t i = 0; i < kStrip; i++) {
        vf x = load_raw<vf>(&strip[i][c]);
        largest = select((vf)((vi)x & 0x7fffffff) > (vf)((vi)largest & 0x7fffffff), x, largest);
        spoilt += x - x;                                        // not-a-number where x is, or is infinite
    }
    vf best = to_bfloat16(largest / splat(-8.0f)), error = squared_error(strip, c, best);
    auto attempt = [&](vf scale) {
        vf other = squared_error(strip, c, scale);
        vi better = other < error;
        best = select(better, scale, best), error = select(better, other, error);
    };
    for (float most : kLargestAt) attempt(to_bfloat16(largest / splat(most)));
    vf inverse = inverse_of(best), xq = splat(0.0f), qq = splat(0.0f);
    for (int64_t i = 0; i < kStrip; i++) {
        vf x = load_raw<vf>(&strip[i][c]), q = quantized_to(x, inverse);
        xq += x * q, qq += q * q;
    }
    attempt(to_bfloat16(select(qq > splat(0.0f), xq / qq, best)));
    return best + spoilt;
}

template <class S> inline void pack_panel(W4, const typename S::T* const (&rows)[kPanel], int64_t k, uint8_t* panel) {
    const Sizes<W4> size(k);
    Strip strip;
    for (int64_t g = 0; g < size.groups; g++, panel += size.group_bytes) {
        load_strip<S>(rows, g * kStrip, k, strip);
        for (int64_t c = 0; c < kPanel; c += L) {
            const vf scale = best_scale(strip, c), inverse = inverse_of(scale);
            BF16::store((uint16_t*)panel + c, scale);
            for (int64_t step = 0; step < W4::kSteps; step++) {
                vu word = {};
                for (int j = 0; j < 8; j++) {
                    vi q = rounded(quantized_to(load_raw<vf>(&strip[step * 8 + j][c]), inverse));
                    word |= ((vu)(q + W4::kZero) & 15u) << (j % 4 * 8 + j / 4 * 4);
                }
                store_raw(panel + size.kScaleBytes + (step * kPanel + c) * 4, word);
            }
        }
    }
}

template <class Q, class S> int64_t quantized_bytes(int64_t n, int64_t k) {
    return ceil_div(n, kPanel) * Sizes<Q>(k).panel_bytes;
}

template <class Q, class S> void pack_quantized(const quire::Piece* pieces, int64_t n, int64_t k, void* out) {
    const Sizes<Q> size(k);
    parallel(ceil_div(n, kPanel), double(n) * double(k) * 4, [&](int64_t p) {
        const typename S::T* rows[kPanel];
        panel_rows(pieces, p * kPanel, n, rows);
        pack_panel<S>(Q{}, rows, k, (uint8_t*)out + p * size.panel_bytes);
    });
}

}  // namespace
