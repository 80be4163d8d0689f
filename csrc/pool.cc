#include "pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#if defined(__linux__)
#include <sched.h>
#endif
#if !defined(_WIN32)
#include <pthread.h>
#endif

namespace quire {
namespace {

constexpr int kSpinMicros = 50;          // ops of one forward pass follow each other within this
constexpr int64_t kIndexBits = 32;
constexpr uint64_t kIndexMask = (uint64_t{1} << kIndexBits) - 1;

inline void pause_cpu() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// A ticket is (job number << 32 | next task). A worker claims a task by compare-and-swap on the ticket it read, so a late one
// can neither take a task of a newer job nor read a job that is being replaced: its swap fails and it looks again.
struct Pool {
    std::mutex caller;                   // one job at a time
    std::atomic<uint64_t> ticket{0};
    std::atomic<int64_t> tasks{0}, done{0};
    std::atomic<void (*)(const void*, int64_t)> run{nullptr};
    std::atomic<const void*> context{nullptr};
    std::mutex sleep;
    std::condition_variable wake;
    std::atomic<int> sleepers{0}, wanted{0};
    int started = 0;

    bool has_task() const { return int64_t(ticket.load() & kIndexMask) < tasks.load(); }

    bool run_one() {
        uint64_t seen = ticket.load();
        int64_t i = int64_t(seen & kIndexMask);
        auto fn = run.load();
        auto ctx = context.load();
        if (i >= tasks.load()) return false;
        if (!ticket.compare_exchange_strong(seen, seen + 1)) return true;    // somebody was faster: look again
        fn(ctx, i);
        done.fetch_add(1);
        return true;
    }

    void work(int index) {
        auto idle_since = std::chrono::steady_clock::now();
        for (;;) {
            bool is_wanted = index < wanted.load();
            if (is_wanted && run_one()) {
                while (run_one()) {}
                idle_since = std::chrono::steady_clock::now();
            }
            for (int i = 0; i < 8; i++) pause_cpu();          // some 100 ns
            auto idle = std::chrono::steady_clock::now() - idle_since;
            if (is_wanted && idle < std::chrono::microseconds(kSpinMicros)) continue;
            std::unique_lock<std::mutex> lock(sleep);
            sleepers.fetch_add(1);       // before the last look, so that whoever publishes after it sees a sleeper
            wake.wait(lock, [&] { return index < wanted.load() && has_task(); });
            sleepers.fetch_sub(1);
            idle_since = std::chrono::steady_clock::now();
        }
    }

    void start_workers(int count) {
        wanted.store(count);
        for (; started < count; started++) std::thread([this, i = started] { work(i); }).detach();
    }

    void publish(int64_t n, void (*fn)(const void*, int64_t), const void* ctx) {
        uint64_t job = (ticket.load() >> kIndexBits) + 1;
        tasks.store(0);                  // first, so that the old ticket offers nothing while the fields change
        done.store(0);
        run.store(fn);
        context.store(ctx);
        ticket.store(job << kIndexBits);
        tasks.store(n);
        if (sleepers.load() > 0) {
            { std::lock_guard<std::mutex> lock(sleep); }     // a worker between its last look and its sleep is past it now
            wake.notify_all();
        }
    }

    void wait_done(int64_t n) {
        for (int spins = 0; done.load() < n; spins++) {
            if (spins < 4096) pause_cpu();
            else if (spins < 4160) std::this_thread::yield();
            else std::this_thread::sleep_for(std::chrono::microseconds(50));   // the worker was descheduled
        }
    }
};

int usable_cores() {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    int count = int(std::thread::hardware_concurrency());
    return count > 0 ? count : 1;
}

std::atomic<Pool*> pool{nullptr};        // never destroyed: workers may outlive static destructors
std::atomic<int> num_threads{0};
alignas(std::mutex) char make_storage[sizeof(std::mutex)];
std::mutex* make_mutex = new (make_storage) std::mutex;

void forget_pool_in_child() {            // its threads did not survive fork(); what it held is left to the child's copy
    pool.store(nullptr);
    make_mutex = new (make_storage) std::mutex;
}

Pool* the_pool() {
    if (Pool* p = pool.load()) return p;
    std::lock_guard<std::mutex> lock(*make_mutex);
    if (Pool* p = pool.load()) return p;
#if !defined(_WIN32)
    static const bool registered = pthread_atfork(nullptr, nullptr, forget_pool_in_child) == 0;
    (void)registered;
#endif
    Pool* made = new Pool;
    pool.store(made);
    return made;
}

struct Free { void operator()(void* p) const { std::free(p); } };

struct Scratch {
    std::unique_ptr<void, Free> memory;
    int64_t size = 0;

    void* grown(int64_t bytes) {
        if (bytes > size) {
            int64_t rounded = (bytes + 4095) / 4096 * 4096;
            memory.reset();
            size = 0;
            memory.reset(std::aligned_alloc(64, size_t(rounded)));
            if (!memory) throw std::bad_alloc();
            size = rounded;
        }
        return memory.get();
    }
};

}  // namespace

int threads() {
    int count = num_threads.load();
    return count > 0 ? count : usable_cores();
}

void set_threads(int count) { num_threads.store(count); }

void parallel_tasks(int64_t tasks, void (*run)(const void*, int64_t), const void* context) {
    int count = threads();
    if (tasks > 1 && count > 1 && tasks <= int64_t(kIndexMask)) {
        Pool* p = the_pool();
        std::unique_lock<std::mutex> lock(p->caller, std::try_to_lock);
        if (lock.owns_lock()) {
            if (p->wanted.load() != count - 1) p->start_workers(count - 1);
            p->publish(tasks, run, context);
            while (p->run_one()) {}
            p->wait_done(tasks);
            return;
        }
    }
    for (int64_t i = 0; i < tasks; i++) run(context, i);
}

void* scratch(int64_t bytes) {
    thread_local Scratch memory;
    return memory.grown(bytes);
}

void* task_scratch(int64_t bytes) {
    thread_local Scratch memory;
    return memory.grown(bytes);
}

}  // namespace quire
