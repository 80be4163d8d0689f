// Causal attention over the paged cache, for any mix of chunks and single tokens.
//
// The keys of a row, a (token, head) pair, are walked in blocks of 64 positions counted from position 0, whatever the size of a
// cache block, the chunk or the batch. Within a block: all scores, with positions in the lanes; their maximum; the rescaling of
// what was summed so far; then values in the order of positions, with columns in the lanes. The online softmax begins anew at
// every kKeyRange positions and the results of the ranges are merged in order, so that other threads may compute the ranges of a
// long context. None of this depends on anything but the row's own position and the sizes of the model.
//
// A row reads its own positions only: a lane beyond them is masked, and the other half of a pair is cleared before it is
// multiplied. So what stands in later slots, even a not-a-number, cannot reach it.
#pragma once
#include "cache.h"
#include "kernels.h"
#include "lanes.h"
#include "pool.h"

namespace {

constexpr int kBlock = int(quire::kKeyBlock);
constexpr int kGroups = kBlock / kGroup, kVectors = kBlock / L;
constexpr int kTileRows = 24;                    // rows that walk the keys together
constexpr int kMicroRows = L == 16 ? 12 : 4;     // most rows at once in registers
constexpr int key_vectors(int rows) { return rows > (L == 16 ? 6 : 2) ? 2 : 4; }
constexpr int value_vectors(int rows) {
    if (L == 16) return rows <= 2 ? 8 : rows <= 6 ? 4 : 2;
    return rows == 1 ? 8 : rows == 2 ? 4 : 2;
}
static_assert(quire::kKeyRange % kBlock == 0 && kBlock % kGroup == 0 && kGroup % L == 0, "ranges of blocks of groups");

// ---- how rows meet keys and values -----------------------------------------------------------------------------------------

// Scores and values are sums over steps of X, one row's part, times Weights, L lanes of K or V. A Lane is a number of X as it
// lies in memory, in the order of columns or positions; put writes lanes and returns what they hold.
template <class S> struct Meeting {              // float32, float16
    typedef typename S::T T;
    typedef float Lane;
    typedef float X;
    typedef vf Weights;
    typedef vf Sum;
    static constexpr bool kIsWhole = false;      // whole numbers: sums are exact, in any order
    static QUIRE_INLINE Weights load(const T* p) { return S::load(p); }
    static QUIRE_INLINE vf step(X x, Weights w, vf sum) { return fma(splat(x), w, sum); }
    static QUIRE_INLINE vf put(Lane* p, vf v) { store_raw(p, v); return v; }
};

#if defined(QUIRE_ISA_BF16)
// q and the weights are rounded to bfloat16, subnormal values count as zero. The sum that divides in the end is of the rounded
// weights, so that together they weigh 1: what rounding them adds is a fifth of what rounding the result to bfloat16 does.
template <> struct Meeting<BF16> {
    typedef uint16_t T;
    typedef uint16_t Lane;
    typedef uint32_t X;
    typedef vf Weights;                          // pairs
    typedef vf Sum;
    static constexpr bool kIsWhole = false;
    static QUIRE_INLINE Weights load(const T* p) { return load_raw<vf>(p); }
    static QUIRE_INLINE Weights load_last(const T* p) { return (vf)__builtin_convertvector(load_raw<vh>(p), vu); }
    static QUIRE_INLINE Weights first(Weights w) { return (vf)((vu)w & 0xffffu); }
    static QUIRE_INLINE Weights second(Weights w) { return (vf)((vu)w & 0xffff0000u); }
    static QUIRE_INLINE vf step(X x, Weights w, vf sum) {
        return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_epi32(int(x)), (__m512bh)w);
    }
    static QUIRE_INLINE vf put(Lane* p, vf v) {
        vh half = (vh)_mm512_cvtneps_pbh((__m512)v);
        store_raw(p, half);
        return (vf)(__builtin_convertvector(half, vu) << 16);
    }
};
#else
template <> struct Meeting<BF16> {               // pairs taken apart, everything in float32
    typedef uint16_t T;
    typedef float Lane;
    struct X { float first, second; };
    struct Weights { vf first, second; };
    typedef vf Sum;
    static constexpr bool kIsWhole = false;
    static QUIRE_INLINE Weights load(const T* p) {
        vu pairs = load_raw<vu>(p);
        return {(vf)(pairs << 16), (vf)(pairs & 0xffff0000u)};
    }
    static QUIRE_INLINE Weights load_last(const T* p) { return {BF16::load(p), splat(0.0f)}; }
    static QUIRE_INLINE Weights first(Weights w) { return {w.first, splat(0.0f)}; }
    static QUIRE_INLINE Weights second(Weights w) { return {splat(0.0f), w.second}; }
    static QUIRE_INLINE vf step(X x, Weights w, vf sum) {
        return fma(splat(x.second), w.second, fma(splat(x.first), w.first, sum));
    }
    static QUIRE_INLINE vf put(Lane* p, vf v) { store_raw(p, v); return v; }
};
#endif

