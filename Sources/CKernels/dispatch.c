// Which table of kernels this processor runs.
#include "kernels.h"
#include <string.h>
#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

extern const kvota_isa kvota_isa_avx512, kvota_isa_avx2, kvota_isa_neon, kvota_isa_portable;

static int is_wanted(const char *name, const char *label) { return name == NULL || strcmp(name, label) == 0; }

const kvota_isa *kvota_isa_select(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  int has_avx512 = has_avx2 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
  if (has_avx512 && is_wanted(name, "avx512")) return &kvota_isa_avx512;
  if (has_avx2 && is_wanted(name, "avx2")) return &kvota_isa_avx2;
#elif defined(__aarch64__)
  const unsigned long dot_products = 1ul << 20; // HWCAP_ASIMDDP
  if ((getauxval(AT_HWCAP) & dot_products) && is_wanted(name, "neon")) return &kvota_isa_neon;
#endif
  return is_wanted(name, "portable") ? &kvota_isa_portable : NULL;
}

size_t kvota_attention_scratch(int slots, int head_dim, int group) {
  const size_t rows = group > KVOTA_ROWS ? group : KVOTA_ROWS, splits = ((size_t)slots + KVOTA_SPLIT - 1) / KVOTA_SPLIT;
  const size_t floats = rows * splits * (KVOTA_SPLIT + 2 + (size_t)head_dim) + splits * 8 * head_dim + rows * (2 + (size_t)head_dim);
  return (floats + 15) / 16 * 16;
}
