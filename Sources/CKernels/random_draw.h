// Random numbers that follow from a key and a number alone, so that they can be made again.
#pragma once
#include <stdint.h>

/// What is added to the low bits of a number before they are mixed.
static inline uint32_t rs_draw_offset(uint64_t key, uint64_t index) {
  uint64_t word = key + (index >> 32) * 0x9e3779b97f4a7c15u; // SplitMix64
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t)(word >> 32);
}

/// 32 random bits: the low bits of the number, mixed (C. Wellons' `lowbias32`).
static inline uint32_t rs_draw(uint64_t key, uint64_t index) {
  uint32_t x = (uint32_t)index + rs_draw_offset(key, index);
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}
