// Causal attention over the paged cache, for any mix of chunks and single tokens.
//
// The keys of a query are walked in blocks of 64 positions counted from position 0, whatever the size of a cache block, the chunk
// or the batch. Within a block: all scores, their maximum, the rescaling of what was summed so far, then values in the order of
// positions. A query reads its own positions only, so what stands in later slots, even a not-a-number, cannot reach it.
#pragma once
#include "kernels.h"
#include "lanes.h"

namespace {

constexpr int kBlock = int(quire::kKeyBlock);
#if defined(QUIRE_ISA_AVX512)
constexpr int kMicroRows = 6;
constexpr int value_vectors(int rows) { return rows <= 2 ? 8 : 4; }
#else
constexpr int kMicroRows = 2;
constexpr int value_vectors(int rows) { return rows == 1 ? 8 : 4; }
#endif
constexpr int kTileRows = 24;                    // (token, head) pairs that walk the keys together

// How a query meets a key: lanes over the head dim, in the storage type the query is kept in.
template <class S> struct Dot {
    typedef float Q;
    static constexpr int64_t kWidth = L;
    template <class Part> static QUIRE_INLINE vf key(const typename S::T* p, Part part) { return part.template load<S>(p); }
    static QUIRE_INLINE vf query(const Q* p) { return F32::load(p); }
    static QUIRE_INLINE vf step(vf q, vf k, vf acc) { return fma(q, k, acc); }
    static inline void copy_query(const typename S::T* from, int64_t d, Q* to) {
        for_columns(d, [&](int64_t c, auto part) { F32::store(to + c, part.template load<S>(from + c)); });
    }
};
#if defined(QUIRE_ISA_BF16)
template <> struct Dot<BF16> {                   // pairs of neighbouring dims; subnormal values count as zero
    typedef uint16_t Q;
    static constexpr int64_t kWidth = 2 * L;
    static QUIRE_INLINE vf key(const uint16_t* p, Whole) { return load_raw<vf>(p); }
    static QUIRE_INLINE vf key(const uint16_t* p, Some part) {
        uint16_t lanes[2 * L] = {};
        __builtin_memcpy(lanes, p, size_t(part.n) * 2);
        return load_raw<vf>(lanes);
    }
    static QUIRE_INLINE vf query(const Q* p) { return load_raw<vf>(p); }
    static QUIRE_INLINE vf step(vf q, vf k, vf acc) { return (vf)_mm512_dpbf16_ps((__m512)acc, (__m512bh)q, (__m512bh)k); }
    static inline void copy_query(const uint16_t* from, int64_t d, Q* to) {
        for (int64_t c = 0; c < ceil_div(d, kWidth) * kWidth; c++) to[c] = c < d ? from[c] : uint16_t(0);
    }
};
#endif

template <class S> struct Keys {                 // where 64 positions of one key-value head lie
    const typename S::T* k[kBlock];
    const typename S::T* v[kBlock];
};

template <class S> struct Rows {                 // state of the online softmax of a tile, on the stack
    typename Dot<S>::Q* q;                       // (kTileRows, q_width), zeros beyond d
    float* acc;                                  // (kTileRows, width)
    float* score;                                // (kTileRows, kBlock)
    float max[kTileRows], sum[kTileRows];
    int64_t limit[kTileRows];                    // positions each row may read
    int64_t d, width, q_width;                   // widths: d rounded up to whole vectors
    const Keys<S>* next;                         // the block after this one, asked for ahead; null: there is none
};

template <class T> QUIRE_INLINE void ask_for(const T* row, int64_t d) {
    for (int64_t c = 0; c < d; c += 64 / int64_t(sizeof(T))) __builtin_prefetch(row + c);
}

// scores of R rows against all 64 positions; positions beyond the last known one repeat it and are masked later
template <class S, int R> QUIRE_INLINE void score_rows(const Keys<S>& keys, Rows<S>& rows, int64_t row, float scale, int64_t count) {
    typedef Dot<S> D;
    alignas(64) float lanes[R][L * L];
    for (int64_t p0 = 0; p0 < count; p0 += L) {
        for (int p = 0; p < L; p += 4) {
            vf acc[R][4];
#pragma GCC unroll 8
            for (int r = 0; r < R; r++)
#pragma GCC unroll 4
                for (int i = 0; i < 4; i++) acc[r][i] = splat(0.0f);
            const typename S::T* const* k = keys.k + p0 + p;
            auto meet_columns = [&](int64_t c, auto part) {
                vf key[4];
#pragma GCC unroll 4
                for (int i = 0; i < 4; i++) key[i] = D::key(k[i] + c, part);
#pragma GCC unroll 8
                for (int r = 0; r < R; r++) {
                    vf query = D::query(rows.q + (row + r) * rows.q_width + c);
#pragma GCC unroll 4
                    for (int i = 0; i < 4; i++) acc[r][i] = D::step(query, key[i], acc[r][i]);
                }
            };
            int64_t c = 0;
            for (; c + D::kWidth <= rows.d; c += D::kWidth) meet_columns(c, Whole{});
            if (c < rows.d) meet_columns(c, Some{rows.d - c});
            if (row == 0)
                for (int i = 0; i < 4; i++) ask_for(keys.v[p0 + p + i], rows.d);
#pragma GCC unroll 8
            for (int r = 0; r < R; r++)
#pragma GCC unroll 4
                for (int i = 0; i < 4; i++) store_raw(lanes[r] + (p + i) * L, acc[r][i]);
        }
        for (int r = 0; r < R; r++) store_raw(rows.score + (row + r) * kBlock + p0, lane_sums<L>(lanes[r]) * splat(scale));
    }
}

// scores become weights; returns the factor by which everything summed before must shrink
template <class S> QUIRE_INLINE float soften(Rows<S>& rows, int64_t row, int64_t count) {
    float* score = rows.score + row * kBlock;
    for (int64_t i = count; i < kBlock; i++) score[i] = -__builtin_inff();
    vf most = load_raw<vf>(score);
    for (int i = L; i < kBlock; i += L) {
        vf s = load_raw<vf>(score + i);
        most = select(s > most, s, most);
    }
    float old = rows.max[row], max = old;
    for (int i = 0; i < L; i++) max = most[i] > max ? most[i] : max;
    vf shift = splat(max), sum = splat(0.0f);
    for (int i = 0; i < kBlock; i += L) {
        vf weight = exp_lanes(load_raw<vf>(score + i) - shift);
        store_raw(score + i, weight);
        sum = sum + weight;
    }
    float shrink = old == max ? 1.0f : exp_lanes(splat(old - max))[0];
    rows.max[row] = max;
    rows.sum[row] = rows.sum[row] * shrink + lane_sum(sum);
    return shrink;
}

// acc += weights x values for R rows, positions [from, to), V vectors of columns from c on
template <class S, int R, int V, class Part>
QUIRE_INLINE void add_values(const Keys<S>& keys, Rows<S>& rows, int64_t row, int64_t from, int64_t to, int64_t c, Part part) {
    vf acc[R][V];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++)
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) acc[r][v] = F32::load(rows.acc + (row + r) * rows.width + c + v * L);
    const bool asks = row == 0 && rows.next;
    for (int64_t p = from; p < to; p++) {
        if (asks) ask_for(rows.next->k[p] + c, V * L);
        vf value[V];
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) value[v] = part.template load<S>(keys.v[p] + c + v * L);
#pragma GCC unroll 8
        for (int r = 0; r < R; r++) {
            vf weight = splat(rows.score[(row + r) * kBlock + p]);
#pragma GCC unroll 8
            for (int v = 0; v < V; v++) acc[r][v] = fma(weight, value[v], acc[r][v]);
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; r++)
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) F32::store(rows.acc + (row + r) * rows.width + c + v * L, acc[r][v]);
}
template <class S, int R>
inline void add_all_values(const Keys<S>& keys, Rows<S>& rows, int64_t row, int64_t from, int64_t to) {
    constexpr int wide = value_vectors(R);
    int64_t c = 0;
    for (; c + wide * L <= rows.d; c += wide * L) add_values<S, R, wide>(keys, rows, row, from, to, c, Whole{});
    if constexpr (wide > 4)
        for (; c + 4 * L <= rows.d; c += 4 * L) add_values<S, R, 4>(keys, rows, row, from, to, c, Whole{});
    for (; c + L <= rows.d; c += L) add_values<S, R, 1>(keys, rows, row, from, to, c, Whole{});
    if (c < rows.d) add_values<S, R, 1>(keys, rows, row, from, to, c, Some{rows.d - c});
}

