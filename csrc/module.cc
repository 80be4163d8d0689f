// The Python module quire._kernels: raw addresses, sizes and strides (in elements) as integers.
//
// The callers in quire/kernels/cpu.py have checked dtypes, shapes and contiguity. Here every index that comes from data (ids,
// rows, positions, slots, block tables) is checked before anything is read or written, and IndexError says which is wrong.
// The GIL is released for whatever takes longer than handing it over does.
#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>
#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(QUIRE_X86)
#include <cpuid.h>
#endif

#include "kernels.h"
#include "pool.h"
#include "program.h"

namespace nb = nanobind;
using Address = uintptr_t;

namespace {

constexpr int kInterface = 4;         // cpu.py refuses a module of another number: it was built from other sources

// ---- which instruction set -----------------------------------------------------------------------------------------------

#if defined(QUIRE_X86)
bool has_f16c() {
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 29));
}
bool has_avx512_bf16() {
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 5)) && __builtin_cpu_supports("avx512vnni");
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
    bool vnni = __builtin_cpu_supports("avx512vnni");
    if (avx512 && vnni && has_avx512_bf16() && quire::kernels_avx512bf16()) sets.push_back(quire::kernels_avx512bf16());
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
    using quire::to_word;
    if (!quire::is_due({to_word(index), to_word(count), to_word(least), to_word(limit)})) return;
    for (int64_t i = 0; i < count; i++)
        if (index[i] < least || index[i] >= limit)
            throw std::out_of_range(std::string(what) + "[" + std::to_string(i) + "] is " + std::to_string(index[i]) +
                                    ", allowed are " + std::to_string(least) + " .. " + std::to_string(limit - 1));
}

void check_tables(const quire::AttentionArgs& a, int64_t tokens, int64_t num_blocks) {
    using quire::to_word;
    if (!quire::is_due({to_word(a.query_starts), to_word(a.lengths), to_word(a.tables), to_word(a.seqs), to_word(a.table_width),
                        to_word(a.cache.block_size), to_word(tokens), to_word(num_blocks)})) return;
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
        int64_t used = (length + a.cache.block_size - 1) / a.cache.block_size;
        if (used > a.table_width)
            fail(s, "needs " + std::to_string(used) + " blocks, its table has " + std::to_string(a.table_width));
        const int32_t* table = a.tables + s * a.table_width;
        for (int64_t i = 0; i < used; i++)
            if (table[i] < 0 || table[i] >= num_blocks)
                fail(s, "block " + std::to_string(table[i]) + " is outside the cache of " + std::to_string(num_blocks));
    }
}

// Above this many element steps (about 20 microseconds) the GIL is let go; below, handing it over could cost more than the op.
// In a Program it has been let go for the whole step. Every op passes here, so this is where one that was not `define`d is caught
// before it computes what no replay would.
struct Unlocked {
    std::optional<nb::gil_scoped_release> released;
    explicit Unlocked(double steps) {
        if (quire::way.tape) throw std::logic_error("a pass is being recorded, and calls what a tape cannot note: define<> it");
        if (steps > 5e4 && PyGILState_Check()) released.emplace();
    }
};

template <class T> T* at(Address address) { return reinterpret_cast<T*>(address); }

// ---- ops -----------------------------------------------------------------------------------------------------------------

int64_t packed_bytes(int dtype, int scheme, int64_t n, int64_t k) { return active->packed_bytes[scheme][dtype](n, k); }

// Weights and KV cache are read from end to end for each token: pages of 2 MB spare the address translation. Advice only.
void ask_for_large_pages(Address address, int64_t bytes) {
#if defined(__linux__)
    constexpr Address page = 2 << 20;
    Address first = (address + page - 1) / page * page, last = (address + Address(bytes)) / page * page;
    if (last > first) madvise(at<void>(first), last - first, MADV_HUGEPAGE);
#else
    (void)address, (void)bytes;
#endif
}

// pieces: address, rows and row stride of each; their rows are the n.
void pack(int dtype, int scheme, const std::vector<std::tuple<Address, int64_t, int64_t>>& pieces, int64_t n, int64_t k,
          Address out) {
    std::vector<quire::Piece> parts;
    for (const auto& [address, rows, stride] : pieces) parts.push_back({at<void>(address), rows, stride});
    Unlocked gil(double(n) * double(k));
    ask_for_large_pages(out, packed_bytes(dtype, scheme, n, k));
    active->pack[scheme][dtype](parts.data(), n, k, at<void>(out));
}

