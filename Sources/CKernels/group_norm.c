// Sums are taken for each block of rows and channel, and merged to groups in order, in double.
#include "include/group_norm.h"

#include <math.h>

#include "context_kernels.h"
#include "include/averages.h"
#include "real.h"

size_t rs_group_norm_scratch_count(const rs_view *x) {
  return 2 * rs_channel_sums_count(x) + 4 * (size_t)x->n * (size_t)x->c;
}

/// The factors a, m, b and g of `image_affine` of one image and channel.
static void put_factors(rs_type type, void *factors, const rs_view *x, int n, int c, double a,
                        double m, double b, double g) {
  const int64_t step = (int64_t)x->n * x->c, index = (int64_t)n * x->c + c;
  const double values[4] = {a, m, b, g};
  for (int k = 0; k < 4; k++) rs_context_put(type, factors, k * step + index, values[k], 0);
}

/// The sum of an image's blocks over the channels of a group.
static double group_total(const double *partials, const rs_view *x, int n, int first, int end) {
  const int blocks = rs_context_blocks(x);
  double sum = 0;
  for (int c = first; c < end; c++)
    sum += rs_context_total(partials, n * blocks, blocks, x->c, c);
  return sum;
}

void rs_group_norm_forward(rs_type type, rs_pool *pool, int groups, const rs_view *x,
                           const void *weight, const void *bias, double epsilon, const rs_view *y,
                           double *saved, double *scratch) {
  const rs_context_table *kernels = rs_context(type);
  const int size = x->c / groups;
  const double count = (double)size * x->h * x->w;
  double *inverse = saved + x->n * groups;
  void *factors = scratch + 2 * rs_channel_sums_count(x);
  rs_context_sum(pool, kernels->channel_sums, x, (rs_context_job){.x = *x}, scratch);
  for (int n = 0; n < x->n; n++)
    for (int c = 0; c < x->c; c++) {
      double *mean = saved + n * groups + c / size;
      if (c % size == 0) *mean = group_total(scratch, x, n, c, c + size) / count;
      rs_context_put(type, factors, (int64_t)n * x->c + c, *mean, 0);
    }
  rs_context_sum(pool, kernels->centred_squares, x, (rs_context_job){.x = *x, .weight = factors},
                 scratch);
  for (int n = 0; n < x->n; n++)
    for (int c = 0; c < x->c; c++) {
      const int k = n * groups + c / size;
      if (c % size == 0)
        inverse[k] = 1 / sqrt(group_total(scratch, x, n, c, c + size) / count + epsilon);
      put_factors(type, factors, x, n, c, inverse[k] * rs_context_element(type, weight, c),
                  saved[k], rs_context_element(type, bias, c), 0);
    }
  rs_context_run(pool, kernels->image_affine, y,
                 (rs_context_job){.x = *x, .y = *y, .weight = factors});
}

void rs_group_norm_backward(rs_type type, rs_pool *pool, int groups, const rs_view *x,
                            const rs_view *dy, const void *weight, const double *saved,
                            const rs_view *dx, int accumulate, void *dweight, void *dbias,
                            double *scratch) {
  const rs_context_table *kernels = rs_context(type);
  const int size = x->c / groups, blocks = rs_context_blocks(x);
  const double count = (double)size * x->h * x->w, *inverse = saved + x->n * groups;
  double *sums = scratch, *products = scratch + rs_channel_sums_count(x);
  void *factors = products + rs_channel_sums_count(x);
  for (int n = 0; n < x->n; n++)
    for (int c = 0; c < x->c; c++)
      rs_context_put(type, factors, (int64_t)n * x->c + c, saved[n * groups + c / size], 0);
  rs_context_sum(pool, kernels->channel_sums, x, (rs_context_job){.x = *dy}, sums);
  rs_context_sum(pool, kernels->centred_products, x,
                 (rs_context_job){.x = *x, .dy = *dy, .weight = factors}, products);
  for (int c = 0; c < x->c; c++) {
    double by_weight = 0, by_bias = 0;
    for (int n = 0; n < x->n; n++) {
      by_bias += rs_context_total(sums, n * blocks, blocks, x->c, c);
      by_weight += inverse[n * groups + c / size] *
                   rs_context_total(products, n * blocks, blocks, x->c, c);
    }
    rs_context_put(type, dbias, c, by_bias, 1);
    rs_context_put(type, dweight, c, by_weight, 1);
  }
  if (!dx->data) return;
  for (int n = 0; n < x->n; n++)
    for (int first = 0; first < x->c; first += size) {
      const int k = n * groups + first / size;
      double sum = 0, product = 0; // of the gradient by the normalised value, and of both
      for (int c = first; c < first + size; c++) {
        const double by = rs_context_element(type, weight, c);
        sum += by * rs_context_total(sums, n * blocks, blocks, x->c, c);
        product += by * inverse[k] * rs_context_total(products, n * blocks, blocks, x->c, c);
      }
      for (int c = first; c < first + size; c++)
        put_factors(type, factors, x, n, c, -inverse[k] * inverse[k] * product / count, saved[k],
                    -inverse[k] * sum / count, inverse[k] * rs_context_element(type, weight, c));
    }
  rs_context_run(pool, kernels->image_affine, dx,
                 (rs_context_job){
                     .x = *x, .dy = *dy, .y = *dx, .weight = factors, .accumulate = accumulate});
}