// R rows meet the block of keys that begins at position `first`
template <class S, int R> inline __attribute__((noinline))
void meet(const Keys<S>& keys, Rows<S>& rows, int64_t row, int64_t first, int64_t known, float scale) {
    int64_t count[R], shared = kBlock;
    for (int r = 0; r < R; r++) {
        count[r] = least(kBlock, rows.limit[row + r] - first);
        if (count[r] < shared) shared = count[r];
    }
    if (shared <= 0) {                                       // some rows end before this block: each goes alone
        if constexpr (R > 1)
            for (int r = 0; r < R; r++) meet<S, 1>(keys, rows, row + r, first, known, scale);
        return;
    }
    score_rows<S, R>(keys, rows, row, scale, known);
    for (int r = 0; r < R; r++) {
        float shrink = soften(rows, row + r, count[r]);
        if (shrink == 1.0f) continue;
        float* acc = rows.acc + (row + r) * rows.width;
        for (int64_t c = 0; c < rows.width; c += L) F32::store(acc + c, F32::load(acc + c) * splat(shrink));
    }
    add_all_values<S, R>(keys, rows, row, 0, shared);
    for (int r = 0; r < R; r++)
        if (count[r] > shared) add_all_values<S, 1>(keys, rows, row + r, shared, count[r]);
}

