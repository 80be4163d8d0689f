// y = x W^T + bias with W packed once: panels of 32 output columns, K walked in order inside a panel.
//
// Packed weight: [panel][k][32 columns], the last panel filled with zero columns. Each output element is one chain of
//     acc = x[k] * w[k] + acc      for k = 0, 1, .. K - 1
// so the tile it is computed in (rows x vectors of columns) changes no bit. x is first turned into tiles laid out [k][row], so
// that a tile reads one stream of x and one of W. Where the machine multiplies pairs of bfloat16, a step of the chain takes two
// neighbouring k, and both layouts hold pairs.
#pragma once
#include "kernels.h"
#include "lanes.h"

namespace {

constexpr int kPanel = int(quire::kPanel);
constexpr int kPanelVectors = kPanel / L;
constexpr int64_t kPanelsTogether = 2;    // of columns, that a tile of x meets
constexpr int kColumnVectors = int(kPanelsTogether) * kPanelVectors;
constexpr int64_t kRowsAtOnce = 504;      // bounds the copy of x
constexpr int64_t kPrefetchBytes = 2048;  // how far ahead the weights are asked for
constexpr int64_t kStepsAtOnce = 384;     // of a full tile of x, which then stays in the first cache while it meets the columns

#if defined(QUIRE_ISA_AVX512)
constexpr int kMaxRows = 12;              // 12 x 2 accumulators of 32 registers
constexpr int vectors_for(int rows) { return rows == 3 || rows == 4 ? 4 : 2; }     // few rows read one panel after the other
#elif defined(QUIRE_ISA_AVX2)
constexpr int kMaxRows = 6;
constexpr int vectors_for(int rows) { return rows == 1 ? 8 : rows <= 3 ? 4 : 2; }
#else
constexpr int kMaxRows = 4;
constexpr int vectors_for(int rows) { return rows == 1 ? 8 : rows == 2 ? 4 : 2; }
#endif

// How one step of the chain multiplies: kDepth values of k at once. X is what a tile of x holds for one row and step.
template <class S> struct Single {
    typedef float X;
    typedef vf Weights;
    static constexpr int64_t kDepth = 1;
    static QUIRE_INLINE Weights load(const typename S::T* p) { return S::load(p); }
    static QUIRE_INLINE vf step(X x, Weights w, vf acc) { return fma(splat(x), w, acc); }
    // `count` rows of x into a tile
    static inline void pack(const typename S::T* x, int64_t stride, int64_t k, int64_t count, X* out) {
        for (int64_t r = 0; r < count; r++)
            for_columns(k, [&](int64_t c, auto part) {
                vf v = part.template load<S>(x + r * stride + c);
                int64_t n = least(L, k - c);
                for (int64_t i = 0; i < n; i++) out[(c + i) * count + r] = v[i];
            });
    }
};

#if defined(QUIRE_ISA_AVX512)
// Rows become columns: four times the halves are dealt together like two hands of cards.
QUIRE_INLINE void transpose(vu (&rows)[L]) {
#pragma GCC unroll 4
    for (int round = 0; round < 4; round++) {
        vu dealt[L];
#pragma GCC unroll 8
        for (int i = 0; i < L / 2; i++) {
            dealt[2 * i] = QUIRE_SHUFFLE(rows[i], rows[i + L / 2], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            dealt[2 * i + 1] = QUIRE_SHUFFLE(rows[i], rows[i + L / 2], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
#pragma GCC unroll 16
        for (int i = 0; i < L; i++) rows[i] = dealt[i];
    }
}

// `count` rows of words, `stride` bytes apart, become [word][count], as far as there are L words together; tells how many.
inline int64_t deal(const void* rows, int64_t stride, int64_t words, int64_t count, void* out) {
    int64_t w = 0;
    for (vu square[L]; w + L <= words; w += L) {
        for (int64_t r = 0; r < L; r++) square[r] = r < count ? load_raw<vu>((const char*)rows + r * stride + w * 4) : vu{};
        transpose(square);
        for (int64_t i = 0; i < L; i++)
            _mm512_mask_storeu_epi32((int32_t*)out + (w + i) * count, __mmask16((1 << count) - 1), (__m512i)square[i]);
    }
    return w;
}
#endif

#if defined(QUIRE_ISA_BF16)
struct PairBF16 {                         // subnormal values count as zero here, as the instruction has it
    typedef uint32_t X;
    typedef vf Weights;                   // 16 columns x 2 values of k
    static constexpr int64_t kDepth = 2;
    static QUIRE_INLINE Weights load(const uint16_t* p) { return load_raw<vf>(p); }
    static QUIRE_INLINE vf step(X x, Weights w, vf acc) {
        return (vf)_mm512_dpbf16_ps((__m512)acc, (__m512bh)_mm512_set1_epi32(int(x)), (__m512bh)w);
    }
    static inline void pack(const uint16_t* x, int64_t stride, int64_t k, int64_t count, X* out) {
        const int64_t c = count > 1 ? 2 * deal(x, 2 * stride, k / 2, count, out) : 0;
        for (int64_t r = 0; r < count; r++) {
            const uint16_t* row = x + r * stride;
            for (int64_t i = c; i < k; i += 2) out[i / 2 * count + r] = row[i] | (i + 1 < k ? uint32_t(row[i + 1]) << 16 : 0u);
        }
    }
};
template <class S> struct ProductOf { typedef Single<S> P; };
template <> struct ProductOf<BF16> { typedef PairBF16 P; };
#else
template <class S> struct ProductOf { typedef Single<S> P; };
#endif
template <class S> using Product = typename ProductOf<S>::P;

template <class S> struct Tile {
    const typename Product<S>::X* x;      // (steps, R)
    const typename S::T* w;               // first column of the first panel
    int64_t steps, panel_stride;
};

struct Steps { int64_t from, to; };

// R rows x V vectors of columns from `column` of the panel on; a tile wider than a panel goes on in the next one.
template <class S, int R, int V> QUIRE_INLINE void multiply(const Tile<S>& tile, int column, Steps steps, vf (&acc)[R][V]) {
    typedef Product<S> P;
    const typename S::T* w[V];
#pragma GCC unroll 16
    for (int v = 0; v < V; v++) {
        int c = column + v * L;
        w[v] = tile.w + (c / kPanel) * tile.panel_stride + c % kPanel * P::kDepth;
    }
    const typename P::X* x = tile.x;
    for (int64_t k = steps.from; k < steps.to; k++) {
        typename P::Weights weights[V];
#pragma GCC unroll 16
        for (int v = 0; v < V; v++) {
            const typename S::T* p = w[v] + k * (kPanel * P::kDepth);
            if (v % kPanelVectors == 0 || sizeof(*p) * L * P::kDepth >= 64) __builtin_prefetch((const char*)p + kPrefetchBytes);
            weights[v] = P::load(p);
        }
#pragma GCC unroll 16
        for (int r = 0; r < R; r++) {
            const typename P::X row_value = x[k * R + r];
#pragma GCC unroll 16
            for (int v = 0; v < V; v++) acc[r][v] = P::step(row_value, weights[v], acc[r][v]);
        }
    }
}

template <class S, class Out> struct Sink {
    const typename S::T* bias;    // null, or (N,)
    typename Out::T* y;
    int64_t stride, n;
};

template <class S, class Out, int R, int V>
QUIRE_INLINE void finish(const Sink<S, Out>& sink, int64_t row, int64_t column, const vf (&acc)[R][V]) {
#pragma GCC unroll 16
    for (int v = 0; v < V; v++) {
        int64_t c = column + v * L, left = sink.n - c;
        if (left <= 0) return;
        bool whole = left >= L;
        vf bias = splat(0.0f);
        if (sink.bias) bias = whole ? S::load(sink.bias + c) : load_some<S>(sink.bias + c, left);
#pragma GCC unroll 16
        for (int r = 0; r < R; r++) {
            vf value = sink.bias ? acc[r][v] + bias : acc[r][v];
            typename Out::T* p = sink.y + (row + r) * sink.stride + c;
            if (whole) Out::store(p, value);
            else store_some<Out>(p, value, left);
        }
    }
}

template <class S, class Out, int R, int V>
inline __attribute__((noinline)) void columns(const Tile<S>& tile, const Sink<S, Out>& sink, int64_t row, int64_t n0, int width) {
    vf sums[kColumnVectors / V][R][V];
    for (Steps steps = {0, 0};;) {
        steps = {steps.to, least(tile.steps, steps.to + kStepsAtOnce * kMaxRows / R)};
        for (int c = 0; c < width; c += V * L) {
            vf acc[R][V];
            auto& kept = sums[c / (V * L)];
#pragma GCC unroll 16
            for (int r = 0; r < R; r++)
#pragma GCC unroll 16
                for (int v = 0; v < V; v++) acc[r][v] = steps.from ? kept[r][v] : splat(0.0f);
            multiply<S, R, V>(tile, c, steps, acc);
            if (steps.to == tile.steps) {
                finish<S, Out, R, V>(sink, row, n0 + c, acc);
                continue;
            }
#pragma GCC unroll 16
            for (int r = 0; r < R; r++)
#pragma GCC unroll 16
                for (int v = 0; v < V; v++) kept[r][v] = acc[r][v];
        }
        if (steps.to == tile.steps) return;
    }
}

// One tile of `rows` rows against `panels` panels (1 or 2).
template <class S, class Out, int R>
inline void with_rows(int rows, const Tile<S>& tile, const Sink<S, Out>& sink, int64_t row, int64_t n0, int panels) {
    if constexpr (R > 0) {
        if (rows != R) return with_rows<S, Out, R - 1>(rows, tile, sink, row, n0, panels);
        constexpr int wide = vectors_for(R), narrow = wide < kPanelVectors ? wide : kPanelVectors;
        if (panels * kPanel % (wide * L) == 0) columns<S, Out, R, wide>(tile, sink, row, n0, panels * kPanel);
        else columns<S, Out, R, narrow>(tile, sink, row, n0, panels * kPanel);
    }
}

// Of few rows the time goes into reading: in runs, each of which begins before anything could be asked for ahead.
constexpr int64_t kFewRows = 2, kRunBytes = 96 << 10;
inline int64_t groups_of_task(int64_t groups, int64_t rows, int64_t group_bytes) {
    const int64_t even = per_task_of(groups, 32), run = kRunBytes / (group_bytes > 0 ? group_bytes : 1);
    return rows <= kFewRows && run > even ? run : even;
}

inline int64_t tile_start(int64_t rows, int64_t tiles, int64_t t) { return t * rows / tiles; }   // sizes differ by one at most

template <class S, class Out> void linear_rows(const quire::LinearArgs& a, int64_t first, int64_t rows) {
    typedef typename S::T T;
    typedef Product<S> P;
    const int64_t tiles = ceil_div(rows, kMaxRows), panels = ceil_div(a.n, kPanel), steps = ceil_div(a.k, P::kDepth);
    const int64_t group = rows > kFewRows ? kPanelsTogether : 1, groups = ceil_div(panels, group);
    const int64_t panel_stride = steps * P::kDepth * kPanel;
    typename P::X* packed = (typename P::X*)quire::scratch(rows * steps * int64_t(sizeof(typename P::X)));
    const T* x = (const T*)a.x + first * a.x_stride;
    parallel(tiles, double(rows) * double(a.k) * 0.5, [&](int64_t t) {
        int64_t r0 = tile_start(rows, tiles, t), count = tile_start(rows, tiles, t + 1) - r0;
        P::pack(x + r0 * a.x_stride, a.x_stride, a.k, count, packed + r0 * steps);
    });
    const Sink<S, Out> sink = {(const T*)a.bias, (typename Out::T*)a.y + first * a.y_stride, a.y_stride, a.n};
    const double nanos = double(panels) * double(steps) * (double(sizeof(T)) + double(rows) * 0.3);
    const int64_t per_task = groups_of_task(groups, rows, group * panel_stride * int64_t(sizeof(T)));
    parallel(ceil_div(groups, per_task), nanos, [&](int64_t task) {
        for (int64_t g = task * per_task; g < least(groups, (task + 1) * per_task); g++)
            for (int64_t t = 0; t < tiles; t++) {
                int64_t r0 = tile_start(rows, tiles, t), r1 = tile_start(rows, tiles, t + 1), p0 = g * group;
                Tile<S> tile = {packed + r0 * steps, (const T*)a.weight + p0 * panel_stride, steps, panel_stride};
                with_rows<S, Out, kMaxRows>(int(r1 - r0), tile, sink, r0, p0 * kPanel, int(least(group, panels - p0)));
            }
    });
}

template <class S, class Out> void linear(const quire::LinearArgs& a) {
    for (int64_t first = 0; first < a.m; first += kRowsAtOnce)
        linear_rows<S, Out>(a, first, least(kRowsAtOnce, a.m - first));
}

// ---- packing ---------------------------------------------------------------------------------------------------------------

// The rows of the weight that are the columns of a panel; null behind the last one.
template <class T> inline void panel_rows(const quire::Piece* piece, int64_t first, int64_t n, const T* (&rows)[kPanel]) {
    int64_t skip = first;
    for (int64_t c = 0; c < kPanel; c++, skip++) {
        rows[c] = nullptr;
        if (first + c >= n) continue;
        for (; skip >= piece->rows; piece++) skip -= piece->rows;
        rows[c] = (const T*)piece->data + skip * piece->stride;
    }
}

template <class S> void pack(const quire::Piece* pieces, int64_t n, int64_t k, void* out) {
    typedef typename S::T T;
    constexpr int64_t depth = Product<S>::kDepth;
    const int64_t panels = ceil_div(n, kPanel), depth_k = ceil_div(k, depth) * depth;
    parallel(panels, double(n) * double(k), [&](int64_t p) {
        T* panel = (T*)out + p * depth_k * kPanel;
        const T* rows[kPanel];
        panel_rows(pieces, p * kPanel, n, rows);
        for (int64_t k0 = 0; k0 < depth_k; k0 += 64) {    // a strip of the rows stays in the first cache
            const int64_t k1 = least(k0 + 64, depth_k);
            for (int64_t c = 0; c < kPanel; c++)
                for (int64_t i = k0; i < k1; i++)
                    panel[(i / depth * kPanel + c) * depth + i % depth] = rows[c] && i < k ? rows[c][i] : T(0);
        }
    });
}

template <class S> int64_t packed_bytes(int64_t n, int64_t k) {
    constexpr int64_t depth = Product<S>::kDepth;
    return ceil_div(n, kPanel) * kPanel * ceil_div(k, depth) * depth * int64_t(sizeof(typename S::T));
}

}  // namespace
