// Optimiser steps over all parameters of a network at once, and what is done to their gradients.
//
// The parameters are cut into chunks that the threads of a pool share; what a chunk gives depends
// on itself alone and sums of chunks are added in order, so results do not depend on the number of
// threads. Every array belongs to the caller and overlaps no other; nothing is allocated. `pool`
// may be NULL: the caller's thread does all.
#pragma once
#include "pool.h"
#include "types.h"

/// One trained tensor of `count` elements.
typedef struct {
  rs_type type;
  int first_chunk;   ///< filled by `rs_parameters_cut`
  size_t count;
  void *value;       ///< the weights
  void *gradient;    ///< the gradient by the weights
  void *moments[3];  ///< what a step keeps for each element; NULL where it keeps less
  double rate;       ///< the learning rate of this tensor
  double decay;      ///< the weight decay of this tensor
  int adaptive;      ///< whether `rs_ascend` measures in units of the weights
} rs_parameter;

/// Numbers the chunks of `count` parameters; call it before any of the functions below.
///
/// Returns the number of chunks.
int rs_parameters_cut(rs_parameter *parameters, int count);

/// One step of SGD as PyTorch defines it: g = gradient + decay value;
/// velocity = momentum velocity + g; value -= rate (nesterov ? g + momentum velocity : velocity).
///
/// moments: velocity, zero before the first step, or NULL where there is no momentum.
void rs_sgd_step(rs_pool *pool, const rs_parameter *parameters, int count, double momentum,
                 int nesterov);

/// The numbers of an Adam step that are common to all tensors.
typedef struct {
  double rate;             ///< of the tensor at hand; filled from the parameter
  double beta1, beta2;
  double epsilon;
  double coupled_decay;    ///< added to the gradient, times the value (Adam); from the parameter
  double decoupled_decay;  ///< taken from the value, times rate and value (AdamW); the same
  double correction1;      ///< 1 - beta1^t, t = 1 for the first step
  double correction2;      ///< 1 - beta2^t
} rs_adam;

/// One step of Adam, or of AdamW where `decoupled`. moments: means and mean squares of the
/// gradient, zero before the first step.
void rs_adam_step(rs_pool *pool, const rs_parameter *parameters, int count, rs_adam adam,
                  int decoupled);

/// The numbers of an AdEMAMix step that are common to all tensors.
typedef struct {
  double beta1, beta2, beta3;
  double alpha;            ///< the share of the slow mean
  double epsilon;
  double correction1;      ///< 1 - beta1^t
  double correction2;      ///< 1 - beta2^t
} rs_ademamix;

/// One step of AdEMAMix. moments: fast means, slow means and mean squares, zero before the first.
void rs_ademamix_step(rs_pool *pool, const rs_parameter *parameters, int count,
                      rs_ademamix ademamix);

/// What `rs_squares` adds up.
typedef enum {
  RS_OF_GRADIENTS = 0,
  RS_OF_VALUES = 1,
  RS_OF_SCALED_GRADIENTS = 2,  ///< the gradient times |value| + eta where `adaptive`
} rs_squared;

/// The sum of squares over all parameters, in double.
///
/// partials: room for a number per chunk.
double rs_squares(rs_pool *pool, const rs_parameter *parameters, int count, rs_squared what,
                  double eta, double *partials);

/// Multiplies all gradients by a factor.
void rs_scale_gradients(rs_pool *pool, const rs_parameter *parameters, int count, double factor);

/// Limits every element of all gradients to [-limit, limit]; NaN stays.
void rs_clamp_gradients(rs_pool *pool, const rs_parameter *parameters, int count, double limit);

/// Sets all gradients to 0.
void rs_clear_gradients(rs_pool *pool, const rs_parameter *parameters, int count);

/// Moves averages (moments) towards the values: average = decay average + (1 - decay) value.
void rs_moving_average(rs_pool *pool, const rs_parameter *parameters, int count, double decay);

/// Keeps the values in moments, then value += factor gradient; where `adaptive`, the gradient is
/// taken times (|value| + eta)^2.
void rs_ascend(rs_pool *pool, const rs_parameter *parameters, int count, double factor, double eta);

/// Copies moments to the values, bit by bit.
void rs_restore(rs_pool *pool, const rs_parameter *parameters, int count);
