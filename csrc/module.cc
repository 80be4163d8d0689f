// The Python module quire._kernels: raw addresses, sizes and strides (in elements) as integers.
//
// The callers in quire/kernels/cpu.py have checked dtypes, shapes and contiguity. Here every index that comes from data (ids,
// rows, positions, slots, block tables) is checked before anything is read or written, and IndexError says which is wrong.
// The GIL is released for whatever takes longer than handing it over does.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>
#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(QUIRE_X86)
#include <cpuid.h>
#endif

#include "kernels.h"
#include "pool.h"

namespace nb = nanobind;
using quire::Dtype;
using Address = uintptr_t;

namespace {

constexpr int kInterface = 3;         // cpu.py refuses a module of another number: it was built from other sources

// ---- which instruction set -----------------------------------------------------------------------------------------------

#if defined(QUIRE_X86)
bool has_f16c() {
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 29));
}
bool has_avx512_bf16() {
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 5));
}
#endif

// Those this machine can run, the best one first.
std::vector<const quire::Kernels*> available() {
    std::vector<const quire::Kernels*> sets;
#if defined(QUIRE_X86)
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    if (avx512 && has_avx512_bf16() && quire::kernels_avx512bf16()) sets.push_back(quire::kernels_avx512bf16());
    if (avx512) sets.push_back(quire::kernels_avx512());
    if (avx2) sets.push_back(quire::kernels_avx2());
#endif
    sets.push_back(quire::kernels_plain());
    return sets;
}

const quire::Kernels* active = nullptr;

std::vector<std::string> isas() {
    std::vector<std::string> names;
    for (const auto* set : available()) names.push_back(set->name);
    return names;
}

void select_isa(const std::string& name) {
    std::string known;
    for (const auto* set : available()) {
        if (name.empty() || name == set->name) {
            active = set;
            return;
        }
        known += (known.empty() ? "" : ", ") + std::string(set->name);
    }
    throw std::invalid_argument("this machine has no instruction set '" + name + "' (it has: " + known + ")");
}

// ---- checks --------------------------------------------------------------------------------------------------------------

void check_index(const char* what, const int64_t* index, int64_t count, int64_t least, int64_t limit) {
    for (int64_t i = 0; i < count; i++)
        if (index[i] < least || index[i] >= limit)
            throw std::out_of_range(std::string(what) + "[" + std::to_string(i) + "] is " + std::to_string(index[i]) +
                                    ", allowed are " + std::to_string(least) + " .. " + std::to_string(limit - 1));
}

void check_tables(const quire::AttentionArgs& a, int64_t tokens, int64_t num_blocks) {
    auto fail = [](int64_t s, const std::string& why) {
        throw std::out_of_range("sequence " + std::to_string(s) + ": " + why);
    };
    int64_t before = 0;
    if (a.query_starts[0] != 0 || a.query_starts[a.seqs] != tokens) throw std::out_of_range("query_starts must run from 0 to T");
    for (int64_t s = 0; s < a.seqs; s++) {
        int64_t end = a.query_starts[s + 1], length = a.lengths[s];
        if (end < before) fail(s, "query_starts must not fall");
        if (length < end - before) fail(s, "has more tokens in this step than positions");
        before = end;
        int64_t used = (length + a.block_size - 1) / a.block_size;
        if (used > a.table_width)
            fail(s, "needs " + std::to_string(used) + " blocks, its table has " + std::to_string(a.table_width));
        const int32_t* table = a.tables + s * a.table_width;
        for (int64_t i = 0; i < used; i++)
            if (table[i] < 0 || table[i] >= num_blocks)
                fail(s, "block " + std::to_string(table[i]) + " is outside the cache of " + std::to_string(num_blocks));
    }
}

// Above this many element steps (about 20 microseconds) the GIL is let go; below, handing it over could cost more than the op.
struct Unlocked {
    std::optional<nb::gil_scoped_release> released;
    explicit Unlocked(double steps) {
        if (steps > 5e4) released.emplace();
    }
};

