// Sets up attention: blocks, chunks and scratch by shape alone; its plain loops in double.
#include "include/attention.h"

#include <math.h>
#include <string.h>

#include "layer_kernels.h"
#include "real.h"

enum {
  BLOCK_FLOATS = 8192,  // products of a block with all keys
  ROWS = 12,            // of the widest micro-kernel: blocks are multiples of it
  MOST_QUERIES = 96,
  ITEMS = 16,           // backward: chunks so that there are at least so many items
};

static rs_attention_job plan(const rs_attention *a, int backward) {
  rs_attention_job job = {.q = a->q, .k = a->k, .v = a->v, .heads = a->heads,
                          .depth = a->q.c / a->heads, .queries = a->q.h * a->q.w,
                          .keys = a->k.h * a->k.w, .backward = backward};
  job.padded_depth = rs_padded(job.depth);
  job.padded_keys = rs_padded(job.keys);
  job.scale = 1 / sqrtf((float)job.depth);
  job.block = rs_max(1, rs_min(MOST_QUERIES / ROWS, BLOCK_FLOATS / job.padded_keys / ROWS)) * ROWS;
  job.blocks = rs_divide_up(job.queries, job.block);
  const int pairs = a->q.n * a->heads;
  job.chunks = rs_min(job.blocks, rs_max(1, rs_divide_up(ITEMS, rs_max(1, pairs))));
  const size_t by_keys = (size_t)job.padded_keys * (size_t)job.depth;
  const size_t by_depth = (size_t)job.keys * (size_t)job.padded_depth;
  job.operand = rs_padded((int)(by_keys > by_depth ? by_keys : by_depth));
  const int products = backward ? 2 : 1, rows = backward ? 3 : 1;
  job.scratch_stride = (size_t)job.block * ((size_t)(products * job.padded_keys) +
                                            (size_t)(rows * job.padded_depth) + 1);
  job.scratch_stride = (job.scratch_stride + 15) / 16 * 16;
  return job;
}

static size_t packed_floats(const rs_attention_job *job) {
  return (size_t)(job->q.n * job->heads) * (job->backward ? 4 : 2) * job->operand;
}

static size_t partial_floats(const rs_attention_job *job) {
  if (!job->backward) return 0;
  return (size_t)(job->q.n * job->heads) * (size_t)job->chunks * 2 * (size_t)job->keys *
         (size_t)job->padded_depth;
}

size_t rs_attention_scratch_bytes(rs_type type, const rs_attention *attention, int backward,
                                  int threads) {
  const rs_attention_job job = plan(attention, backward);
  if (type == RS_FLOAT64) return (size_t)threads * 2 * (size_t)job.keys * sizeof(double);
  return (packed_floats(&job) + partial_floats(&job) + (size_t)threads * job.scratch_stride) *
         sizeof(float);
}

/// A job with its parts of the scratch.
static rs_attention_job job_of(const rs_attention *attention, int backward, void *scratch) {
  rs_attention_job job = plan(attention, backward);
  job.packed = scratch;
  job.partials = job.packed + packed_floats(&job);
  job.scratch = job.partials + partial_floats(&job);
  return job;
}

/// Channel 0 of a head of an image.
static double *head_of(const rs_view *v, int depth, int image, int head) {
  return (double *)v->data + (int64_t)image * v->h * v->w * v->stride + head * depth;
}

/// Probabilities of one query.
static void probabilities(const rs_attention_job *job, int image, int head, const double *q,
                          double *p) {
  const double *k = head_of(&job->k, job->depth, image, head), scale = 1 / sqrt(job->depth);
  double most = -INFINITY, sum = 0;
  for (int j = 0; j < job->keys; j++) {
    p[j] = 0;
    for (int c = 0; c < job->depth; c++) p[j] += scale * q[c] * k[j * job->k.stride + c];
    if (p[j] > most) most = p[j];
  }
  for (int j = 0; j < job->keys; j++) sum += p[j] = exp(p[j] - most);
  for (int j = 0; j < job->keys; j++) p[j] /= sum;
}