void linear(int dtype, int scheme, bool float_out, Address x, int64_t m, int64_t x_stride, Address packed, int64_t n, int64_t k,
            Address bias, Address y, int64_t y_stride) {
    Unlocked gil(double(m) * double(n) * double(k));
    active->linear[scheme][dtype][float_out](
        {at<void>(x), at<void>(packed), at<void>(bias), at<void>(y), m, n, k, x_stride, y_stride});
}

void rows(const char* what, Address table, int64_t table_rows, int64_t table_stride, Address index, int64_t count,
          int64_t row_bytes, Address y, int64_t y_stride) {
    check_index(what, at<int64_t>(index), count, 0, table_rows);
    if (!quire::way.computes) return;
    Unlocked gil(double(count) * double(row_bytes));
    for (int64_t i = 0; i < count; i++)
        std::memcpy(at<char>(y) + i * y_stride, at<char>(table) + at<int64_t>(index)[i] * table_stride, size_t(row_bytes));
}

void embedding(Address table, int64_t table_rows, int64_t table_stride, Address index, int64_t count, int64_t row_bytes, Address y,
               int64_t y_stride) {
    rows("ids", table, table_rows, table_stride, index, count, row_bytes, y, y_stride);
}

void gather(Address x, int64_t x_rows, int64_t x_stride, Address index, int64_t count, int64_t row_bytes, Address y,
            int64_t y_stride) {
    rows("rows", x, x_rows, x_stride, index, count, row_bytes, y, y_stride);
}

void packed_rows(int dtype, Address packed, int64_t n, int64_t k, Address ids, int64_t count, Address y, int64_t y_stride) {
    check_index("ids", at<int64_t>(ids), count, 0, n);
    if (!quire::way.computes) return;
    Unlocked gil(double(count) * double(k));
    active->packed_rows[dtype]({at<void>(packed), at<int64_t>(ids), at<void>(y), count, k, y_stride});
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
                    int64_t v_stride, int64_t tokens, Address positions, Address cos_sin, int64_t max_positions, int64_t rot,
                    Address slots, int cache_dtype, Address k_cache, int64_t k_block, Address v_cache, int64_t v_block,
                    Address scales, int64_t scale_block, int64_t num_blocks, int64_t kv_heads, int64_t block_size, int64_t d) {
    if (cos_sin) check_index("positions", at<int64_t>(positions), tokens, 0, max_positions);
    check_index("slots", at<int64_t>(slots), tokens, -1, num_blocks * block_size);
    if (!quire::way.computes) return;
    const quire::Cache cache = {at<void>(k_cache), at<void>(v_cache), at<float>(scales), kv_heads, d, block_size, k_block, v_block,
                                scale_block, cache_dtype};
    Unlocked gil(double(tokens) * double((heads + 2 * kv_heads) * d));
    active->rope[dtype]({at<void>(q), at<void>(k), at<void>(v), at<int64_t>(positions), at<float>(cos_sin), at<int64_t>(slots),
                         cache, tokens, heads, rot, q_stride, k_stride, v_stride});
}

void attention(int dtype, Address q, int64_t tokens, int64_t heads, int64_t q_stride, int cache_dtype, Address k_cache,
               int64_t k_block, Address v_cache, int64_t v_block, Address scales, int64_t scale_block, int64_t num_blocks,
               int64_t kv_heads, int64_t block_size, int64_t d, Address query_starts, Address lengths, Address tables, int64_t seqs,
               int64_t table_width, float scale, int64_t window, float soft_cap, Address y, int64_t y_stride) {
    const quire::Cache cache = {at<void>(k_cache), at<void>(v_cache), at<float>(scales), kv_heads, d, block_size, k_block, v_block,
                                scale_block, cache_dtype};
    quire::AttentionArgs a = {at<void>(q), at<void>(y), cache, at<int32_t>(query_starts), at<int32_t>(lengths),
                              at<int32_t>(tables), seqs, table_width, heads, q_stride, y_stride, window, scale, soft_cap, dtype};
    check_tables(a, tokens, num_blocks);
    if (!quire::way.computes) return;
    double positions = 0;
    for (int64_t s = 0; s < seqs; s++) positions += double(a.query_starts[s + 1] - a.query_starts[s]) * a.lengths[s];
    Unlocked gil(positions * double(heads * d));
    active->attention[cache_dtype](a);
}

