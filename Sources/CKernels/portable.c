// Plain C: what every processor runs, and what the others are tested against.
#include "vectors.h"
#define NAME kvota_isa_portable
#define LABEL "portable"
#define FUSED 0
#define WIDTH 16
#define SUMS 24
#define HALVES 0
#define MASKS 0
#define DOTS 1

INLINE void add_dots(const v64b *w, const int8_t *a, const int tokens, const int vectors, const int largest, v16i *sum) {
  (void)tokens, (void)largest;
  for (int j = 0; j < vectors; j++)
    for (int lane = 0; lane < 16; lane++)
      for (int c = 0; c < 4; c++) (*sum)[lane] += (int)w[j][4 * lane + c] * a[4 * j + c];
}
INLINE v64b look_up(const uint8_t *table, v64b codes) {
  for (int lane = 0; lane < 64; lane++) codes[lane] = table[codes[lane]];
  return codes;
}
#define CHAINS 3
INLINE v16i add_products(v16i sum, const uint8_t *bytes) {
  for (int c = 0; c < 4; c++) {
    v16c operand;
    memcpy(&operand, bytes + 16 * c, sizeof operand);
    sum += __builtin_convertvector(operand, v16i) * 3;
  }
  return sum;
}
#include "body.h"
