// What is picked out of rows: whole rows of a packed weight, and the best column of each row of logits.
#pragma once
#include "kernels.h"
#include "lanes.h"
#include "linear.h"

namespace {

constexpr double kNanosPerPick = 1.5;     // each step of k lies on a cache line of its own

// The very bits that were packed: row `id` is column id % kPanel of its panel.
template <class S> void packed_rows(const quire::PackedRowsArgs& a) {
    typedef typename S::T T;
    constexpr int64_t depth = Product<S>::kDepth;
    const int64_t panel_size = ceil_div(a.k, depth) * depth * kPanel;
    parallel(a.count, double(a.count) * double(a.k) * kNanosPerPick, [&](int64_t i) {
        const T* w = (const T*)a.packed + a.ids[i] / kPanel * panel_size + a.ids[i] % kPanel * depth;
        T* y = (T*)a.y + i * a.y_stride;
        int64_t k = 0;
        for (; k + depth <= a.k; k += depth) __builtin_memcpy(y + k, w + k * kPanel, sizeof(T) * depth);
        for (int64_t d = 0; k + d < a.k; d++) y[k + d] = w[k * kPanel + d];
    });
}

constexpr int64_t kStretch = 64 * L;      // columns between two looks at the best so far

// The greatest of n numbers, none of them counting that is not a number; what is not finite makes `wild` not a number.
QUIRE_INLINE float stretch_max(const float* x, int64_t n, vf& wild) {
    constexpr int kChains = 4;
    vf most[kChains], zero[kChains];
#pragma GCC unroll 4
    for (int i = 0; i < kChains; i++) most[i] = splat(-__builtin_inff()), zero[i] = splat(0.0f);
    int64_t c = 0;
    for (; c + kChains * L <= n; c += kChains * L)
#pragma GCC unroll 4
        for (int i = 0; i < kChains; i++) {
            vf v = F32::load(x + c + i * L);
            most[i] = max_keep(v, most[i]);
            zero[i] = fma(v, splat(0.0f), zero[i]);
        }
    wild += (zero[0] + zero[1]) + (zero[2] + zero[3]);
    float lanes[L], top = -__builtin_inff();
    store_raw(lanes, max_keep(max_keep(most[0], most[1]), max_keep(most[2], most[3])));
    for (int i = 0; i < L; i++) top = lanes[i] > top ? lanes[i] : top;
    for (; c < n; c++) {
        top = x[c] > top ? x[c] : top;
        wild += splat(x[c] * 0.0f);
    }
    return top;
}

// One reading from memory: only the stretch that holds the best, still in the first cache's reach, is looked through again.
inline void argmax_row(const float* x, int64_t n, int64_t* best, bool* is_finite) {
    float top = -__builtin_inff();
    int64_t from = 0;
    vf wild = splat(0.0f);
    for (int64_t c = 0; c < n; c += kStretch) {
        float most = stretch_max(x + c, least(kStretch, n - c), wild);
        if (most > top) top = most, from = c;
    }
    int64_t i = from, end = least(from + kStretch, n);
    while (i < end && x[i] != top) i++;
    *best = i < end ? i : from;
    *is_finite = lane_sum(wild) == 0.0f;
}

inline void argmax_rows(const quire::ArgmaxArgs& a) {
    parallel(a.rows, double(a.rows) * double(a.cols) * 0.05, [&](int64_t r) {
        argmax_row(a.x + r * a.x_stride, a.cols, a.best + r, a.is_finite + r);
    });
}

}  // namespace