// the same for as many rows as are left, at most kMicroRows; returns how many
template <class S, int R>
inline int64_t meet_some(int64_t left, const Keys<S>& keys, Rows<S>& rows, int64_t row, int64_t first, int64_t known, float scale) {
    if constexpr (R > 1)
        if (left < R) return meet_some<S, R - 1>(left, keys, rows, row, first, known, scale);
    meet<S, R>(keys, rows, row, first, known, scale);
    return R;
}

template <class S> inline void find_keys(const quire::AttentionArgs& a, const int32_t* table, int64_t head, int64_t first,
                                         int64_t known, Keys<S>& keys) {
    int64_t index = first / a.block_size, offset = first % a.block_size;
    for (int64_t i = 0; i < known; i++) {
        int64_t place = (head * a.block_size + offset) * a.d, block = table[index];
        keys.k[i] = (const typename S::T*)a.k_cache + block * a.k_block + place;
        keys.v[i] = (const typename S::T*)a.v_cache + block * a.v_block + place;
        if (++offset == a.block_size) offset = 0, index++;
    }
    for (int64_t i = known; i < kBlock; i++) keys.k[i] = keys.k[known - 1], keys.v[i] = keys.v[known - 1];
}

// Rows row0 .. row0 + count of one sequence and key-value head; row = token * group + head within the group
template <class S> inline void attend(const quire::AttentionArgs& a, int64_t seq, int64_t kv_head, int64_t row0, int64_t count) {
    typedef typename S::T T;
    typedef Dot<S> D;
    const int64_t group = a.heads / a.kv_heads, start = a.query_starts[seq], tokens = a.query_starts[seq + 1] - start;
    const int64_t d = a.d, width = ceil_div(d, L) * L, q_width = ceil_div(d, D::kWidth) * D::kWidth, base = a.lengths[seq] - tokens;
    alignas(64) typename D::Q q[kTileRows * quire::kMaxHeadDim];
    alignas(64) float acc[kTileRows * quire::kMaxHeadDim], score[kTileRows * kBlock];
    Rows<S> rows = {q, acc, score, {}, {}, {}, d, width, q_width, nullptr};
    for (int64_t r = 0; r < count; r++) {
        int64_t token = (row0 + r) / group, head = kv_head * group + (row0 + r) % group;
        D::copy_query((const T*)a.q + (start + token) * a.q_stride + head * d, d, q + r * q_width);
        for (int64_t c = 0; c < width; c += L) F32::store(acc + r * width + c, splat(0.0f));
        rows.max[r] = -__builtin_inff();
        rows.sum[r] = 0.0f;
        rows.limit[r] = base + token + 1;
    }
    const int64_t last = rows.limit[count - 1];              // rows are in the order of tokens
    const int32_t* table = a.tables + seq * a.table_width;
    Keys<S> both[2];
    find_keys<S>(a, table, kv_head, 0, least(kBlock, last), both[0]);
    for (int64_t first = 0; first < last; first += kBlock) {
        const int64_t known = least(kBlock, last - first), after = first + kBlock;
        const Keys<S>& keys = both[first / kBlock % 2];
        rows.next = nullptr;
        if (after < last) {
            Keys<S>& next = both[after / kBlock % 2];
            find_keys<S>(a, table, kv_head, after, least(kBlock, last - after), next);
            rows.next = &next;
        }
        for (int64_t r = 0; r < count;) r += meet_some<S, kMicroRows>(count - r, keys, rows, r, first, known, a.scale);
    }
    for (int64_t r = 0; r < count; r++) {
        int64_t token = (row0 + r) / group, head = kv_head * group + (row0 + r) % group;
        T* target = (T*)a.y + (start + token) * a.y_stride + head * d;
        vf sum = splat(rows.sum[r]);
        for_columns(d, [&](int64_t c, auto part) { part.template store<S>(target + c, F32::load(acc + r * width + c) / sum); });
    }
}

template <class S> void attention(const quire::AttentionArgs& a) {
    const int64_t group = a.heads / a.kv_heads;
    struct Piece { int64_t seq, row0, count; };
    int64_t pieces = 0;
    double work = 0;
    for (int64_t s = 0; s < a.seqs; s++) {
        int64_t rows = (a.query_starts[s + 1] - a.query_starts[s]) * group;
        pieces += ceil_div(rows, kTileRows);
        work += double(rows) * double(a.lengths[s]);
    }
    if (pieces == 0) return;
    Piece* list = (Piece*)quire::scratch(pieces * int64_t(sizeof(Piece)));
    int64_t n = 0;
    for (int64_t s = 0; s < a.seqs; s++) {
        int64_t rows = (a.query_starts[s + 1] - a.query_starts[s]) * group;
        for (int64_t r = 0; r < rows; r += kTileRows) list[n++] = {s, r, least(kTileRows, rows - r)};
    }
    parallel(pieces * a.kv_heads, work * double(a.kv_heads * a.d) * 0.1, [&](int64_t task) {
        const Piece& piece = list[pieces - 1 - task / a.kv_heads];           // the last rows of a chunk are the longest: first
        attend<S>(a, piece.seq, task % a.kv_heads, piece.row0, piece.count);
    });
}

}  // namespace
