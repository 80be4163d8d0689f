// All kernels of one instruction set: this file is compiled once for each, with QUIRE_ISA_* saying which.
#include "kernels.h"
#include "pool.h"
#include "lanes.h"
#include "linear.h"
#include "rows.h"
#include "attention.h"
#include "pick.h"

#if defined(QUIRE_ISA_BF16)
#define QUIRE_NAME "avx512bf16"
#define QUIRE_ENTRY kernels_avx512bf16
#elif defined(QUIRE_ISA_AVX512)
#define QUIRE_NAME "avx512"
#define QUIRE_ENTRY kernels_avx512
#elif defined(QUIRE_ISA_AVX2)
#define QUIRE_NAME "avx2"
#define QUIRE_ENTRY kernels_avx2
#else
#define QUIRE_NAME "plain"
#define QUIRE_ENTRY kernels_plain
#endif

namespace quire {

const Kernels* QUIRE_ENTRY() {
#define EACH(function) {function<F32>, function<BF16>, function<F16>}
#define POINTWISE(S) {silu_mul<S>, relu<S>, gelu<S>, gelu_tanh<S>, add<S>}
    static const Kernels kernels = {
        QUIRE_NAME,
        packed_bytes,
        pack,
        {{linear<F32, F32>, linear<F32, F32>}, {linear<BF16, BF16>, linear<BF16, F32>}, {linear<F16, F16>, linear<F16, F32>}},
        EACH(norm),
        EACH(rope),
        EACH(attention),
        {POINTWISE(F32), POINTWISE(BF16), POINTWISE(F16)},
        packed_rows,
        argmax_rows,
    };
    return &kernels;
}

}  // namespace quire
