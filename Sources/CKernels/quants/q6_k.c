// Q6_K: super-blocks of 256 values: 128 bytes of low nibbles, 64 bytes of high pairs, 16 signed scales, one half-float scale.
#include "blocks.h"

enum { Q6_BYTES = 210 };

// The value at `i` of 256, between -32 and 31: each half of 128 values is four runs of 32 that share bytes.
static int q6_value(const uint8_t *super, int i) {
  const int half = i / 128, run = i / 32 % 4, at = i % 32;
  const uint8_t low = super[64 * half + 32 * (run % 2) + at], high = super[128 + 32 * half + at];
  return (int)((run < 2 ? low & 15 : low >> 4) | ((high >> (2 * run)) & 3) << 4) - 32;
}
static float q6_scale(const uint8_t *super, int i) {
  return half_to_float(super + 208) * (float)(int8_t)super[192 + i / 16];
}

void kvota_dequantize_q6_k(const uint8_t *source, float *out, int count) {
  for (int i = 0; i < count; i++) {
    const uint8_t *super = source + (size_t)(i / 256) * Q6_BYTES;
    out[i] = q6_scale(super, i % 256) * (float)q6_value(super, i % 256);
  }
}

void kvota_pack_q6_k(const uint8_t *source, size_t row_bytes, int rows, int inner, int block, uint8_t *group) {
  for (int row = 0; row < rows; row++) {
    const uint8_t *super = source + row * row_bytes + (size_t)(block / 8) * Q6_BYTES;
    const int start = block % 8 * 32;
    for (int half = 0; half < 2; half++)
      float_to_half(q6_scale(super, start + 16 * half), i8_scales(group, inner) + (size_t)block * 64 + 32 * half + 2 * row);
    for (int i = 0; i < 32; i++) *i8_byte(group, block, i, row) = (uint8_t)(q6_value(super, start + i) + 128);
  }
}