template <class T> T* at(Address address) { return reinterpret_cast<T*>(address); }

// ---- ops -----------------------------------------------------------------------------------------------------------------

int64_t packed_bytes(int dtype, int64_t n, int64_t k) { return active->packed_bytes(Dtype(dtype), n, k); }

// Large weights are read from end to end for each token: pages of 2 MB spare the address translation. Advice only.
void ask_for_large_pages(Address address, int64_t bytes) {
#if defined(__linux__)
    constexpr Address page = 2 << 20;
    Address first = (address + page - 1) / page * page, last = (address + Address(bytes)) / page * page;
    if (last > first) madvise(at<void>(first), last - first, MADV_HUGEPAGE);
#else
    (void)address, (void)bytes;
#endif
}

void pack(int dtype, Address weight, int64_t n, int64_t k, int64_t stride, Address out) {
    Unlocked gil(double(n) * double(k));
    ask_for_large_pages(out, active->packed_bytes(Dtype(dtype), n, k));
    active->pack(Dtype(dtype), at<void>(weight), n, k, stride, at<void>(out));
}

void linear(int dtype, bool float_out, Address x, int64_t m, int64_t x_stride, Address packed, int64_t n, int64_t k, Address bias,
            Address y, int64_t y_stride) {
    Unlocked gil(double(m) * double(n) * double(k));
    active->linear[dtype][float_out]({at<void>(x), at<void>(packed), at<void>(bias), at<void>(y), m, n, k, x_stride, y_stride});
}

void rows(const char* what, Address table, int64_t table_rows, int64_t table_stride, Address index, int64_t count,
          int64_t row_bytes, Address y, int64_t y_stride) {
    check_index(what, at<int64_t>(index), count, 0, table_rows);
    Unlocked gil(double(count) * double(row_bytes));
    for (int64_t i = 0; i < count; i++)
        std::memcpy(at<char>(y) + i * y_stride, at<char>(table) + at<int64_t>(index)[i] * table_stride, size_t(row_bytes));
}

void packed_rows(int dtype, Address packed, int64_t n, int64_t k, Address ids, int64_t count, Address y, int64_t y_stride) {
    check_index("ids", at<int64_t>(ids), count, 0, n);
    Unlocked gil(double(count) * double(k));
    active->packed_rows(Dtype(dtype), {at<void>(packed), at<int64_t>(ids), at<void>(y), count, k, y_stride});
}

void argmax_rows(Address x, int64_t rows, int64_t cols, int64_t x_stride, Address best, Address is_finite) {
    Unlocked gil(double(rows) * double(cols));
    active->argmax_rows({at<float>(x), at<int64_t>(best), at<bool>(is_finite), rows, cols, x_stride});
}

void norm(int dtype, bool is_layer_norm, Address x, int64_t rows, int64_t inner, int64_t d, int64_t x_stride, int64_t x_inner,
          Address residual, int64_t residual_stride, Address weight, Address bias, float eps, Address y, int64_t y_stride,
          int64_t y_inner) {
    Unlocked gil(double(rows) * double(inner) * double(d));
    active->norm[dtype]({at<void>(x), at<void>(residual), at<void>(weight), at<void>(bias), at<void>(y), rows, inner, d, x_stride,
                         x_inner, residual_stride, y_stride, y_inner, eps, is_layer_norm});
}

void rope_and_write(int dtype, Address q, int64_t heads, int64_t q_stride, Address k, int64_t k_stride, Address v,
                    int64_t v_stride, int64_t kv_heads, int64_t tokens, int64_t d, Address positions, Address cos_sin,
                    int64_t max_positions, int64_t rot, Address slots, Address k_cache, int64_t k_block, Address v_cache,
                    int64_t v_block, int64_t num_blocks, int64_t block_size) {
    if (cos_sin) check_index("positions", at<int64_t>(positions), tokens, 0, max_positions);
    check_index("slots", at<int64_t>(slots), tokens, -1, num_blocks * block_size);
    Unlocked gil(double(tokens) * double((heads + 2 * kv_heads) * d));
    active->rope[dtype]({at<void>(q), at<void>(k), at<void>(v), at<int64_t>(positions), at<float>(cos_sin), at<int64_t>(slots),
                         at<void>(k_cache), at<void>(v_cache), tokens, heads, kv_heads, d, rot, q_stride, k_stride, v_stride,
                         block_size, k_block, v_block});
}

