// Ops on rows: norms, rotary embedding with the write to the cache, and pointwise functions.
#pragma once
#include "cache.h"
#include "kernels.h"
#include "lanes.h"

namespace {

constexpr double kNanosPerElement = 0.25;

// ---- norms -----------------------------------------------------------------------------------------------------------------

template <class S> QUIRE_INLINE void add_in_place(typename S::T* residual, const typename S::T* x, int64_t d) {
    for_columns(d, [&](int64_t c, auto part) {
        part.template store<S>(residual + c, part.template load<S>(residual + c) + part.template load<S>(x + c));
    });
}

// The sum of term(value) over a row: lane sums of one chain for each lane.
template <class S, class Term> QUIRE_INLINE float row_sum(const typename S::T* x, int64_t d, Term term) {
    vf a = splat(0.0f), b = a, c4 = a, e = a;
    int64_t c = 0;
    for (; c + 4 * L <= d; c += 4 * L) {                   // four chains hide the latency of the additions
        a = term(S::load(x + c), a);
        b = term(S::load(x + c + L), b);
        c4 = term(S::load(x + c + 2 * L), c4);
        e = term(S::load(x + c + 3 * L), e);
    }
    for (; c + L <= d; c += L) a = term(S::load(x + c), a);
    float sum = lane_sum((a + b) + (c4 + e));
    for (; c < d; c++) {                                   // lanes beyond the row would not be zero after term()
        typename S::T lanes[L] = {};
        lanes[0] = x[c];
        vf only = term(S::load(lanes), splat(0.0f));
        sum += only[0];
    }
    return sum;
}

template <class S> inline void rms_row(const typename S::T* x, const quire::NormArgs& a, typename S::T* y) {
    const typename S::T* weight = (const typename S::T*)a.weight;
    float squares = row_sum<S>(x, a.d, [](vf v, vf sum) { return fma(v, v, sum); });
    vf scale = splat(1.0f / __builtin_sqrtf(squares / float(a.d) + a.eps));
    for_columns(a.d, [&](int64_t c, auto part) {
        vf v = part.template load<S>(x + c) * scale * part.template load<S>(weight + c);
        part.template store<S>(y + c, v);
    });
}

template <class S> inline void layer_row(const typename S::T* x, const quire::NormArgs& a, typename S::T* y) {
    const typename S::T *weight = (const typename S::T*)a.weight, *bias = (const typename S::T*)a.bias;
    vf mean = splat(row_sum<S>(x, a.d, [](vf v, vf sum) { return sum + v; }) / float(a.d));
    float squares = row_sum<S>(x, a.d, [mean](vf v, vf sum) { vf u = v - mean; return fma(u, u, sum); });
    vf scale = splat(1.0f / __builtin_sqrtf(squares / float(a.d) + a.eps));
    for_columns(a.d, [&](int64_t c, auto part) {
        vf v = (part.template load<S>(x + c) - mean) * scale;
        if (weight) v = v * part.template load<S>(weight + c);
        if (bias) v = v + part.template load<S>(bias + c);
        part.template store<S>(y + c, v);
    });
}

template <class S> void norm(const quire::NormArgs& a) {
    typedef typename S::T T;
    const int64_t rows = a.rows * a.inner, per_task = per_task_of(rows, 64);
    parallel(ceil_div(rows, per_task), double(rows) * double(a.d) * kNanosPerElement * 2, [&](int64_t task) {
        for (int64_t r = task * per_task; r < least(rows, (task + 1) * per_task); r++) {
            int64_t outer = r / a.inner, head = r % a.inner;
            const T* x = (const T*)a.x + outer * a.x_stride + head * a.x_inner;
            T* y = (T*)a.y + outer * a.y_stride + head * a.y_inner;
            if (a.residual) {
                T* residual = (T*)a.residual + outer * a.residual_stride;
                add_in_place<S>(residual, x, a.d);
                x = residual;
            }
            if (a.is_layer_norm) layer_row<S>(x, a, y);
            else rms_row<S>(x, a, y);
        }
    });
}

// ---- rotary embedding ------------------------------------------------------------------------------------------------------

template <class S>
QUIRE_INLINE void rotate(const typename S::T* x, const float* cos_sin, int64_t rot, int64_t d, typename S::T* y) {
    const int64_t half = rot / 2;
    for_columns(half, [&](int64_t c, auto part) {
        vf cos = part.template load<F32>(cos_sin + c), sin = part.template load<F32>(cos_sin + half + c);
        vf a = part.template load<S>(x + c), b = part.template load<S>(x + half + c);
        part.template store<S>(y + c, a * cos - b * sin);
        part.template store<S>(y + half + c, b * cos + a * sin);
    });
    if (x != y) __builtin_memcpy(y + rot, x + rot, size_t(d - rot) * sizeof(*x));
}

template <class S> void rope(const quire::RopeArgs& a) {
    typedef typename S::T T;
    const int64_t per_task = per_task_of(a.tokens, 64), d = a.cache.d, kv_heads = a.cache.kv_heads;
    const double nanos = double(a.tokens) * double((a.heads + 16 * kv_heads) * d) * kNanosPerElement;    // K is scattered
    const WriteRows write = kWriteRows[a.cache.dtype];
    parallel(ceil_div(a.tokens, per_task), nanos, [&](int64_t task) {
        T turned[kRowFloats];
        float k_row[kRowFloats], v_row[kRowFloats];
        for (int64_t t = task * per_task; t < least(a.tokens, (task + 1) * per_task); t++) {
            const float* cos_sin = a.cos_sin ? a.cos_sin + a.positions[t] * a.rot : nullptr;
            T* q = (T*)a.q + t * a.q_stride;
            if (cos_sin) for (int64_t h = 0; h < a.heads; h++) rotate<S>(q + h * d, cos_sin, a.rot, d, q + h * d);
        }
        for (int64_t h = 0; h < kv_heads; h++)             // tokens of a group touch the same lines: head by head they stay near
            for (int64_t t = task * per_task; t < least(a.tokens, (task + 1) * per_task); t++) {
                if (a.slots[t] < 0) continue;
                const T* k = (const T*)a.k + t * a.k_stride + h * d;
                if (a.cos_sin) rotate<S>(k, a.cos_sin + a.positions[t] * a.rot, a.rot, d, turned);
                widen<S>(a.cos_sin ? turned : k, d, k_row);
                widen<S>((const T*)a.v + t * a.v_stride + h * d, d, v_row);
                write(a.cache, a.slots[t], h, k_row, v_row);
            }
    });
}

// ---- pointwise -------------------------------------------------------------------------------------------------------------

// body(row, first column, columns) over pieces of rows, so that one long row is shared too.
template <class Body> inline void over_pieces(int64_t rows, int64_t cols, double nanos_per_element, const Body& body) {
    const int64_t piece = 2048, per_row = ceil_div(cols, piece), pieces = rows * per_row, per_task = per_task_of(pieces, 64);
    parallel(ceil_div(pieces, per_task), double(rows) * double(cols) * nanos_per_element, [&](int64_t task) {
        for (int64_t i = task * per_task; i < least(pieces, (task + 1) * per_task); i++) {
            int64_t c = i % per_row * piece;
            body(i / per_row, c, least(piece, cols - c));
        }
    });
}

template <class S, class Function> inline void unary(const quire::UnaryArgs& a, double nanos, Function function) {
    typedef typename S::T T;
    over_pieces(a.rows, a.cols, nanos, [&](int64_t row, int64_t c0, int64_t count) {
        const T* x = (const T*)a.x + row * a.x_stride + c0;
        T* y = (T*)a.y + row * a.y_stride + c0;
        for_columns(count, [&](int64_t c, auto part) { part.template store<S>(y + c, function(part.template load<S>(x + c))); });
    });
}

template <class S, class Function>
inline void binary(const quire::UnaryArgs& a, const void* b, int64_t b_stride, double nanos, Function function) {
    typedef typename S::T T;
    over_pieces(a.rows, a.cols, nanos, [&](int64_t row, int64_t c0, int64_t count) {
        const T *x = (const T*)a.x + row * a.x_stride + c0, *z = (const T*)b + row * b_stride + c0;
        T* y = (T*)a.y + row * a.y_stride + c0;
        for_columns(count, [&](int64_t c, auto part) {
            part.template store<S>(y + c, function(part.template load<S>(x + c), part.template load<S>(z + c)));
        });
    });
}

template <class S> void silu_mul(const quire::UnaryArgs& a) {
    const void* up = (const typename S::T*)a.x + a.cols;
    binary<S>(a, up, a.x_stride, 0.6, [](vf gate, vf other) { return gate * sigmoid_lanes(gate) * other; });
}
template <class S> void relu(const quire::UnaryArgs& a) {
    unary<S>(a, 0.2, [](vf v) { return select(v < splat(0.0f), splat(0.0f), v); });
}
template <class S> void gelu(const quire::UnaryArgs& a) {
    unary<S>(a, 1.0, [](vf v) {
        vf z = v * splat(0.70710678f), tail = erfc_lanes(max_keep(-z, z));       // of |z|: z > 0 is mirrored
        return splat(0.5f) * v * select(z > splat(0.0f), splat(2.0f) - tail, tail);
    });
}
template <class S> void gelu_tanh(const quire::UnaryArgs& a) {
    unary<S>(a, 0.6, [](vf v) {
        vf u = v * fma(v * v, splat(0.0356774081f), splat(0.7978845608f));       // sqrt(2 / pi) (v + 0.044715 v^3)
        return v * sigmoid_lanes(u + u);                                         // (1 + tanh u) / 2
    });
}
template <class S> void add(const quire::UnaryArgs& a) {
    binary<S>(a, a.b, a.b_stride, 0.3, [](vf v, vf other) { return v + other; });
}

}  // namespace
