// Steps of optimisers over flat tensors, and what is done to gradients before them.
//
// Every array has `count` elements of the type given, belongs to the caller, and overlaps no other.
// Nothing is allocated.
#pragma once
#include "types.h"

/// One step of SGD as PyTorch defines it: g = gradient + weight_decay value;
/// velocity = momentum velocity + g; value -= rate (nesterov ? g + momentum velocity : velocity).
///
/// value in and out; gradient in; velocity in and out, zero before the first step, or NULL when
/// momentum is 0.
void rs_sgd_step(
  rs_type type, size_t count, void *value, const void *gradient, void *velocity, double rate,
  double momentum, double weight_decay, int nesterov);

/// The numbers of an Adam step that are common to all tensors.
typedef struct {
  double rate;
  double beta1;
  double beta2;
  double epsilon;
  /// Added to the gradient as weight_decay times the value (Adam).
  double coupled_decay;
  /// Taken from the value as rate times decay times the value (AdamW).
  double decoupled_decay;
  /// 1 - beta1^t and 1 - beta2^t, t = 1 for the first step.
  double correction1;
  double correction2;
} rs_adam;

/// One step of Adam or AdamW. value, first and second in and out (the moments are zero before the
/// first step); gradient in.
void rs_adam_step(
  rs_type type, size_t count, void *value, const void *gradient, void *first, void *second,
  rs_adam adam);

/// The sum of the squares of x, accumulated in double in an order that depends on count alone.
double rs_sum_of_squares(rs_type type, size_t count, const void *x);

/// Multiplies x by a factor in place.
void rs_scale(rs_type type, size_t count, void *x, double factor);

/// Limits every element of x to [-limit, limit] in place; NaN stays.
void rs_clamp(rs_type type, size_t count, void *x, double limit);

/// Moves average towards value: average = decay average + (1 - decay) value.
void rs_moving_average(
  rs_type type, size_t count, void *average, const void *value, double decay);
