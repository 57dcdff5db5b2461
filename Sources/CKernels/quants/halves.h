// Scalar half floats and bfloats.
#pragma once
#include <stdint.h>
#include <string.h>

static inline uint16_t half_at(const uint8_t *p) {
  uint16_t half;
  memcpy(&half, p, 2);
  return half;
}

static inline float half_to_float(uint16_t half) {
  uint32_t exponent = (half >> 10) & 31, mantissa = half & 1023, sign = (uint32_t)(half & 0x8000) << 16, bits;
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

static inline float bfloat_to_float(uint16_t bfloat) {
  const uint32_t bits = (uint32_t)bfloat << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
