// Sets up depthwise convolutions; their plain loops in double.
#include "include/depthwise.h"

#include <math.h>
#include <string.h>

#include "layer_kernels.h"
#include "real.h"

enum { MOST_CHUNKS = 16 };

static int taps_of(const rs_depthwise *conv) { return conv->kernel_h * conv->kernel_w; }

static int is_double(rs_type type) { return type == RS_FLOAT64; }

static size_t size_of(rs_type type) { return is_double(type) ? sizeof(double) : sizeof(float); }

static int chunks_of(const rs_view *y) { return rs_min(MOST_CHUNKS, y->n * y->h); }

/// One output without the GELU.
static double sum_at(const rs_depthwise_job *job, int image, int h, int w, int c) {
  const rs_depthwise *conv = job->conv;
  const rs_view *x = &job->x;
  const int padded = rs_padded(conv->channels);
  double sum = job->bias ? ((const double *)job->bias)[c] : 0;
  for (int a = 0; a < conv->kernel_h; a++)
    for (int b = 0; b < conv->kernel_w; b++) {
      const int ih = h * conv->stride - job->padding + a * conv->dilation;
      const int iw = w * conv->stride - job->padding + b * conv->dilation;
      if (ih < 0 || ih >= x->h || iw < 0 || iw >= x->w) continue;
      const int64_t pixel = ((int64_t)image * x->h + ih) * x->w + iw;
      sum += ((const double *)job->weight)[(a * conv->kernel_w + b) * padded + c] *
             ((const double *)x->data)[pixel * x->stride + c];
    }
  return sum;
}

static void row_double(void *context, int item, int thread) {
  (void)thread;
  const rs_depthwise_job *job = context;
  const rs_view *y = &job->y, *dy = &job->dy;
  for (int w = 0; w < y->w; w++) {
    const int64_t pixel = (int64_t)item * y->w + w;
    double *to = (double *)y->data + pixel * y->stride;
    for (int c = 0; c < y->c; c++) {
      double v = sum_at(job, item / y->h, item % y->h, w, c);
      const double normal = 0.5 * (1 + erf(v * M_SQRT1_2));
      if (dy->data) {
        const double density = exp(-0.5 * v * v) * (0.5 * M_2_SQRTPI * M_SQRT1_2);
        v = (normal + v * density) * ((const double *)dy->data)[pixel * dy->stride + c];
      } else if (job->gelu) {
        v *= normal;
      }
      to[c] = job->accumulate ? to[c] + v : v;
    }
  }
}

static void input_gradient_row_double(void *context, int item, int thread) {
  (void)thread;
  const rs_depthwise_job *job = context;
  const rs_depthwise *conv = job->conv;
  const rs_view *dy = &job->x, *dx = &job->y;
  const int image = item / dx->h, h = item % dx->h, padded = rs_padded(conv->channels);
  for (int w = 0; w < dx->w; w++)
    for (int c = 0; c < dx->c; c++) {
      double *to = (double *)dx->data + ((int64_t)item * dx->w + w) * dx->stride + c;
      double sum = job->accumulate ? *to : 0;
      for (int a = 0; a < conv->kernel_h; a++)
        for (int b = 0; b < conv->kernel_w; b++) {
          const int high = h + job->padding - a * conv->dilation;
          const int wide = w + job->padding - b * conv->dilation;
          if (high < 0 || high % conv->stride || high / conv->stride >= dy->h) continue;
          if (wide < 0 || wide % conv->stride || wide / conv->stride >= dy->w) continue;
          const int64_t pixel =
              ((int64_t)image * dy->h + high / conv->stride) * dy->w + wide / conv->stride;
          sum += ((const double *)job->weight)[(a * conv->kernel_w + b) * padded + c] *
                 ((const double *)dy->data)[pixel * dy->stride + c];
        }
      *to = sum;
    }
}

static void weight_chunk_double(void *context, int chunk, int thread) {
  (void)thread;
  const rs_depthwise_job *job = context;
  const rs_depthwise *conv = job->conv;
  const rs_view *x = &job->x, *dy = &job->y;
  const int padded = rs_padded(conv->channels), taps = taps_of(conv);
  double *sums = (double *)job->partials + (size_t)chunk * (size_t)(taps + 1) * (size_t)padded;
  memset(sums, 0, (size_t)(taps + 1) * (size_t)padded * sizeof(double));
  const int64_t pixels = rs_pixels(dy), first = pixels * chunk / job->chunks;
  for (int64_t p = first; p < pixels * (chunk + 1) / job->chunks; p++) {
    const int image = (int)(p / ((int64_t)dy->h * dy->w));
    const int h = (int)(p / dy->w % dy->h), w = (int)(p % dy->w);
    const double *g = (const double *)dy->data + p * dy->stride;
    for (int c = 0; c < dy->c; c++) sums[taps * padded + c] += g[c];
    for (int t = 0; t < taps; t++) {
      const int ih = h * conv->stride - job->padding + t / conv->kernel_w * conv->dilation;
      const int iw = w * conv->stride - job->padding + t % conv->kernel_w * conv->dilation;
      if (ih < 0 || ih >= x->h || iw < 0 || iw >= x->w) continue;
      const int64_t pixel = ((int64_t)image * x->h + ih) * x->w + iw;
      const double *v = (const double *)x->data + pixel * x->stride;
      for (int c = 0; c < dy->c; c++) sums[t * padded + c] += g[c] * v[c];
    }
  }
}

