// Optimiser steps, once for float and once for double. Shapes and owners: optimisers.h.
#include "optimisers.h"

#include <math.h>
#include <string.h>

#include "fast_kernels.h"

enum {
  CHUNK = 16384,  // elements: those of four arrays fit the second cache
  LANES = 16,     // partial sums of squares: as many as fill the vector registers
};

/// What all chunks of a call share.
typedef struct {
  const rs_parameter *parameters;
  int count;
  int flag;           // nesterov, decoupled, what is squared
  double factor, eta; // momentum, limit, decay, scale
  const rs_adam *adam;
  const rs_ademamix *ademamix;
  const rs_kernel_table *kernels; // of the caller: threads of the pool may use others
  double *partials;
} job;

/// A run of elements of one parameter.
typedef struct {
  const rs_parameter *parameter;
  size_t offset, count;
} chunk;

#define REAL float
#define SQRT sqrtf
#define FABS fabsf
#define TYPED(name) name##_float
#include "optimisers.inc"
#undef REAL
#undef SQRT
#undef FABS
#undef TYPED

#define REAL double
#define SQRT sqrt
#define FABS fabs
#define TYPED(name) name##_double
#include "optimisers.inc"
#include "adam.inc" // for float each instruction set has its own
#undef REAL
#undef SQRT
#undef FABS
#undef TYPED

int rs_parameters_cut(rs_parameter *parameters, int count) {
  int chunks = 0;
  for (int i = 0; i < count; i++) {
    parameters[i].first_chunk = chunks;
    chunks += (int)((parameters[i].count + CHUNK - 1) / CHUNK);
  }
  return chunks;
}

static int chunks_of(const rs_parameter *parameters, int count) {
  if (count == 0) return 0;
  const rs_parameter *last = parameters + count - 1;
  return last->first_chunk + (int)((last->count + CHUNK - 1) / CHUNK);
}

/// The elements of a chunk: of the last parameter that starts at it or before.
static chunk find(const job *job, int item) {
  int low = 0, high = job->count - 1;
  while (low < high) {
    const int middle = (low + high + 1) / 2;
    if (job->parameters[middle].first_chunk <= item) low = middle;
    else high = middle - 1;
  }
  const rs_parameter *parameter = job->parameters + low;
  const size_t offset = (size_t)(item - parameter->first_chunk) * CHUNK;
  const size_t rest = parameter->count - offset;
  return (chunk){parameter, offset, rest < CHUNK ? rest : CHUNK};
}

/// Defines the job `name##_chunk` that calls the kernel of the element type on one chunk.
#define CHUNK_JOB(name)                                                  \
  static void name##_chunk(void *context, int item, int thread) {        \
    (void)thread;                                                        \
    const job *all = context;                                            \
    const chunk part = find(all, item);                                  \
    switch (part.parameter->type) {                                      \
      case RS_FLOAT32: name##_float(all, part, item); break;             \
      case RS_FLOAT64: name##_double(all, part, item); break;            \
    }                                                                    \
  }

CHUNK_JOB(sgd)
CHUNK_JOB(ademamix)
CHUNK_JOB(squares)
CHUNK_JOB(scale)
CHUNK_JOB(clamp)
CHUNK_JOB(clear)
CHUNK_JOB(average)
CHUNK_JOB(ascend)
CHUNK_JOB(restore)

static void adam_chunk(void *context, int item, int thread) {
  (void)thread;
  const job *all = context;
  const chunk part = find(all, item);
  const rs_parameter *p = part.parameter;
  rs_adam adam = *all->adam;
  adam.rate = p->rate;
  adam.coupled_decay = all->flag ? 0 : p->decay;
  adam.decoupled_decay = all->flag ? p->decay : 0;
  if (p->type == RS_FLOAT32)
    all->kernels->adam(
      part.count, (float *)p->value + part.offset, (const float *)p->gradient + part.offset,
      (float *)p->moments[0] + part.offset, (float *)p->moments[1] + part.offset, adam);
  else
    adam_double(
      part.count, (double *)p->value + part.offset, (const double *)p->gradient + part.offset,
      (double *)p->moments[0] + part.offset, (double *)p->moments[1] + part.offset, adam);
}

static void run(rs_pool *pool, rs_job kernel, job job) {
  rs_run(pool, chunks_of(job.parameters, job.count), kernel, &job);
}

void rs_sgd_step(rs_pool *pool, const rs_parameter *parameters, int count, double momentum,
                 int nesterov) {
  run(pool, sgd_chunk,
      (job){.parameters = parameters, .count = count, .flag = nesterov, .factor = momentum});
}

void rs_adam_step(rs_pool *pool, const rs_parameter *parameters, int count, rs_adam adam,
                  int decoupled) {
  run(pool, adam_chunk,
      (job){.parameters = parameters, .count = count, .flag = decoupled, .adam = &adam,
            .kernels = rs_kernels()});
}

void rs_ademamix_step(rs_pool *pool, const rs_parameter *parameters, int count,
                      rs_ademamix ademamix) {
  run(pool, ademamix_chunk,
      (job){.parameters = parameters, .count = count, .ademamix = &ademamix});
}

double rs_squares(rs_pool *pool, const rs_parameter *parameters, int count, rs_squared what,
                  double eta, double *partials) {
  run(pool, squares_chunk,
      (job){.parameters = parameters, .count = count, .flag = what, .eta = eta,
            .partials = partials});
  double sum = 0;
  for (int i = 0; i < chunks_of(parameters, count); i++) sum += partials[i];
  return sum;
}

void rs_scale_gradients(rs_pool *pool, const rs_parameter *parameters, int count, double factor) {
  run(pool, scale_chunk, (job){.parameters = parameters, .count = count, .factor = factor});
}

void rs_clamp_gradients(rs_pool *pool, const rs_parameter *parameters, int count, double limit) {
  run(pool, clamp_chunk, (job){.parameters = parameters, .count = count, .factor = limit});
}

void rs_clear_gradients(rs_pool *pool, const rs_parameter *parameters, int count) {
  run(pool, clear_chunk, (job){.parameters = parameters, .count = count});
}

void rs_moving_average(rs_pool *pool, const rs_parameter *parameters, int count, double decay) {
  run(pool, average_chunk, (job){.parameters = parameters, .count = count, .factor = decay});
}

void rs_ascend(rs_pool *pool, const rs_parameter *parameters, int count, double factor,
               double eta) {
  run(pool, ascend_chunk,
      (job){.parameters = parameters, .count = count, .factor = factor, .eta = eta});
}

void rs_restore(rs_pool *pool, const rs_parameter *parameters, int count) {
  run(pool, restore_chunk, (job){.parameters = parameters, .count = count});
}
