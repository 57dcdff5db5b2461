// Slots of a KV head: how they are written, and read other than by attention.

INLINE uint16_t *keys_of(const kvota_slots *slots, int slot) {
  return (uint16_t *)(slots->keys + (size_t)slots->pages[slot / 16] * slots->half_page_bytes);
}
INLINE uint16_t *values_of(const kvota_slots *slots, int slot) {
  return (uint16_t *)(slots->values + (size_t)slots->pages[slot / 16] * slots->half_page_bytes);
}

// Beyond the largest half a value would become infinite and poison its slot.
INLINE v16s to_finite_half(v16f v) {
  const v16f limit = splat(65504.0f);
  return to_half(__builtin_elementwise_min(__builtin_elementwise_max(v, -limit), limit));
}

static void store(const kvota_slots *slots, int slot, const float *key, const float *value) {
  uint16_t *keys = keys_of(slots, slot), *values = values_of(slots, slot);
  const int lane = slot % 16;
  for (int d = 0; d < slots->head_dim; d += 16) {
    v16s k = to_finite_half(load(key + d)), v = to_finite_half(load(value + d));
    for (int i = 0; i < 16; i++) keys[(d + i) * 16 + lane] = k[i];
    memcpy(values + lane * slots->head_dim + d, &v, sizeof v);
  }
}

static float value_norm(const kvota_slots *slots, int slot) {
  const uint16_t *value = values_of(slots, slot) + slot % 16 * slots->head_dim;
  v16f sum = splat(0);
  for (int d = 0; d < slots->head_dim; d += 16) sum = sum + (v16f)((v16u)load_half(value + d) & 0x7fffffff);
  return across_sum(sum);
}

// Keys lie across a page: picking one's numbers singly is as fast as turning the whole page where all its slots are wanted.
INLINE void gather_key(const uint16_t *keys, int head_dim, float *out) {
  for (int d = 0; d < head_dim; d += 16, keys += 16 * 16) {
    v16s key;
    for (int i = 0; i < 16; i++) key[i] = keys[16 * i];
    save(out + d, load_half((const uint16_t *)&key));
  }
}

static void gather(const kvota_slots *slots, const int32_t *list, int count, float *keys, float *values) {
  const int head_dim = slots->head_dim;
  for (int i = 0; i < count; i++) {
    const int slot = list[i], lane = slot % 16;
    if (keys) gather_key(keys_of(slots, slot) + lane, head_dim, keys + (size_t)i * head_dim);
    if (!values) continue;
    const uint16_t *value = values_of(slots, slot) + lane * head_dim;
    for (int d = 0; d < head_dim; d += 16) save(values + (size_t)i * head_dim + d, load_half(value + d));
  }
}
