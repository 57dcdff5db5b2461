// Q8_0: blocks of a half-float scale and 32 signed bytes.
#include "blocks.h"

INLINE void take_q8_0(const uint8_t *row, int block, parted_block *out) {
  const uint8_t *from = row + (size_t)block * 34;
  out->scale = half_at(from);
  for (int i = 0; i < KVOTA_BLOCK; i++) out->levels[i] = from[2 + i] ^ 0x80;
}
QUANTIZED_TYPE(q8_0, I8, take_q8_0)
