// Q8_0: blocks of a half-float scale and 32 signed bytes.
#include "blocks.h"

void kvota_dequantize_q8_0(const uint8_t *source, float *out, int count) {
  for (int b = 0; b < count / 32; b++, source += 34, out += 32) {
    float scale = half_to_float(source);
    for (int i = 0; i < 32; i++) out[i] = scale * (float)(int8_t)source[2 + i];
  }
}

void kvota_pack_q8_0(const uint8_t *source, size_t row_bytes, int rows, int inner, int block, uint8_t *group) {
  for (int row = 0; row < rows; row++) {
    const uint8_t *from = source + row * row_bytes + (size_t)block * 34;
    memcpy(i8_scales(group, inner) + (size_t)block * 32 + 2 * row, from, 2);
    for (int i = 0; i < 32; i++) *i8_byte(group, block, i, row) = from[2 + i] ^ 0x80;
  }
}
