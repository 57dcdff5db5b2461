// Q4_K and Q5_K: super-blocks of 256 values: a half-float scale, a half-float minimum to subtract, 8 scales and 8 minima of 6
// bits for 32 values each, in Q5_K 32 bytes of fifth bits (bit b of byte i: value 32b + i), 128 bytes of nibbles, whose byte
// 32b + i holds values 64b + i and 64b + 32 + i.
#include "blocks.h"

// The first four of each lie in the low bits of bytes 0..3 and 4..7, whose two high bits are those of the last four; the last
// four's low nibbles are in bytes 8..11.
INLINE void take_scale(const uint8_t *fields, int i, parted_block *out) {
  out->scales[0] = (int8_t)(i < 4 ? fields[i] & 63 : (fields[i + 4] & 15) | fields[i - 4] >> 6 << 4);
  out->minima[0] = (int8_t)(i < 4 ? fields[i + 4] & 63 : fields[i + 4] >> 4 | fields[i] >> 6 << 4);
}

INLINE void take_q4_k_or_q5_k(const uint8_t *super, const int has_fifth, int run, parted_block *out) {
  out->scale = half_at(super);
  out->minimum = half_at(super + 2) ^ half_sign;
  take_scale(super + 4, run, out);
  take_bits(super + (has_fifth ? 48 : 16) + 32 * (run / 2), 4 * (run % 2), 15, 0, out->levels);
  if (has_fifth) take_bits(super + 16, run, 1, 4, out->levels);
}

INLINE void take_q4_k(const uint8_t *row, int block, parted_block *out) {
  take_q4_k_or_q5_k(row + (size_t)(block / 8) * 144, 0, block % 8, out);
}
INLINE void take_q5_k(const uint8_t *row, int block, parted_block *out) {
  take_q4_k_or_q5_k(row + (size_t)(block / 8) * 176, 1, block % 8, out);
}
QUANTIZED_TYPE(q4_k, U4K, take_q4_k)
QUANTIZED_TYPE(q5_k, U5K, take_q5_k)
