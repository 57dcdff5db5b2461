// F32, F16 and BF16: packed as they are, 16 rows side by side; 32 columns a call, like every other type, the last may be short.
#include "halves.h"
#include "kernels.h"

static void pack_dense(const uint8_t *source, size_t row_bytes, int rows, int inner, int block, uint8_t *group, int size) {
  const int start = block * KVOTA_BLOCK, end = start + KVOTA_BLOCK < inner ? start + KVOTA_BLOCK : inner;
  for (int row = 0; row < rows; row++)
    for (int i = start; i < end; i++)
      memcpy(group + ((size_t)i * KVOTA_GROUP + row) * size, source + row * row_bytes + (size_t)i * size, size);
}

void kvota_pack_f32(const uint8_t *s, size_t row_bytes, int rows, int inner, int block, uint8_t *group) {
  pack_dense(s, row_bytes, rows, inner, block, group, 4);
}
void kvota_pack_f16(const uint8_t *s, size_t row_bytes, int rows, int inner, int block, uint8_t *group) {
  pack_dense(s, row_bytes, rows, inner, block, group, 2);
}
void kvota_pack_bf16(const uint8_t *s, size_t row_bytes, int rows, int inner, int block, uint8_t *group) {
  pack_dense(s, row_bytes, rows, inner, block, group, 2);
}
void kvota_dequantize_f32(const uint8_t *source, float *out, int count) { memcpy(out, source, (size_t)count * 4); }
void kvota_dequantize_f16(const uint8_t *source, float *out, int count) {
  for (int i = 0; i < count; i++) out[i] = half_to_float(half_at(source + 2 * i));
}
void kvota_dequantize_bf16(const uint8_t *source, float *out, int count) {
  for (int i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)source[2 * i] << 16 | (uint32_t)source[2 * i + 1] << 24;
    memcpy(out + i, &bits, 4);
  }
}
