// Q5_0 and Q5_1: as Q4_0 and Q4_1, with the fifth bits of all 32 values before the nibbles.
#include "blocks.h"

INLINE void take_q5(const uint8_t *block, const int header, parted_block *out) {
  out->scale = half_at(block);
  if (header == 4) out->minimum = half_at(block + 2);
  const uint8_t *nibbles = block + header + 4;
  for (int j = 0; j < 16; j++) {
    out->levels[j] = nibbles[j] & 15;
    out->levels[16 + j] = nibbles[j] >> 4;
  }
  for (int i = 0; i < KVOTA_BLOCK; i++) out->levels[i] |= (uint8_t)((block[header + i / 8] >> (i % 8) & 1) << 4);
}

INLINE void take_q5_0(const uint8_t *row, int block, parted_block *out) { take_q5(row + (size_t)block * 22, 2, out); }
INLINE void take_q5_1(const uint8_t *row, int block, parted_block *out) { take_q5(row + (size_t)block * 24, 4, out); }
QUANTIZED_TYPE(q5_0, I5, take_q5_0)
QUANTIZED_TYPE(q5_1, U5, take_q5_1)