void attention(int dtype, Address q, int64_t tokens, int64_t heads, int64_t d, int64_t q_stride, Address k_cache, int64_t k_block,
               Address v_cache, int64_t v_block, int64_t num_blocks, int64_t kv_heads, int64_t block_size, Address query_starts,
               Address lengths, Address tables, int64_t seqs, int64_t table_width, float scale, Address y, int64_t y_stride) {
    quire::AttentionArgs a = {at<void>(q), at<void>(k_cache), at<void>(v_cache), at<void>(y), at<int32_t>(query_starts),
                              at<int32_t>(lengths), at<int32_t>(tables), seqs, table_width, heads, kv_heads, d, q_stride,
                              y_stride, block_size, k_block, v_block, scale};
    check_tables(a, tokens, num_blocks);
    double positions = 0;
    for (int64_t s = 0; s < seqs; s++) positions += double(a.query_starts[s + 1] - a.query_starts[s]) * a.lengths[s];
    Unlocked gil(positions * double(heads * d));
    active->attention[dtype](a);
}

void pointwise(int dtype, int which, Address x, int64_t rows, int64_t cols, int64_t x_stride, Address b, int64_t b_stride, Address y,
               int64_t y_stride) {
    Unlocked gil(double(rows) * double(cols));
    active->pointwise[dtype][which]({at<void>(x), at<void>(b), at<void>(y), rows, cols, x_stride, b_stride, y_stride});
}

// The pool's promise, counted: in each of `calls` jobs every task ran exactly once before the job was over.
bool check_pool(int64_t tasks, int64_t calls) {
    nb::gil_scoped_release released;
    std::vector<std::atomic<int>> runs(static_cast<size_t>(tasks));
    auto count = [](const void* context, int64_t i) { (*static_cast<std::atomic<int>* const*>(context))[i].fetch_add(1); };
    std::atomic<int>* counters = runs.data();
    for (int64_t call = 1; call <= calls; call++) {
        quire::parallel_tasks(tasks, count, &counters);
        for (auto& ran : runs)
            if (ran.load() != call) return false;
    }
    return true;
}

}  // namespace

NB_MODULE(_kernels, m) {
    select_isa("");
    m.attr("INTERFACE") = kInterface;
    m.attr("MAX_HEAD_DIM") = quire::kMaxHeadDim;
    m.def("isa", [] { return active->name; });
    m.def("isas", &isas);
    m.def("select_isa", &select_isa);
    m.def("set_threads", [](int count) {
        if (count < 0) throw std::invalid_argument("threads must be 0 (all cores) or more");
        quire::set_threads(count);
    });
    m.def("threads", &quire::threads);
    m.def("check_pool", &check_pool);
    m.def("packed_bytes", &packed_bytes);
    m.def("pack", &pack);
    m.def("linear", &linear);
    m.def("embedding", [](Address t, int64_t n, int64_t ts, Address i, int64_t c, int64_t bytes, Address y, int64_t ys) {
        rows("ids", t, n, ts, i, c, bytes, y, ys);
    });
    m.def("gather", [](Address t, int64_t n, int64_t ts, Address i, int64_t c, int64_t bytes, Address y, int64_t ys) {
        rows("rows", t, n, ts, i, c, bytes, y, ys);
    });
    m.def("packed_rows", &packed_rows);
    m.def("argmax_rows", &argmax_rows);
    m.def("norm", &norm);
    m.def("rope_and_write", &rope_and_write);
    m.def("attention", &attention);
    m.def("pointwise", &pointwise);
}
