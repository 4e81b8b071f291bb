// What the kernels of one instruction set share with the code that sets up their jobs.
#pragma once
#include "include/fused_convolution.h"
#include "include/instruction_sets.h"
#include "include/optimisers.h"

enum {
  RS_WIDEST = 16,        // lanes of the widest vector: paddings do not depend on the instruction set
  RS_WIDEST_BLOCK = 32,  // output channels of the widest micro-kernel
  RS_ROW_SURPLUS = 16,   // floats between rows of transformed tiles, against cache aliasing
  RS_POSITIONS = 36,     // of a transformed tile, 6 x 6
  RS_TILE = 4,           // output pixels of a tile along each axis
  RS_SUM_TILES = 32,     // tiles (pixels / 16) of one sum before it is added to the others
  RS_STAGE_SUM_TILES = 64, // the same where tiles are transformed before they are multiplied
  RS_MAX_TAPS = 64,      // taps of a phase that have offsets of their own
  RS_MAX_PHASES = 16,    // residues of a strided gradient by the input
  RS_DOT_OUTPUTS = 4,    // so few outputs are dot products over the input channels
  RS_MAX_PATCH = 32,     // pixels that are stored at a time
};

static inline int rs_padded(int channels) {
  return (channels + RS_WIDEST - 1) / RS_WIDEST * RS_WIDEST;
}

/// Tiles of 4 x 4 output pixels that cover the images of a view.
typedef struct {
  int rows, columns, count;
} rs_tiling;

/// Image and first output pixel of a tile.
typedef struct {
  int image, h, w;
} rs_tile;

static inline rs_tile rs_tile_at(const rs_tiling *t, int index) {
  const int row = index / t->columns;
  return (rs_tile){row / t->rows, row % t->rows * RS_TILE, index % t->columns * RS_TILE};
}

/// Forward pass and gradient by the input with F(4x4, 3x3): an item is a block of tiles.
typedef struct {
  const rs_source *source;
  const rs_sink *sink;
  const float *packed; // [block of outputs][position][input][outputs of the block]
  float *scratch;      // each thread: transformed inputs, then products
  size_t scratch_stride;
  int inputs, outputs, padding, block;
  rs_tiling tiling;
} rs_winograd_job;

/// Packing with the transform of the weights: an item is a block of outputs.
typedef struct {
  const float *weight; // (outputs, inputs, 3, 3), or turned by half and exchanged
  float *packed;
  int inputs, outputs, is_gradient;
} rs_winograd_packing;

/// Gradient by the weights with F(3x3, 4x4).
typedef struct {
  const rs_source *x, *dy;
  int padding, chunks;
  rs_tiling tiling;
  float *partials; // [chunk][block of outputs][position][input][outputs of the block]
  float *scratch;  // each thread, or all together: transformed x, then dy
  size_t scratch_stride;
  // by position: tiles first ..< first + count, outputs from first_output on
  int first_tile, tile_count, first_output, output_count;
  float *dw;
} rs_winograd_weight_job;

/// One set of output pixels, `step` apart, that see the same taps.
typedef struct {
  int row, column;               // the first output pixel
  int taps_h, taps_w;
  int first_h, first_w;          // input pixel of tap (0, 0) for the first output pixel
  int tap_step_h, tap_step_w;    // input pixels from tap to tap
  const float *packed;           // [block of outputs][tap][input][outputs of the block]
} rs_direct_phase;

/// Direct convolution: an item is a block of rows x columns output pixels (of each phase).
typedef struct {
  const rs_source *source;
  const rs_sink *sink;
  float *scratch;                // each thread: input pixels, then products
  size_t scratch_stride;
  int inputs, outputs;
  int in_step, out_step;         // pixels from one output pixel of a phase to the next
  int rows, columns;             // output pixels of the largest phase
  int block_rows, block_columns, blocks_h, blocks_w;
  int low_h, low_w, high_h, high_w; // extent of all taps of all phases
  int in_place;                  // read straight from the view
  int dots;                      // few outputs: dot products; packed [output][tap][padded input]
  int phase_count;
  rs_direct_phase phases[RS_MAX_PHASES];
} rs_direct_job;

/// Gradient by the weights, direct: an item is a chunk of blocks of output pixels.
typedef struct {
  const rs_source *x, *dy;
  const rs_conv *conv;
  int exchanged;                 // the roles of x and dy, for pointwise convolutions of few outputs
  int chunks, block_rows, block_columns, blocks_h, blocks_w;
  float *partials;               // [chunk][tap][input][padded outputs]
  size_t partial_stride;
  float *scratch;
  size_t scratch_stride;
} rs_direct_weight_job;

/// Value by value: an item is a block of rows.
typedef struct {
  const rs_source *source;
  const rs_view *dy; // of max-pooling
  const rs_sink *sink;
  int block_rows, blocks_per_image;
} rs_transfer_job;

/// The kernels of one instruction set.
typedef struct {
  int lanes, columns; // columns: output channels of the micro-kernel
  rs_job winograd_pack, winograd_block;
  rs_job winograd_weight_chunk, winograd_weight_transform, winograd_weight_multiply;
  rs_job winograd_weight_finish;
  rs_job direct_block, direct_weight_chunk;
  rs_job transfer_block, max_pool_backward_block;
  void (*adam)(size_t count, float *value, const float *gradient, float *first, float *second,
               rs_adam adam);
} rs_kernel_table;

extern const rs_kernel_table rs_kernels_portable;
#if defined(__x86_64__)
extern const rs_kernel_table rs_kernels_avx2, rs_kernels_avx512;
#endif

/// The kernels in use.
const rs_kernel_table *rs_kernels(void);

/// `rs_pool_run`, in the caller's thread without a pool.
void rs_run(rs_pool *pool, int items, rs_job job, void *context);
