// Every tensor type we can run, one line each.
#include "layout.h"

#define TYPES(TYPE)                                                                                                  \
  TYPE(0, "F32", 1, 4, F32, f32)                                                                                     \
  TYPE(1, "F16", 1, 2, F16, f16)                                                                                     \
  TYPE(30, "BF16", 1, 2, BF16, bf16)                                                                                 \
  TYPE(2, "Q4_0", 32, 18, I4, q4_0)                                                                                  \
  TYPE(3, "Q4_1", 32, 20, U4, q4_1)                                                                                  \
  TYPE(6, "Q5_0", 32, 22, I5, q5_0)                                                                                  \
  TYPE(7, "Q5_1", 32, 24, U5, q5_1)                                                                                  \
  TYPE(8, "Q8_0", 32, 34, I8, q8_0)                                                                                  \
  TYPE(10, "Q2_K", 256, 84, U2K, q2_k)                                                                               \
  TYPE(11, "Q3_K", 256, 110, I3K, q3_k)                                                                              \
  TYPE(12, "Q4_K", 256, 144, U4K, q4_k)                                                                              \
  TYPE(13, "Q5_K", 256, 176, U5K, q5_k)                                                                              \
  TYPE(14, "Q6_K", 256, 210, I6K, q6_k)                                                                              \
  TYPE(20, "IQ4_NL", 32, 18, N4, iq4_nl)                                                                             \
  TYPE(39, "MXFP4", 32, 17, E4, mxfp4)

#define DECLARE_TYPE(id, name, values, bytes, format, function)                                                      \
  void kvota_dequantize_##function(const uint8_t *, float *, int);                                                   \
  void kvota_pack_##function(const uint8_t *, size_t, int, int, int, uint8_t *);
TYPES(DECLARE_TYPE)

#define TYPE_ENTRY(id, name, values, bytes, format, function)                                                        \
  {id, name, values, bytes, KVOTA_##format, kvota_dequantize_##function, kvota_pack_##function},
static const kvota_type types[] = {TYPES(TYPE_ENTRY)};

int kvota_type_count(void) { return sizeof types / sizeof types[0]; }
const kvota_type *kvota_type_at(int index) { return &types[index]; }

const kvota_type *kvota_type_of(uint32_t id) {
  for (int i = 0; i < kvota_type_count(); i++)
    if (types[i].id == id) return &types[i];
  return NULL;
}

#define GROUP_BYTES(format, ...)                                                                                     \
  case KVOTA_##format: return (size_t)(inner / KVOTA_BLOCK / layout_##format.blocks) * super_block_bytes(layout_##format);

size_t kvota_group_bytes(kvota_format format, int inner) {
  switch (format) {
    QUANTIZED_FORMATS(GROUP_BYTES)
  case KVOTA_F32: return (size_t)inner * KVOTA_GROUP * 4;
  default: return (size_t)inner * KVOTA_GROUP * 2;
  }
}
