// What crosses between the dispatcher and the kernels of one instruction set: plain structs of pointers, sizes and strides.
//
// Laws of every kernel here:
//   - an output element is accumulated in an order that depends on the sizes of the model and on its own position alone,
//     never on the number of rows, the tile it fell in or the number of threads;
//   - sums are float32, the result is rounded once to the storage type;
//   - every size and stride is int64 and counts elements; pointers and indices were checked by the caller.
#pragma once
#include <cstdint>

namespace quire {

enum Dtype : int { kFloat32 = 0, kBfloat16 = 1, kFloat16 = 2, kNumDtypes = 3 };
enum Scheme : int { kAsIs = 0, kWeights8 = 1, kWeights4 = 2, kNumSchemes = 3 };      // of a packed weight
enum CacheDtype : int { kInt8 = kNumDtypes, kNumCacheDtypes };      // what K and V are stored as: a Dtype or int8

constexpr int64_t kPanel = 32;        // output columns that lie side by side in a packed weight
constexpr int64_t kGroup = 32;        // k that share a scale in int4
constexpr int64_t kKeyBlock = 64;     // positions between two rescalings of the online softmax, counted from position 0
constexpr int64_t kKeyRange = 1024;   // positions of one softmax; those of the ranges before are merged in, in order
constexpr int64_t kMaxHeadDim = 512;  // so many products of int8 and int16 still fit a sum of 32 bits

struct Piece {                        // rows of a weight; several below each other are one
    const void* data;                 // (rows, K)
    int64_t rows, stride;
};

struct LinearArgs {
    const void* x;                    // (M, K), row stride x_stride
    const void* weight;               // packed, see pack()
    const void* bias;                 // (N,) or null
    void* y;                          // (M, N), row stride y_stride
    int64_t m, n, k, x_stride, y_stride;
};

struct NormArgs {                     // rows x (inner) of size d: 2-D has inner 1, per-head has inner = heads
    const void* x;
    void* residual;                   // null, or (rows, d): residual += x, then the norm of residual
    const void* weight;
    const void* bias;                 // null: rms_norm. Otherwise layer_norm
    void* y;
    int64_t rows, inner, d, x_stride, x_inner, residual_stride, y_stride, y_inner;
    float eps;
    bool is_layer_norm;
};

struct Cache {                        // K and V of one layer; cache.h says how they lie inside a block
    void* k;                          // (blocks, kv_heads, block_size, D), block stride k_block
    void* v;
    float* scales;                    // null, or of int8 (blocks, kv_heads, 2, block_size)
    int64_t kv_heads, d, block_size, k_block, v_block, scale_block;
    int dtype;                        // a Dtype or kInt8
};

struct RopeArgs {
    void* q;                          // (T, heads, D) rotated in place
    const void* k;                    // (T, kv_heads, D), left as it is: the rotated one goes to the cache
    const void* v;
    const int64_t* positions;
    const float* cos_sin;             // (P, rot) = [cos(rot / 2) | sin(rot / 2)], or null
    const int64_t* slots;             // -1: not written
    Cache cache;
    int64_t tokens, heads, rot, q_stride, k_stride, v_stride;
};

struct AttentionArgs {
    const void* q;                    // (T, heads, D)
    void* y;                          // (T, heads * D)
    Cache cache;
    const int32_t* query_starts;      // (S + 1,)
    const int32_t* lengths;           // (S,)
    const int32_t* tables;            // (S, W)
    int64_t seqs, table_width, heads, q_stride, y_stride;
    int64_t window;                   // a query sees so many positions, its own the last; 0: all
    float scale, soft_cap;            // score = soft_cap * tanh(q k * scale / soft_cap); 0: not capped
    int dtype;                        // of q and y
};

struct UnaryArgs {                    // rows x cols; silu_mul reads 2 * cols from x; add reads b too
    const void* x;
    const void* b;
    void* y;
    int64_t rows, cols, x_stride, b_stride, y_stride;
};

enum Peak : int { kPeakFloat32 = 0, kPeakBfloat16 = 1, kPeakInt8 = 2 };
struct PackedRowsArgs {
    const void* packed;
    const int64_t* ids;               // (count,)
    void* y;                          // (count, k), row stride y_stride
    int64_t count, k, y_stride;
};

struct ArgmaxArgs {
    const float* x;                   // (rows, cols), row stride x_stride
    int64_t* best;                    // (rows,): of equal ones the first; where a row is not finite, any column
    bool* is_finite;                  // (rows,): all of the row
    int64_t rows, cols, x_stride;
};

enum Pointwise : int { kSiluMul = 0, kRelu, kGelu, kGeluTanh, kAdd, kNumPointwise };

struct Kernels {                      // one per instruction set; the middle index is a Dtype
    const char* name;
    int64_t (*packed_bytes[kNumSchemes][kNumDtypes])(int64_t n, int64_t k);
    void (*pack[kNumSchemes][kNumDtypes])(const Piece* pieces, int64_t n, int64_t k, void* out);
    void (*linear[kNumSchemes][kNumDtypes][2])(const LinearArgs&);      // [..][1]: float32 output
    void (*norm[kNumDtypes])(const NormArgs&);
    void (*rope[kNumDtypes])(const RopeArgs&);
    void (*attention[kNumCacheDtypes])(const AttentionArgs&);       // by what the cache holds
    void (*pointwise[kNumDtypes][kNumPointwise])(const UnaryArgs&);
    double (*peak)(Peak, int64_t steps);                    // operations done by the calling thread
    float (*read_all)(const void*, int64_t bytes);          // sum of floats, to be timed
    void (*packed_rows[kNumDtypes])(const PackedRowsArgs&);     // rows of what pack() made of a weight as it is
    void (*argmax_rows)(const ArgmaxArgs&);
};

const Kernels* kernels_plain();
#if defined(QUIRE_X86)
const Kernels* kernels_avx2();
const Kernels* kernels_avx512();
const Kernels* kernels_avx512bf16();
#endif


}  // namespace quire
