// What the file types share: scalar half floats and places in a packed group.
#pragma once
#include "kernels.h"
#include <string.h>

static inline float half_to_float(const uint8_t *p) {
  uint16_t h;
  memcpy(&h, p, 2);
  uint32_t exponent = (h >> 10) & 31, mantissa = h & 1023, sign = (uint32_t)(h & 0x8000) << 16, bits;
  float value;
  if (exponent == 0) {
    value = (float)mantissa * 0x1p-24f;
    memcpy(&bits, &value, 4);
    bits |= sign;
  } else {
    bits = sign | (exponent == 31 ? 0x7f800000 : (exponent + 112) << 23) | mantissa << 13;
  }
  memcpy(&value, &bits, 4);
  return value;
}

static inline void float_to_half(float value, uint8_t *p) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  uint32_t sign = (bits >> 16) & 0x8000, magnitude = bits & 0x7fffffff, h;
  if (magnitude >= 0x47800000) h = magnitude > 0x7f800000 ? 0x7e00 : 0x7c00;
  else if (magnitude < 0x38800000) {
    float small;
    memcpy(&small, &magnitude, 4);
    h = (uint32_t)__builtin_rintf(small * 0x1p24f);
  } else h = (magnitude + 0xfff + ((magnitude >> 13) & 1) - (112u << 23)) >> 13;
  uint16_t half = (uint16_t)(sign | h);
  memcpy(p, &half, 2);
}

// U4: the start of a block in its group.
static inline uint8_t *u4_block(uint8_t *group, int block) { return group + (size_t)block * 320; }
// I8 and I8H: the byte of (block, inner value, row), and the scales behind all blocks.
static inline uint8_t *i8_byte(uint8_t *group, int block, int value, int row) {
  return group + (size_t)block * 512 + (value / 4) * 64 + row * 4 + value % 4;
}
static inline uint8_t *i8_scales(uint8_t *group, int inner) { return group + (size_t)inner / KVOTA_BLOCK * 512; }
