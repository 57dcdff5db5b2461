// Q4_0, Q4_1 and IQ4_NL: blocks of a half-float scale, a half-float minimum in Q4_1, and 32 nibbles; byte j holds values j and 16 + j.
#include "blocks.h"

INLINE void take_q4(const uint8_t *block, const int header, parted_block *out) {
  out->scale = half_at(block);
  if (header == 4) out->minimum = half_at(block + 2);
  for (int j = 0; j < 16; j++) {
    out->levels[j] = block[header + j] & 15;
    out->levels[16 + j] = block[header + j] >> 4;
  }
}

INLINE void take_q4_0(const uint8_t *row, int block, parted_block *out) { take_q4(row + (size_t)block * 18, 2, out); }
INLINE void take_q4_1(const uint8_t *row, int block, parted_block *out) { take_q4(row + (size_t)block * 20, 4, out); }
QUANTIZED_TYPE(q4_0, I4, take_q4_0)
QUANTIZED_TYPE(q4_1, U4, take_q4_1)
QUANTIZED_TYPE(iq4_nl, N4, take_q4_0)
