// A small pool of threads that lives as long as the process, and is made anew in a child after fork().
#pragma once
#include <cstdint>

namespace quire {

// Calls run(context, i) for every i in [0, tasks), on this thread and on the pool's; returns when all are done. Tasks must not
// depend on who runs them. If the pool is busy with another caller, or tasks is 1, all run here: the results are the same.
void parallel_tasks(int64_t tasks, void (*run)(const void* context, int64_t task), const void* context);

void set_threads(int count);  // the caller counts as one
int threads();

// 64-byte aligned memory of the calling thread, kept between calls; valid until its next call. One for an op and another for
// the tasks that it runs, since some of them run on the op's own thread.
void* scratch(int64_t bytes);
void* task_scratch(int64_t bytes);

}  // namespace quire
