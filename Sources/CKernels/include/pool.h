// A persistent pool of threads.
#pragma once

/// Threads that wait for work between kernels.
typedef struct rs_pool rs_pool;

/// One item of work: `item` from 0, `thread` from 0 to the pool's size minus 1.
typedef void (*rs_job)(void *context, int item, int thread);

/// Makes a pool of `threads` threads, the caller's included; NULL if there is no memory.
/// The caller owns it and ends it with `rs_pool_destroy`.
rs_pool *rs_pool_create(int threads);

/// Ends the threads and frees the pool.
void rs_pool_destroy(rs_pool *pool);

/// The number of threads, the caller's included.
int rs_pool_threads(const rs_pool *pool);

/// Runs `job` for the items 0 ..< items on all threads and returns when all are done. Which thread
/// takes an item is left to chance: a job's result must depend on the item alone. Calls from
/// several threads wait for each other; a job must not call it.
void rs_pool_run(rs_pool *pool, int items, rs_job job, void *context);
