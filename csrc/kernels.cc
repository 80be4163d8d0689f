// All kernels of one instruction set: this file is compiled once for each, with QUIRE_ISA_* saying which.
#include "kernels.h"
#include "pool.h"
#include "lanes.h"
#include "linear.h"
#include "quantized.h"
#include "cache.h"
#include "rows.h"
#include "attention.h"
#include "limits.h"
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
#define QUANTIZED(Q, function) {function<Q, F32>, function<Q, BF16>, function<Q, F16>}
#define PRODUCT(Q) {{quantized<Q, F32, F32>, quantized<Q, F32, F32>}, {quantized<Q, BF16, BF16>, quantized<Q, BF16, F32>}, \
                    {quantized<Q, F16, F16>, quantized<Q, F16, F32>}}
#define POINTWISE(S) {silu_mul<S>, relu<S>, gelu<S>, gelu_tanh<S>, add<S>}
    static const Kernels kernels = {
        QUIRE_NAME,
        {EACH(packed_bytes), QUANTIZED(W8, quantized_bytes), QUANTIZED(W4, quantized_bytes)},
        {EACH(pack), QUANTIZED(W8, pack_quantized), QUANTIZED(W4, pack_quantized)},
        {{{linear<F32, F32>, linear<F32, F32>}, {linear<BF16, BF16>, linear<BF16, F32>}, {linear<F16, F16>, linear<F16, F32>}},
         PRODUCT(W8), PRODUCT(W4)},
        EACH(norm),
        EACH(rope),
        {attention<F32>, attention<BF16>, attention<F16>, attention<I8>},
        {POINTWISE(F32), POINTWISE(BF16), POINTWISE(F16)},
        peak,
        read_all,
        EACH(packed_rows),
        argmax_rows,
    };
    return &kernels;
}

}  // namespace quire
