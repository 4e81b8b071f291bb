/* Prints the GFLOP/s of multiply-adds in registers: fma_peak THREADS. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__AVX512F__)
#define WIDTH 16
#elif defined(__AVX__)
#define WIDTH 8
#else
#define WIDTH 4
#endif
/* latency times pipes of any CPU of today; fits the registers of all */
#define CHAINS 12
#define STEPS 20000000L
#define TRIES 5

typedef float vector __attribute__((vector_size(4 * WIDTH)));

static void *work(void *result) {
  vector sums[CHAINS], factor, term;
  for (int k = 0; k < WIDTH; k++) factor[k] = 0.999f, term[k] = 0.001f;
  for (int i = 0; i < CHAINS; i++) sums[i] = term * (float)i;
  for (long step = 0; step < STEPS; step++)
    for (int i = 0; i < CHAINS; i++) sums[i] = sums[i] * factor + term;
  float sum = 0;
  for (int i = 0; i < CHAINS; i++)
    for (int k = 0; k < WIDTH; k++) sum += sums[i][k];
  *(float *)result = sum;
  return NULL;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

int main(int count, char **arguments) {
  int threads = count > 1 ? atoi(arguments[1]) : 1;
  if (threads < 1 || threads > 4096) return 2;
  pthread_t *workers = malloc(threads * sizeof *workers);
  float *results = malloc(threads * sizeof *results);
  double best = 0;
  for (int attempt = 0; attempt < TRIES; attempt++) {
    double start = now();
    for (int t = 0; t < threads; t++) pthread_create(&workers[t], NULL, work, &results[t]);
    for (int t = 0; t < threads; t++) pthread_join(workers[t], NULL);
    double rate = 2.0 * WIDTH * CHAINS * STEPS * threads / (now() - start) / 1e9;
    if (rate > best) best = rate;
  }
  printf("%.1f\n", best);
  /* the sums are used, so that nothing is left out */
  return results[0] == 12345.0f;
}
