// MXFP4 (Open Compute Project, Microscaling Formats 1.0): blocks of a power of two as a byte and 32 floats of 4 bits; byte j holds
// values j and 16 + j.
#include "blocks.h"

// Half of 2^(exponent - 127), as the codebook's levels are doubled; exponents 0 and 1 give subnormal bfloats.
INLINE uint16_t halved_power(uint8_t exponent) {
  return exponent < 2 ? (uint16_t)(0x20 << exponent) : (uint16_t)((exponent - 1) << 7);
}

INLINE void take_mxfp4(const uint8_t *row, int block, parted_block *out) {
  const uint8_t *from = row + (size_t)block * 17;
  out->scale = halved_power(from[0]);
  for (int j = 0; j < 16; j++) {
    out->levels[j] = from[1 + j] & 15;
    out->levels[16 + j] = from[1 + j] >> 4;
  }
}
QUANTIZED_TYPE(mxfp4, E4, take_mxfp4)