constexpr float kMost16 = 32767.0f;              // of an int16
template <> struct Meeting<I8> {                 // q and the weights as int16 with a scale for each row: exact sums of int32
    typedef int8_t T;
    typedef uint16_t Lane;
    typedef uint32_t X;
    typedef vi Weights;                          // pairs of int16
    typedef vi Sum;
    static constexpr bool kIsWhole = true;
    static QUIRE_INLINE Weights load(const T* p) {
        typedef int8_t bytes __attribute__((vector_size(2 * L)));
        typedef int16_t words __attribute__((vector_size(4 * L)));
        return (vi)__builtin_convertvector(load_raw<bytes>(p), words);
    }
    static QUIRE_INLINE Weights load_last(const T* p) {
        typedef int8_t bytes __attribute__((vector_size(L)));
        return __builtin_convertvector(load_raw<bytes>(p), vi) & 0xffff;
    }
    static QUIRE_INLINE vi step(X x, Weights w, vi sum) {
#if defined(QUIRE_ISA_AVX512) && defined(__AVX512VNNI__)
        return (vi)_mm512_dpwssd_epi32((__m512i)sum, _mm512_set1_epi32(int(x)), (__m512i)w);
#elif defined(QUIRE_ISA_AVX512)
        return sum + (vi)_mm512_madd_epi16(_mm512_set1_epi32(int(x)), (__m512i)w);
#elif defined(QUIRE_ISA_AVX2)
        return sum + (vi)_mm256_madd_epi16(_mm256_set1_epi32(int(x)), (__m256i)w);
#else
        return sum + (w << 16 >> 16) * int(int16_t(x)) + (w >> 16) * int(int16_t(x >> 16));
#endif
    }
    static QUIRE_INLINE vf put(Lane* p, vf v) {  // v within an int16
        vi whole = (vi)(v + splat(0x1.8p23f));   // adding it rounds; the low bits are the whole number
        store_raw(p, __builtin_convertvector((vu)whole, vh));
        return v;
    }
};

// ---- where things lie ------------------------------------------------------------------------------------------------------

template <class S> struct Keys {                 // 64 positions of one key-value head, in groups of 16
    const typename S::T *k[kGroups], *v[kGroups];
    alignas(64) float k_scale[kBlock], v_scale[kBlock];
};

// What the softmax of some rows has summed: for each row its values (width), the sum of its weights in L lanes, its maximum.
struct State {
    float* rows;
    int64_t width;
    int64_t stride() const { return width + 2 * L; }
    float* acc(int64_t r) const { return rows + r * stride(); }
    float* sum(int64_t r) const { return acc(r) + width; }
    float& max(int64_t r) const { return sum(r)[L]; }
    void clear(int64_t count) const {
        for (int64_t r = 0; r < count; r++) {
            for (int64_t c = 0; c < width + L; c += L) F32::store(acc(r) + c, splat(0.0f));
            max(r) = -__builtin_inff();
        }
    }
};

template <class S> struct Rows {                 // rows that walk together: row = token * group + head within the group
    const quire::AttentionArgs& a;
    const int32_t* table;
    int64_t head, count, steps;                  // key-value head; steps of d
    typename Meeting<S>::X* q;                   // for each micro tile of R rows (steps, R)
    float* score;                                // (kMicroRows, kBlock)
    typename Meeting<S>::Lane* weight;           // (kMicroRows, kBlock)
    typename S::T* gathered;                     // K and V of a block where cache blocks have no groups
    int64_t from[kTileRows], to[kTileRows];      // positions that each row reads
    float unit[kTileRows];                       // of q, where it is whole numbers
};

template <class S> struct Micro {                // the rows of a micro tile, from `row` on, at one block of keys
    const Keys<S>& keys;
    const Keys<S>& next;                         // what comes after, or the same
    const Rows<S>& rows;
    const State& state;
    int64_t row;
    float* unit;                                 // of each row's weights, where they are whole numbers
};

struct Span { int64_t from, to; };               // positions of a row within a block of 64; empty if to <= from

template <int N> struct Number { static constexpr int value = N; };

// body(Number<R>, first row) for micro tiles of as many rows as still fit
template <class Body> QUIRE_INLINE void for_micro_tiles(int64_t count, Body body) {
    int64_t r = 0;
    for (; r + kMicroRows <= count; r += kMicroRows) body(Number<kMicroRows>{}, r);
    if constexpr (kMicroRows > 4) if (r + 6 <= count) body(Number<6>{}, r), r += 6;
    if (kMicroRows > 4 && r + 4 <= count) body(Number<4>{}, r), r += 4;
    if (kMicroRows > 4 && r + 3 <= count) body(Number<3>{}, r), r += 3;
    if (r + 2 <= count) body(Number<2>{}, r), r += 2;
    if (r < count) body(Number<1>{}, r);
}

