// Every tensor type we can run, one line each.
#include "blocks.h"

#define TYPE(name)                                                                                                   \
  void kvota_dequantize_##name(const uint8_t *, float *, int);
#define PACK(name) void kvota_pack_##name(const uint8_t *, size_t, int, int, int, uint8_t *);
TYPE(f32) TYPE(f16) TYPE(bf16) TYPE(q4_0) TYPE(q4_1) TYPE(q8_0) TYPE(q6_k)
PACK(dense32) PACK(dense16) PACK(q4_0) PACK(q4_1) PACK(q8_0) PACK(q6_k)

static const kvota_type types[] = {
    {0, "F32", 1, 4, KVOTA_F32, kvota_dequantize_f32, kvota_pack_dense32},
    {1, "F16", 1, 2, KVOTA_F16, kvota_dequantize_f16, kvota_pack_dense16},
    {30, "BF16", 1, 2, KVOTA_BF16, kvota_dequantize_bf16, kvota_pack_dense16},
    {2, "Q4_0", 32, 18, KVOTA_U4, kvota_dequantize_q4_0, kvota_pack_q4_0},
    {3, "Q4_1", 32, 20, KVOTA_U4, kvota_dequantize_q4_1, kvota_pack_q4_1},
    {8, "Q8_0", 32, 34, KVOTA_I8, kvota_dequantize_q8_0, kvota_pack_q8_0},
    {14, "Q6_K", 256, 210, KVOTA_I8H, kvota_dequantize_q6_k, kvota_pack_q6_k},
};

int kvota_type_count(void) { return sizeof types / sizeof types[0]; }
const kvota_type *kvota_type_at(int index) { return &types[index]; }

const kvota_type *kvota_type_of(uint32_t id) {
  for (int i = 0; i < kvota_type_count(); i++)
    if (types[i].id == id) return &types[i];
  return NULL;
}

static size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

size_t kvota_group_bytes(kvota_format format, int inner) {
  const size_t blocks = (size_t)inner / KVOTA_BLOCK, values = (size_t)inner * KVOTA_GROUP;
  switch (format) {
  case KVOTA_U4: return blocks * 320;
  case KVOTA_I8: return aligned(blocks * (512 + 32));
  case KVOTA_I8H: return aligned(blocks * (512 + 64));
  case KVOTA_F32: return values * 4;
  default: return aligned(values * 2);
  }
}