/// Weights and bias as [tap][padded channels], the bias behind the taps; turned by half if asked.
static void pack(rs_type type, const rs_depthwise *conv, const void *weight, const void *bias,
                 int turned, void *packed) {
  const int padded = rs_padded(conv->channels), taps = taps_of(conv), c = conv->channels;
  memset(packed, 0, (size_t)(taps + 1) * (size_t)padded * size_of(type));
  for (int t = 0; t < taps; t++) {
    const int from = turned ? taps - 1 - t : t, to = t * padded;
    if (is_double(type))
      for (int k = 0; k < c; k++)
        ((double *)packed)[to + k] = ((const double *)weight)[k * taps + from];
    else
      for (int k = 0; k < c; k++)
        ((float *)packed)[to + k] = ((const float *)weight)[k * taps + from];
  }
  if (bias)
    memcpy((char *)packed + (size_t)(taps * padded) * size_of(type), bias,
           (size_t)c * size_of(type));
}

static size_t packed_count(const rs_depthwise *conv) {
  return (size_t)(taps_of(conv) + 1) * (size_t)rs_padded(conv->channels);
}

size_t rs_depthwise_scratch_bytes(rs_type type, const rs_depthwise *conv, const rs_view *y) {
  return packed_count(conv) * (size_t)(1 + chunks_of(y)) * size_of(type);
}

/// A job with packed weights; `scratch` takes them.
static rs_depthwise_job job_of(rs_type type, const rs_depthwise *conv, const rs_view *x,
                               const rs_view *y, const void *weight, const void *bias, int turned,
                               void *scratch) {
  pack(type, conv, weight, bias, turned, scratch);
  const size_t weights = (size_t)taps_of(conv) * (size_t)rs_padded(conv->channels);
  return (rs_depthwise_job){.conv = conv, .x = *x, .y = *y, .weight = scratch,
                            .bias = bias ? (char *)scratch + weights * size_of(type) : NULL,
                            .padding = conv->padding, .gelu = conv->gelu};
}

void rs_depthwise_forward(rs_type type, rs_pool *pool, const rs_depthwise *conv, const rs_view *x,
                          const void *weight, const void *bias, const rs_view *y, void *scratch) {
  rs_depthwise_job job = job_of(type, conv, x, y, weight, bias, 0, scratch);
  rs_run(pool, y->n * y->h, is_double(type) ? row_double : rs_layers()->depthwise_row, &job);
}

static void add_weight_gradient(rs_type type, const rs_depthwise_job *job, void *dweight,
                                void *dbias) {
  const int taps = taps_of(job->conv), padded = rs_padded(job->conv->channels);
  for (int t = 0; t <= taps; t++) {
    void *to = t < taps ? dweight : dbias;
    for (int c = 0; to && c < job->conv->channels; c++) {
      double sum = 0;
      for (int chunk = 0; chunk < job->chunks; chunk++) {
        const size_t at = ((size_t)chunk * (size_t)(taps + 1) + (size_t)t) * (size_t)padded + (size_t)c;
        sum += is_double(type) ? ((const double *)job->partials)[at]
                               : (double)((const float *)job->partials)[at];
      }
      const int place = t < taps ? c * taps + t : c;
      if (is_double(type)) ((double *)to)[place] += sum;
      else ((float *)to)[place] += (float)sum;
    }
  }
}

void rs_depthwise_backward(rs_type type, rs_pool *pool, const rs_depthwise *conv, const rs_view *x,
                           const void *weight, const void *bias, const rs_view *dy,
                           const rs_view *dx, int accumulate, void *dweight, void *dbias,
                           void *scratch) {
  if (conv->gelu) {
    rs_depthwise_job slope = job_of(type, conv, x, dy, weight, bias, 0, scratch);
    slope.dy = *dy;
    rs_run(pool, dy->n * dy->h, is_double(type) ? row_double : rs_layers()->depthwise_row, &slope);
  }
  rs_depthwise_job sums = {.conv = conv, .x = *x, .y = *dy, .padding = conv->padding,
                           .chunks = chunks_of(dy), .partials = scratch};
  if (dweight) {
    rs_run(pool, sums.chunks,
           is_double(type) ? weight_chunk_double : rs_layers()->depthwise_weight_chunk, &sums);
    add_weight_gradient(type, &sums, dweight, dbias);
  }
  if (!dx->data) return;
  // with stride 1 a convolution by the filters turned by half
  const int turned = conv->stride == 1 && conv->kernel_h == conv->kernel_w;
  rs_depthwise_job job = job_of(type, conv, dy, dx, weight, NULL, turned, scratch);
  job.gelu = 0;
  job.accumulate = accumulate;
  if (turned) {
    job.padding = conv->dilation * (conv->kernel_h - 1) - conv->padding;
    rs_run(pool, dx->n * dx->h, is_double(type) ? row_double : rs_layers()->depthwise_row, &job);
  } else {
    rs_run(pool, dx->n * dx->h,
           is_double(type) ? input_gradient_row_double : rs_layers()->depthwise_input_gradient_row,
           &job);
  }
}