// Positions first .. first + known of the sequence
template <class S> inline void find_keys(const Rows<S>& rows, int64_t first, int64_t known, Keys<S>& keys) {
    typedef typename S::T T;
    const quire::Cache& cache = rows.a.cache;
    for (int64_t p = 0; p < known; p += kGroup) {
        const int64_t block = rows.table[(first + p) / cache.block_size], offset = (first + p) % cache.block_size;
        const int64_t place = row_place(cache, rows.head, offset), g = p / kGroup;
        keys.k[g] = (const T*)cache.k + block * cache.k_block + place;
        keys.v[g] = (const T*)cache.v + block * cache.v_block + place;
        if (!cache.scales) continue;
        const float* scale = scale_place(cache, block, rows.head, offset);
        __builtin_memcpy(keys.k_scale + p, scale, kGroup * 4);
        __builtin_memcpy(keys.v_scale + p, scale + cache.block_size, kGroup * 4);
    }
    for (int64_t g = ceil_div(known, kGroup); g < kGroups; g++) keys.k[g] = keys.k[0], keys.v[g] = keys.v[0];
}

// The same where blocks have no groups: they are made here.
template <class S> inline __attribute__((noinline))
void gather_keys(const Rows<S>& rows, int64_t first, int64_t known, Keys<S>& keys) {
    typedef typename S::T T;
    const quire::Cache& cache = rows.a.cache;
    T *k = rows.gathered, *v = k + kBlock * cache.d;
    for (int64_t p = 0; p < known; p++) {
        const int64_t block = rows.table[(first + p) / cache.block_size], offset = (first + p) % cache.block_size;
        const int64_t place = row_place(cache, rows.head, offset), group = p / kGroup * kGroup * cache.d;
        place_key<S>((const T*)cache.k + block * cache.k_block + place, cache.d, p % kGroup, k + group);
        place_value<S>((const T*)cache.v + block * cache.v_block + place, cache.d, p % kGroup, v + group);
        if (!cache.scales) continue;
        const float* scale = scale_place(cache, block, rows.head, offset);
        keys.k_scale[p] = scale[0], keys.v_scale[p] = scale[cache.block_size];
    }
    for (int64_t g = 0; g < kGroups; g++) {
        keys.k[g] = k + g * kGroup * cache.d;
        keys.v[g] = v + g * kGroup * cache.d;
    }
}

// ---- scores ----------------------------------------------------------------------------------------------------------------

// R rows against V vectors of positions. V of the same groups is asked for on the way.
template <class S, int R, int V> QUIRE_INLINE void score_vectors(const Micro<S>& m, int first) {
    typedef Meeting<S> M;
    const Keys<S>& keys = m.keys;
    const Rows<S>& rows = m.rows;
    constexpr int depth = kDepth<S>;
    const typename S::T *k[V], *ask[V];
    typename M::Sum sum[R][V];
#pragma GCC unroll 16
    for (int v = 0; v < V; v++) {
        const int p = (first + v) * L;
        k[v] = keys.k[p / kGroup] + p % kGroup * depth;
        ask[v] = keys.v[p / kGroup] + p % kGroup * depth;
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; r++)
#pragma GCC unroll 16
        for (int v = 0; v < V; v++) sum[r][v] = typename M::Sum{};
    const typename M::X* x = rows.q + m.row * rows.steps;
    const int64_t d = rows.a.cache.d, whole = d / depth;
    for (int64_t s = 0; s < whole; s++, x += R) {
        typename M::Weights w[V];
#pragma GCC unroll 16
        for (int v = 0; v < V; v++) {
            __builtin_prefetch(ask[v] + s * (kGroup * depth), 0, 2);
            w[v] = M::load(k[v] + s * (kGroup * depth));
        }
#pragma GCC unroll 16
        for (int r = 0; r < R; r++)
#pragma GCC unroll 16
            for (int v = 0; v < V; v++) sum[r][v] = M::step(x[r], w[v], sum[r][v]);
    }
    if constexpr (depth == 2)
        if (d % 2)                                           // the last column has no partner
#pragma GCC unroll 16
            for (int v = 0; v < V; v++) {
                const int p = (first + v) * L;
                typename M::Weights w = M::load_last(keys.k[p / kGroup] + (d - 1) * kGroup + p % kGroup);
#pragma GCC unroll 16
                for (int r = 0; r < R; r++) sum[r][v] = M::step(x[r], w, sum[r][v]);
            }
#pragma GCC unroll 16
    for (int r = 0; r < R; r++)
#pragma GCC unroll 16
        for (int v = 0; v < V; v++) {
            float* score = rows.score + r * kBlock + (first + v) * L;
            if constexpr (M::kIsWhole) store_raw(score, __builtin_convertvector(sum[r][v], vf));
            else store_raw(score, sum[r][v]);
        }
}