static void forward_double(void *context, int pair, int thread) {
  const rs_attention_job *job = context;
  const int image = pair / job->heads, head = pair % job->heads;
  double *p = (double *)job->packed + (size_t)thread * 2 * (size_t)job->keys;
  for (int i = 0; i < job->queries; i++) {
    probabilities(job, image, head,
                  head_of(&job->q, job->depth, image, head) + i * job->q.stride, p);
    const double *v = head_of(&job->v, job->depth, image, head);
    double *o = head_of(&job->o, job->depth, image, head) + i * job->o.stride;
    for (int c = 0; c < job->depth; c++) {
      o[c] = 0;
      for (int j = 0; j < job->keys; j++) o[c] += p[j] * v[j * job->v.stride + c];
    }
  }
}

/// Makes the gradients of one head zero where they are not added to.
static void clear(const rs_view *v, int rows, int depth, int image, int head, int accumulate) {
  if (!v->data || accumulate) return;
  for (int i = 0; i < rows; i++)
    memset(head_of(v, depth, image, head) + i * v->stride, 0, (size_t)depth * sizeof(double));
}

static void backward_double(void *context, int pair, int thread) {
  const rs_attention_job *job = context;
  const int image = pair / job->heads, head = pair % job->heads, depth = job->depth;
  double *p = (double *)job->packed + (size_t)thread * 2 * (size_t)job->keys, *dp = p + job->keys;
  const double scale = 1 / sqrt(depth);
  const double *k = head_of(&job->k, depth, image, head), *v = head_of(&job->v, depth, image, head);
  clear(&job->dq, job->queries, depth, image, head, job->accumulate & 1);
  clear(&job->dk, job->keys, depth, image, head, job->accumulate & 2);
  clear(&job->dv, job->keys, depth, image, head, job->accumulate & 4);
  for (int i = 0; i < job->queries; i++) {
    const double *q = head_of(&job->q, depth, image, head) + i * job->q.stride;
    const double *g = head_of(&job->o, depth, image, head) + i * job->o.stride;
    probabilities(job, image, head, q, p);
    double mean = 0;
    for (int j = 0; j < job->keys; j++) {
      dp[j] = 0;
      for (int c = 0; c < depth; c++) dp[j] += g[c] * v[j * job->v.stride + c];
      mean += p[j] * dp[j];
    }
    for (int j = 0; j < job->keys; j++) {
      const double ds = p[j] * (dp[j] - mean) * scale;
      for (int c = 0; c < depth; c++) {
        if (job->dq.data)
          head_of(&job->dq, depth, image, head)[i * job->dq.stride + c] +=
              ds * k[j * job->k.stride + c];
        if (job->dk.data)
          head_of(&job->dk, depth, image, head)[j * job->dk.stride + c] += ds * q[c];
        if (job->dv.data)
          head_of(&job->dv, depth, image, head)[j * job->dv.stride + c] += p[j] * g[c];
      }
    }
  }
}

void rs_attention_forward(rs_type type, rs_pool *pool, const rs_attention *attention,
                          const rs_view *o, void *scratch) {
  rs_attention_job job = job_of(attention, 0, scratch);
  job.o = *o;
  const int pairs = job.q.n * job.heads;
  if (type == RS_FLOAT64) {
    rs_run(pool, pairs, forward_double, &job);
    return;
  }
  rs_run(pool, pairs, rs_layers()->attention_pack, &job);
  rs_run(pool, pairs * job.blocks, rs_layers()->attention_forward, &job);
}

void rs_attention_backward(rs_type type, rs_pool *pool, const rs_attention *attention,
                           const rs_view *grad_o, const rs_view *dq, const rs_view *dk,
                           const rs_view *dv, int accumulate, void *scratch) {
  rs_attention_job job = job_of(attention, 1, scratch);
  job.o = *grad_o;
  job.dq = *dq;
  job.dk = *dk;
  job.dv = *dv;
  job.accumulate = accumulate;
  const int pairs = job.q.n * job.heads;
  if (type == RS_FLOAT64) {
    rs_run(pool, pairs, backward_double, &job);
    return;
  }
  rs_run(pool, pairs, rs_layers()->attention_pack, &job);
  rs_run(pool, pairs * job.chunks, rs_layers()->attention_backward, &job);
  rs_run(pool, pairs, rs_layers()->attention_merge, &job);
}
