// Threads take items from an atomic counter; they spin for a while before they sleep, since the
// next kernel usually follows within microseconds.
#define _GNU_SOURCE
#include "include/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

enum {
  NANOSECONDS_BEFORE_SLEEP = 300000,
  SPINS_BETWEEN_LOOKS = 64, // at the clock
  SPINS_BEFORE_YIELD = 2000,
};

/// The items first ..< end of a thread, of which `next` is the next to take.
typedef struct {
  _Alignas(64) atomic_int next;
  int end;
} rs_share;

struct rs_pool {
  int threads, started;
  pthread_t *handles;
  pthread_mutex_t run_mutex; // one run at a time
  pthread_mutex_t sleep_mutex;
  pthread_cond_t wake;
  atomic_uint generation; // raised for each run and at the end
  atomic_int sleepers, running;
  rs_share *shares; // one for each thread
  atomic_bool stopping;
  int items;
  rs_job job;
  void *context;
};

typedef struct { rs_pool *pool; int thread; } rs_worker;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void take_items(rs_pool *pool, int thread) {
  // its own share first, so that a thread finds in its cache what it wrote in the kernel before
  for (int k = 0; k < pool->threads; k++) {
    rs_share *share = &pool->shares[(thread + k) % pool->threads];
    for (int item; (item = atomic_fetch_add(&share->next, 1)) < share->end;)
      pool->job(pool->context, item, thread);
  }
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void wait_for_generation(rs_pool *pool, unsigned seen) {
  int64_t since = 0;
  for (int spins = 1; atomic_load(&pool->generation) == seen; spins++) {
    pause_briefly();
    if (spins % SPINS_BETWEEN_LOOKS != 0) continue;
    if (since == 0) since = nanoseconds();
    if (nanoseconds() - since < NANOSECONDS_BEFORE_SLEEP) continue;
    pthread_mutex_lock(&pool->sleep_mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while (atomic_load(&pool->generation) == seen)
      pthread_cond_wait(&pool->wake, &pool->sleep_mutex);
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->sleep_mutex);
  }
}

static void announce(rs_pool *pool) {
  atomic_fetch_add(&pool->generation, 1);
  if (atomic_load(&pool->sleepers) == 0) return;
  pthread_mutex_lock(&pool->sleep_mutex);
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->sleep_mutex);
}

static void *work(void *argument) {
  rs_worker *worker = argument;
  rs_pool *pool = worker->pool;
  const int thread = worker->thread;
  free(worker);
  for (unsigned seen = 0;; seen++) {
    wait_for_generation(pool, seen);
    if (atomic_load(&pool->stopping)) return NULL;
    take_items(pool, thread);
    atomic_fetch_sub(&pool->running, 1);
  }
}

rs_pool *rs_pool_create(int threads) {
  rs_pool *pool = calloc(1, sizeof *pool);
  if (!pool) return NULL;
  pool->threads = threads < 1 ? 1 : threads;
  pool->handles = calloc((size_t)pool->threads, sizeof *pool->handles);
  pool->shares = aligned_alloc(64, (size_t)pool->threads * sizeof *pool->shares);
  if (!pool->handles || !pool->shares) {
    free(pool->handles);
    free(pool->shares);
    free(pool);
    return NULL;
  }
  pthread_mutex_init(&pool->run_mutex, NULL);
  pthread_mutex_init(&pool->sleep_mutex, NULL);
  pthread_cond_init(&pool->wake, NULL);
  for (int thread = 1; thread < pool->threads; thread++) {
    rs_worker *worker = malloc(sizeof *worker);
    if (worker) *worker = (rs_worker){pool, thread};
    if (!worker || pthread_create(&pool->handles[thread], NULL, work, worker) != 0) {
      free(worker); // fewer threads than asked for: slower, same results
      break;
    }
    pool->started = thread;
  }
  return pool;
}

void rs_pool_destroy(rs_pool *pool) {
  if (!pool) return;
  atomic_store(&pool->stopping, 1);
  announce(pool);
  for (int thread = 1; thread <= pool->started; thread++) pthread_join(pool->handles[thread], NULL);
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->sleep_mutex);
  pthread_mutex_destroy(&pool->run_mutex);
  free(pool->handles);
  free(pool->shares);
  free(pool);
}

int rs_pool_threads(const rs_pool *pool) { return pool->threads; }

void rs_pool_run(rs_pool *pool, int items, rs_job job, void *context) {
  if (items <= 0) return;
  if (pool->started == 0 || items == 1) {
    for (int item = 0; item < items; item++) job(context, item, 0);
    return;
  }
  pthread_mutex_lock(&pool->run_mutex);
  pool->job = job;
  pool->context = context;
  pool->items = items;
  for (int k = 0; k < pool->threads; k++) {
    pool->shares[k].end = (int)((int64_t)items * (k + 1) / pool->threads);
    atomic_store(&pool->shares[k].next, (int)((int64_t)items * k / pool->threads));
  }
  atomic_store(&pool->running, pool->started);
  announce(pool);
  take_items(pool, 0);
  for (int spins = 0; atomic_load(&pool->running) != 0; spins++) {
    pause_briefly();
    if (spins > SPINS_BEFORE_YIELD) sched_yield();
  }
  pthread_mutex_unlock(&pool->run_mutex);
}