void pointwise(int dtype, int which, Address x, int64_t rows, int64_t cols, int64_t x_stride, Address b, int64_t b_stride, Address y,
               int64_t y_stride) {
    Unlocked gil(double(rows) * double(cols));
    active->pointwise[dtype][which]({at<void>(x), at<void>(b), at<void>(y), rows, cols, x_stride, b_stride, y_stride});
}

// ---- limits of the machine ---------------------------------------------------------------------------------------------------

double seconds_of(const std::chrono::steady_clock::time_point& began) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

// Operations a second of all threads together, in chains of the instruction of this kind.
double peak_rate(int kind, int64_t steps) {
    nb::gil_scoped_release released;
    struct Context { int kind; int64_t steps; std::atomic<int64_t> done; } context{kind, steps, {0}};
    auto began = std::chrono::steady_clock::now();
    quire::parallel_tasks(quire::threads(), [](const void* c, int64_t) {
        auto* context = static_cast<Context*>(const_cast<void*>(c));
        context->done.fetch_add(int64_t(active->peak(quire::Peak(context->kind), context->steps)));
    }, &context);
    return double(context.done.load()) / seconds_of(began);
}

// Bytes a second that all threads together read of memory from `address` on. Pieces are small, so that no thread waits long.
double read_rate(Address address, int64_t bytes) {
    nb::gil_scoped_release released;
    constexpr int64_t piece = 1 << 20;
    ask_for_large_pages(address, bytes);
    struct Context { Address address; std::atomic<int> sum; } context{address, {0}};
    auto began = std::chrono::steady_clock::now();
    quire::parallel_tasks(bytes / piece, [](const void* c, int64_t i) {
        auto* context = static_cast<Context*>(const_cast<void*>(c));
        context->sum.fetch_add(int(active->read_all(at<void>(context->address + Address(i * piece)), piece)));
    }, &context);
    return double(bytes / piece * piece) / seconds_of(began);
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

// An op for Python: to be called, noted, and replayed. has_indices: having checked them, it asks whether to compute at all.
template <auto fn> void define(nb::module_& m, const char* name, bool has_indices = false) {
    quire::Op<fn>::native = &quire::add_native({name, quire::Op<fn>::num_words, has_indices, &quire::Op<fn>::replay});
    m.def(name, &quire::Op<fn>::call);
}

}  // namespace

NB_MODULE(_kernels, m) {
    nb::set_leak_warnings(false);         // a Program lives as long as its model, which may be until the interpreter ends
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
    m.def("peak_rate", &peak_rate);
    m.def("read_rate", &read_rate);
    m.def("ask_for_large_pages", &ask_for_large_pages);
    m.def("packed_bytes", &packed_bytes);
    m.def("pack", &pack);
    define<linear>(m, "linear");
    define<embedding>(m, "embedding", true);
    define<gather>(m, "gather", true);
    define<packed_rows>(m, "packed_rows", true);
    m.def("argmax_rows", &argmax_rows);
    define<norm>(m, "norm");
    define<rope_and_write>(m, "rope_and_write", true);
    define<attention>(m, "attention", true);
    define<pointwise>(m, "pointwise");
    nb::class_<quire::Tape>(m, "Tape")
        .def(nb::init<>())
        .def("start", &quire::Tape::start)
        .def("stop", &quire::Tape::stop)
        .def("calls", &quire::Tape::calls)
        .def("__len__", [](const quire::Tape& tape) { return tape.calls().size(); });
    nb::class_<quire::Program>(m, "Program")
        .def(nb::init<>())
        .def("add", &quire::Program::add)
        .def("cut", &quire::Program::cut)
        .def("run", &quire::Program::run, nb::call_guard<nb::gil_scoped_release>())
        .def("times", &quire::Program::times, nb::call_guard<nb::gil_scoped_release>())
        .def("__len__", &quire::Program::size)
        .def_prop_ro("num_calls_made", &quire::Program::num_calls_made);
}