// ---- softmax ---------------------------------------------------------------------------------------------------------------

QUIRE_INLINE float lane_max(vf v) {
#if defined(QUIRE_ISA_AVX512)
    return _mm512_reduce_max_ps((__m512)v);
#else
    float most = v[0];
    for (int i = 1; i < L; i++) most = v[i] > most ? v[i] : most;
    return most;
#endif
}

// What shrinks a sum made below one maximum when it comes below another. -infinity: nothing, or nothing finite, was seen.
inline float shrinking(float old, float max) {
    return old == max ? 1.0f : exp_lanes(splat(old - max))[0];
}
inline float level(float max) { return max == -__builtin_inff() ? 0.0f : max; }

QUIRE_INLINE void shrink_row(const State& state, int64_t r, float factor) {
    if (factor == 1.0f) return;
    for (int64_t c = 0; c < state.width + L; c += L) F32::store(state.acc(r) + c, F32::load(state.acc(r) + c) * splat(factor));
}

// The scores of row i of the micro tile become weights, and what it summed before shrinks. Returns the unit of the weights.
template <class S> QUIRE_INLINE float soften(const Micro<S>& m, int i, Span span) {
    typedef Meeting<S> M;
    const quire::AttentionArgs& a = m.rows.a;
    const State& state = m.state;
    const int64_t row = m.row + i;
    const float* score = m.rows.score + i * kBlock;
    typename M::Lane* weight = m.rows.weight + i * kBlock;
    const vf scale = splat(M::kIsWhole ? a.scale * m.rows.unit[row] : a.scale), nothing = splat(-__builtin_inff());
    vf s[kVectors], most = nothing;
#pragma GCC unroll 16
    for (int j = 0; j < kVectors; j++) {
        s[j] = load_raw<vf>(score + j * L) * scale;
        if constexpr (M::kIsWhole) s[j] = s[j] * load_raw<vf>(m.keys.k_scale + j * L);
    }
    if (a.soft_cap != 0.0f) {                                // cap tanh(s / cap), tanh u = 2 sigmoid(2 u) - 1
        const vf twice = splat(2.0f / a.soft_cap), cap = splat(a.soft_cap), two = splat(2.0f * a.soft_cap);
        for (int j = 0; j < kVectors; j++) s[j] = sigmoid_lanes(s[j] * twice) * two - cap;
    }
    if (span.from > 0 || span.to < kBlock) {
        vi place;
        for (int lane = 0; lane < L; lane++) place[lane] = lane;
        for (int j = 0; j < kVectors; j++, place += L)
            s[j] = select((place >= int(span.from)) & (place < int(span.to)), s[j], nothing);
    }
#pragma GCC unroll 16
    for (int j = 0; j < kVectors; j++) most = max_keep(s[j], most);
    const float old = state.max(row), top = lane_max(most), max = old > top ? old : top;
    const vf shift = splat(level(max));
    vf sum = splat(0.0f);
    float unit = 1.0f;
    if constexpr (M::kIsWhole) {
        most = sum;
        for (int j = 0; j < kVectors; j++) {
            const vf p = exp_lanes(s[j] - shift), with_scale = p * load_raw<vf>(m.keys.v_scale + j * L);
            s[j] = select(p > splat(0.0f), with_scale, splat(0.0f));
            sum = sum + fma(s[j], splat(0.0f), p);           // a scale that is not a number must show
            most = max_keep(s[j], most);
        }
        unit = lane_max(most) / kMost16;
        const vf whole = splat(unit > 0.0f ? 1.0f / unit : 0.0f);
        for (int j = 0; j < kVectors; j++) M::put(weight + j * L, min_keep(splat(kMost16), s[j] * whole));
    } else {
#pragma GCC unroll 16
        for (int j = 0; j < kVectors; j++) sum = sum + M::put(weight + j * L, exp_lanes(s[j] - shift));
    }
    shrink_row(state, row, shrinking(old, max));
    state.max(row) = max;
    F32::store(state.sum(row), F32::load(state.sum(row)) + sum);
    return unit;
}

// ---- values ----------------------------------------------------------------------------------------------------------------

// Which positions of a pair take part
struct Both {
    static constexpr bool kIsEdge = false;
    template <class M> static QUIRE_INLINE typename M::Weights of(typename M::Weights w) { return w; }
};
struct First {
    static constexpr bool kIsEdge = true;
    template <class M> static QUIRE_INLINE typename M::Weights of(typename M::Weights w) { return M::first(w); }
};
struct Second {
    static constexpr bool kIsEdge = true;
    template <class M> static QUIRE_INLINE typename M::Weights of(typename M::Weights w) { return M::second(w); }
};

