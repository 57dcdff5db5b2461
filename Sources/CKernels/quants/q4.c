// Q4_0 and Q4_1: blocks of 32 nibbles; the file's byte j holds value j low and value 16 + j high, as the packed form does.
#include "blocks.h"

static void dequantize_q4(const uint8_t *source, float *out, int count, int header, int has_minimum) {
  for (int b = 0; b < count / 32; b++, source += header + 16, out += 32) {
    float scale = half_to_float(source), minimum = has_minimum ? half_to_float(source + 2) : -8 * scale;
    for (int j = 0; j < 16; j++) {
      out[j] = scale * (float)(source[header + j] & 15) + minimum;
      out[16 + j] = scale * (float)(source[header + j] >> 4) + minimum;
    }
  }
}

static void pack_q4(const uint8_t *source, size_t row_bytes, int rows, int block, uint8_t *group, int header, int has_minimum) {
  uint8_t *packed = u4_block(group, block);
  for (int row = 0; row < rows; row++) {
    const uint8_t *from = source + row * row_bytes + (size_t)block * (header + 16);
    memcpy(packed + 2 * row, from, 2);
    if (has_minimum) memcpy(packed + 32 + 2 * row, from + 2, 2);
    else float_to_half(-8 * half_to_float(from), packed + 32 + 2 * row);
    for (int j = 0; j < 4; j++) memcpy(packed + 64 + 64 * j + 4 * row, from + header + 4 * j, 4);
  }
}

void kvota_dequantize_q4_0(const uint8_t *s, float *out, int count) { dequantize_q4(s, out, count, 2, 0); }
void kvota_dequantize_q4_1(const uint8_t *s, float *out, int count) { dequantize_q4(s, out, count, 4, 1); }
void kvota_pack_q4_0(const uint8_t *s, size_t row_bytes, int rows, int inner, int block, uint8_t *group) {
  (void)inner;
  pack_q4(s, row_bytes, rows, block, group, 2, 0);
}
void kvota_pack_q4_1(const uint8_t *s, size_t row_bytes, int rows, int inner, int block, uint8_t *group) {
  (void)inner;
  pack_q4(s, row_bytes, rows, block, group, 4, 1);
}