template <class S> QUIRE_INLINE typename Meeting<S>::Weights load_values(const typename S::T* p, Whole) {
    return Meeting<S>::load(p);
}
template <class S> QUIRE_INLINE typename Meeting<S>::Weights load_values(const typename S::T* p, Some part) {
    typename S::T lanes[L * kDepth<S>] = {};
    __builtin_memcpy(lanes, p, size_t(part.n) * sizeof(lanes[0]) * kDepth<S>);
    return Meeting<S>::load(lanes);
}

// acc += weights x values for R rows from row i of the micro tile on, steps [from, to), V vectors of columns from c on. The keys
// of the next block are asked for on the way.
template <class S, int R, int V, class Half, class Part>
QUIRE_INLINE void add_values(const Micro<S>& m, int i, int64_t from, int64_t to, int64_t c, Part part) {
    typedef Meeting<S> M;
    constexpr int depth = kDepth<S>, steps = kGroup / depth;
    const int64_t d = m.rows.a.cache.d, row = m.row + i;
    const State& state = m.state;
    typename M::Sum sum[R][V];
#pragma GCC unroll 16
    for (int r = 0; r < R; r++)
#pragma GCC unroll 16
        for (int v = 0; v < V; v++) {
            if constexpr (M::kIsWhole) sum[r][v] = vi{};
            else sum[r][v] = F32::load(state.acc(row + r) + c + v * L);
        }
    const typename M::Lane* weight = m.rows.weight + i * kBlock;
    for (int64_t s = from; s < to; s++) {
        const int64_t place = (s % steps * d + c) * depth;
        const typename S::T *p = m.keys.v[s / steps] + place, *ask = m.next.k[s / steps] + place;
        typename M::Weights w[V];
#pragma GCC unroll 16
        for (int v = 0; v < V; v++) {
            __builtin_prefetch(ask + v * L * depth, 0, 2);
            w[v] = Half::template of<M>(load_values<S>(p + v * L * depth, part));
        }
#pragma GCC unroll 16
        for (int r = 0; r < R; r++) {
            const typename M::X x = load_raw<typename M::X>(weight + r * kBlock + s * depth);
#pragma GCC unroll 16
            for (int v = 0; v < V; v++) sum[r][v] = M::step(x, w[v], sum[r][v]);
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
        if constexpr (M::kIsWhole) if (m.unit[i + r] == 0.0f) continue;      // nothing to add
#pragma GCC unroll 16
        for (int v = 0; v < V; v++) {
            float* acc = state.acc(row + r) + c + v * L;
            if constexpr (M::kIsWhole) {
                const vf whole = __builtin_convertvector(sum[r][v], vf);
                F32::store(acc, fma(whole, splat(m.unit[i + r]), F32::load(acc)));
            } else {
                F32::store(acc, sum[r][v]);
            }
        }
    }
}

template <class S, int R, class Half = Both>
inline void add_columns(const Micro<S>& m, int i, int64_t from, int64_t to) {
    if (to <= from) return;
    constexpr int wide = Half::kIsEdge ? 1 : value_vectors(R);
    const int64_t d = m.rows.a.cache.d;
    int64_t c = 0;
    auto add = [&](auto vectors, auto part) {
        constexpr int V = decltype(vectors)::value;
        add_values<S, R, V, Half>(m, i, from, to, c, part);
        c += V * L;
    };
    while (c + wide * L <= d) add(Number<wide>{}, Whole{});
    if constexpr (wide > 4) while (c + 4 * L <= d) add(Number<4>{}, Whole{});
    if constexpr (wide > 1) while (c + L <= d) add(Number<1>{}, Whole{});
    if (c < d) add(Number<1>{}, Some{d - c});
}

// R rows over the positions of a span: pairs, and at either end the half of one
template <class S, int R> inline void add_span(const Micro<S>& m, int i, Span span) {
    if constexpr (kDepth<S> == 1) {
        add_columns<S, R>(m, i, span.from, span.to);
    } else if (span.from < span.to) {
        const int64_t first = span.from / 2, last = span.to / 2;
        if (span.from % 2) add_columns<S, R, Second>(m, i, first, first + 1);
        add_columns<S, R>(m, i, first + span.from % 2, last);
        if (span.to % 2) add_columns<S, R, First>(m, i, last, last + 1);
    }
}

// Each row over its own span; neighbours that have the same, as the heads of a token do, go together.
template <class S, int R> inline void add_spans(const Micro<S>& m, const Span (&span)[R]) {
    auto is_same = [&](int a, int b) { return span[a].from == span[b].from && span[a].to == span[b].to; };
    for (int r = 0, n; r < R; r += n) {
        for (n = 1; n < 4 && r + n < R && is_same(r, r + n);) n++;
        if constexpr (R > 3) if (n == 4) add_span<S, 4>(m, r, span[r]);
        if constexpr (R > 2) if (n == 3) add_span<S, 3>(m, r, span[r]);
        if constexpr (R > 1) if (n == 2) add_span<S, 2>(m, r, span[r]);
        if (n == 1) add_span<S, 1>(m, r, span[r]);
    }
}

// ---- a block, a range, all of it -------------------------------------------------------------------------------------------

// R rows meet 64 positions from `first` on, of which `known` are known
template <class S, int R> inline __attribute__((noinline)) void meet(const Micro<S>& m, int64_t first, int64_t known) {
    constexpr int depth = kDepth<S>, V = key_vectors(R);
    const Rows<S>& rows = m.rows;
    const int64_t row = m.row;
    Span span[R], any = {kBlock, 0}, all = {0, kBlock};
    for (int r = 0; r < R; r++) {
        span[r] = {rows.from[row + r] > first ? rows.from[row + r] - first : 0, least(kBlock, rows.to[row + r] - first)};
        if (span[r].from > all.from) all.from = span[r].from;
        if (span[r].to < all.to) all.to = span[r].to;
        if (span[r].to <= span[r].from) continue;
        any = {least(any.from, span[r].from), span[r].to > any.to ? span[r].to : any.to};
    }
    if (any.to <= any.from) return;
    for (int v = 0; v * L < known; v += V) score_vectors<S, R, V>(m, v);
    for (int r = 0; r < R; r++) {
        m.unit[r] = 0.0f;                                    // of a row that sees none of the block: adds nothing
        if (span[r].from < span[r].to) m.unit[r] = soften(m, r, span[r]);
    }
    if constexpr (Meeting<S>::kIsWhole) {                    // exact, and a weight of 0 adds 0: all rows take all steps
        add_columns<S, R>(m, 0, any.from / depth, ceil_div(any.to, depth));
    } else {
        all = {ceil_div(all.from, depth) * depth, all.to > 0 ? all.to / depth * depth : 0};
        if (all.to < all.from) all = {kBlock, kBlock};
        Span before[R], after[R];
        for (int r = 0; r < R; r++) {
            before[r] = {span[r].from, least(span[r].to, all.from)};
            after[r] = {span[r].from > all.to ? span[r].from : all.to, span[r].to};
        }
        add_spans<S, R>(m, before);
        add_columns<S, R>(m, 0, all.from / depth, all.to / depth);
        add_spans<S, R>(m, after);
    }
}

// All rows over the positions of one range, into a state that holds nothing yet
template <class S> inline void walk(const Rows<S>& rows, const State& state, int64_t range) {
    const int64_t start = range * quire::kKeyRange;
    const int64_t from = rows.from[0], last = least(rows.to[rows.count - 1], start + quire::kKeyRange);      // in order of tokens
    int64_t first = from > start ? from / kBlock * kBlock : start;
    state.clear(rows.count);
    const bool groups = has_groups(rows.a.cache);
    auto find = [&](int64_t at, Keys<S>& keys) {
        if (groups) find_keys<S>(rows, at, least(kBlock, last - at), keys);
        else gather_keys<S>(rows, at, least(kBlock, last - at), keys);
    };
    Keys<S> both[2];
    int now = 0;
    if (first < last) find(first, both[now]);
    for (; first < last; first += kBlock) {
        const Keys<S>& keys = both[now];
        const bool is_last = first + kBlock >= last;
        if (groups && !is_last) find(first + kBlock, both[1 - now]);
        const Keys<S>& next = groups && !is_last ? both[1 - now] : keys;
        for_micro_tiles(rows.count, [&](auto number, int64_t row) {
            float unit[kMicroRows];
            meet<S, decltype(number)::value>({keys, next, rows, state, row, unit}, first, least(kBlock, last - first));
        });
        if (!groups && !is_last) find(first + kBlock, both[1 - now]);
        now = 1 - now;
    }
}

// total += part, for a row of each
inline void merge_row(const State& total, int64_t t, const State& part, int64_t p) {
    const float a = total.max(t), b = part.max(p), max = a > b ? a : b;
    const vf ours = splat(shrinking(a, level(max))), theirs = splat(shrinking(b, level(max)));
    for (int64_t c = 0; c < total.width + L; c += L)
        F32::store(total.acc(t) + c, fma(F32::load(part.acc(p) + c), theirs, F32::load(total.acc(t) + c) * ours));
    total.max(t) = max;
}
inline void copy_row(const State& total, int64_t t, const State& part, int64_t p) {
    __builtin_memcpy(total.acc(t), part.acc(p), size_t(total.stride()) * sizeof(float));
}

inline void finish_row(const quire::AttentionArgs& a, int64_t token, int64_t head, const State& state, int64_t r) {
    const int64_t d = a.cache.d, at = token * a.y_stride + head * d;
    const vf sum = splat(lane_sum(F32::load(state.sum(r))));
    for_columns(d, [&](int64_t c, auto part) {
        const vf y = F32::load(state.acc(r) + c) / sum;
        if (a.dtype == quire::kFloat32) part.template store<F32>((float*)a.y + at + c, y);
        else if (a.dtype == quire::kBfloat16) part.template store<BF16>((uint16_t*)a.y + at + c, y);
        else part.template store<F16>((uint16_t*)a.y + at + c, y);
    });
}

// ---- tasks -----------------------------------------------------------------------------------------------------------------

constexpr int64_t kAllRanges = -1;
struct Task {                                    // rows row0 .. row0 + count of one sequence and key-value head
    int64_t seq, head, row0, count;
    int64_t range;                               // this one alone, or kAllRanges
    float* part;                                 // where the State of one range goes
};

struct Reach { int64_t from, to; };              // positions that a row reads
inline Reach reach(const quire::AttentionArgs& a, int64_t seq, int64_t token) {
    const int64_t tokens = a.query_starts[seq + 1] - a.query_starts[seq], to = a.lengths[seq] - tokens + token + 1;
    return {a.window > 0 && to > a.window ? to - a.window : 0, to};
}

// q of a row, widened and turned into X's: column r of a tile of R rows
template <class S> inline void pack_query(const quire::AttentionArgs& a, int64_t token, int64_t head, int64_t r, int64_t R,
                                          typename Meeting<S>::X* tile, float* unit) {
    typedef Meeting<S> M;
    const int64_t d = a.cache.d, at = token * a.q_stride + head * d;
    alignas(64) float row[kRowFloats];
    alignas(64) typename M::Lane lanes[kRowFloats];
    if (a.dtype == quire::kFloat32) widen<F32>((const float*)a.q + at, d, row);
    else if (a.dtype == quire::kBfloat16) widen<BF16>((const uint16_t*)a.q + at, d, row);
    else widen<F16>((const uint16_t*)a.q + at, d, row);
    vf scale = splat(1.0f);
    if constexpr (M::kIsWhole) {
        vf most = splat(0.0f), odd = most;
        for (int64_t c = 0; c < d; c += L) {
            vf v = F32::load(row + c);
            odd = odd + v * splat(0.0f);         // not a number as soon as one value is not finite
            most = max_keep(max_keep(most, v), -v);
        }
        const float top = lane_max(most);
        *unit = top / kMost16 + lane_sum(odd);
        scale = splat(top > 0.0f ? kMost16 / top : 0.0f);
    }
    for (int64_t c = 0; c < d; c += L) M::put(lanes + c, F32::load(row + c) * scale);
    for (int64_t s = 0; s < ceil_div(d, kDepth<S>); s++) tile[s * R + r] = load_raw<typename M::X>(lanes + s * kDepth<S>);
}

inline int64_t whole_lines(int64_t bytes) { return ceil_div(bytes, 64) * 64; }

template <class S> inline void attend(const quire::AttentionArgs& a, const Task& task) {
    typedef Meeting<S> M;
    const int64_t d = a.cache.d, group = a.heads / a.cache.kv_heads, steps = ceil_div(d, kDepth<S>);
    const int64_t first_token = a.query_starts[task.seq];
    const State shape = {nullptr, ceil_div(d, L) * L};
    const int64_t q_bytes = whole_lines(task.count * steps * int64_t(sizeof(typename M::X)));
    const int64_t state_bytes = whole_lines(task.count * shape.stride() * 4);
    const int64_t score_bytes = kMicroRows * kBlock * 4;
    const int64_t key_bytes = has_groups(a.cache) ? 0 : 2 * kBlock * d * int64_t(sizeof(typename S::T));
    char* memory = (char*)quire::task_scratch(q_bytes + 2 * state_bytes + 2 * score_bytes + key_bytes);
    auto take = [&](int64_t bytes) { memory += bytes; return memory - bytes; };
    const State total = {(float*)take(state_bytes), shape.width}, part = {(float*)take(state_bytes), shape.width};
    Rows<S> rows = {a, a.tables + task.seq * a.table_width, task.head, task.count, steps, (typename M::X*)take(q_bytes),
                    (float*)take(score_bytes), (typename M::Lane*)take(score_bytes), (typename S::T*)memory, {}, {}, {}};
    auto token = [&](int64_t r) { return (task.row0 + r) / group; };
    auto head = [&](int64_t r) { return task.head * group + (task.row0 + r) % group; };
    for_micro_tiles(task.count, [&](auto number, int64_t row) {
        constexpr int R = decltype(number)::value;
        for (int r = 0; r < R; r++)
            pack_query<S>(a, first_token + token(row + r), head(row + r), r, R, rows.q + row * steps, rows.unit + row + r);
    });
    for (int64_t r = 0; r < task.count; r++) {
        const Reach seen = reach(a, task.seq, token(r));
        rows.from[r] = seen.from, rows.to[r] = seen.to;
    }
    if (task.range != kAllRanges) return walk<S>(rows, {task.part, shape.width}, task.range);
    const int64_t first = rows.from[0] / quire::kKeyRange;
    walk<S>(rows, total, first);
    for (int64_t range = first + 1; range * quire::kKeyRange < rows.to[task.count - 1]; range++) {
        walk<S>(rows, part, range);
        const int64_t start = range * quire::kKeyRange;
        for (int64_t r = 0; r < task.count; r++) {
            if (rows.from[r] / quire::kKeyRange == range) copy_row(total, r, part, r);
            else if (rows.from[r] < start && start < rows.to[r]) merge_row(total, r, part, r);
        }
    }
    for (int64_t r = 0; r < task.count; r++) finish_row(a, first_token + token(r), head(r), total, r);
}

// Merges the ranges of rows that other tasks have walked; `task` is the first of `num` consecutive ones
inline void finish_ranges(const quire::AttentionArgs& a, const Task* task, int64_t num) {
    const int64_t group = a.heads / a.cache.kv_heads, width = ceil_div(a.cache.d, L) * L;
    for (int64_t r = 0; r < task->count; r++) {
        const int64_t token = (task->row0 + r) / group, head = task->head * group + (task->row0 + r) % group;
        const Reach seen = reach(a, task->seq, token);
        const int64_t first = seen.from / quire::kKeyRange - task->range;
        const State total = {task[first].part, width};
        for (int64_t i = first + 1; i < num && task[i].range * quire::kKeyRange < seen.to; i++)
            merge_row(total, r, {task[i].part, width}, r);
        finish_row(a, a.query_starts[task->seq] + token, head, total, r);
    }
}

// The ranges of a sequence whose rows are one tile are tasks of their own: it may be all that there is to do.
struct Cut { int64_t rows, first_range, num_ranges; };
inline Cut cut(const quire::AttentionArgs& a, int64_t seq) {
    const int64_t tokens = a.query_starts[seq + 1] - a.query_starts[seq], rows = tokens * (a.heads / a.cache.kv_heads);
    if (rows == 0 || rows > kTileRows) return {rows, 0, 1};
    const int64_t first = reach(a, seq, 0).from / quire::kKeyRange;
    return {rows, first, ceil_div(a.lengths[seq], quire::kKeyRange) - first};
}

template <class S> void attention(const quire::AttentionArgs& a) {
    const int64_t kv_heads = a.cache.kv_heads;
    const State shape = {nullptr, ceil_div(a.cache.d, L) * L};
    int64_t num = 0, part_rows = 0;
    double nanos = 0;
    for (int64_t s = 0; s < a.seqs; s++) {
        const Cut c = cut(a, s);
        num += c.num_ranges > 1 ? c.num_ranges * kv_heads : ceil_div(c.rows, kTileRows) * kv_heads;
        if (c.num_ranges > 1) part_rows += c.rows * c.num_ranges * kv_heads;
        nanos += double(c.rows) * double(a.lengths[s]) * double(kv_heads * a.cache.d) * 0.1;
    }
    if (num == 0) return;
    const int64_t list_bytes = whole_lines(num * int64_t(sizeof(Task)));
    Task* list = (Task*)quire::scratch(list_bytes + part_rows * shape.stride() * 4);
    float* part = (float*)((char*)list + list_bytes);
    int64_t n = 0;
    for (int64_t s = 0; s < a.seqs; s++) {       // a head's tiles follow each other: its keys stay in the cache of the core
        const Cut c = cut(a, s);
        for (int64_t h = 0; h < kv_heads; h++) {
            if (c.num_ranges == 1) {             // the last rows of a chunk see the most: first
                for (int64_t tile = ceil_div(c.rows, kTileRows) - 1; tile >= 0; tile--)
                    list[n++] = {s, h, tile * kTileRows, least(kTileRows, c.rows - tile * kTileRows), kAllRanges, nullptr};
                continue;
            }
            for (int64_t i = 0; i < c.num_ranges; i++, part += c.rows * shape.stride())
                list[n++] = {s, h, 0, c.rows, c.first_range + i, part};
        }
    }
    parallel(num, nanos, [&](int64_t i) { attend<S>(a, list[i]); });
    if (part_rows == 0) return;
    parallel(num, double(part_rows * shape.stride()) * 0.2, [&](int64_t i) {
        auto is_same = [&](int64_t j) { return list[j].seq == list[i].seq && list[j].head == list[i].head; };
        if (list[i].range == kAllRanges || (i > 0 && is_same(i - 1))) return;
        int64_t end = i;
        while (end < num && is_same(end)) end++;
        finish_ranges(a, list + i, end - i);
    });
}

}  // namespace
