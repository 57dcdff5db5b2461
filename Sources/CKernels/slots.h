// Slots of a KV head: how they are written, and read other than by attention.

INLINE uint16_t *keys_of(const kvota_slots *slots, int slot) {
  return (uint16_t *)(slots->keys + (size_t)slots->key_pages[slot / 16] * slots->half_page_bytes);
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

// Exchanges what lies off the diagonal in blocks of 2 x 2 rows and lanes, `apart` apart.
#define SWAP(apart, upper, lower)                            \
  for (int r = 0; r < 16; r++)                               \
    if (!(r & apart)) {                                      \
      const v16f a = rows[r], b = rows[r + apart];           \
      rows[r] = __builtin_shufflevector(a, b, upper);        \
      rows[r + apart] = __builtin_shufflevector(a, b, lower); \
    }
#define LANES(...) __VA_ARGS__

INLINE void transpose(v16f rows[16]) {
  SWAP(8, LANES(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
       LANES(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
  SWAP(4, LANES(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
       LANES(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))
  SWAP(2, LANES(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),
       LANES(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
  SWAP(1, LANES(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),
       LANES(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
}

// 16 pairs' cosines, or sines, of a page's slots: [pair][slot]. `at` is each slot's row.
//
// Tried: a table by pairs, read singly, takes two to five times as long after evictions; adding a page's angle to each lane's is 15 %
// faster where positions follow each other and 55 % slower where they do not.
INLINE void load_turns(const float *const at[16], size_t from, v16f out[16]) {
  for (int lane = 0; lane < 16; lane++) out[lane] = load(at[lane] + from);
  transpose(out);
}

INLINE void turn_page(const uint16_t *keys, const float *const at[16], int rotated, int halves, int head_dim, uint16_t *out) {
  const int pairs = rotated / 2, padded = (pairs + 15) / 16 * 16, step = halves ? 1 : 2, apart = halves ? pairs : 1;
  for (int from = 0; from < pairs; from += 16) {
    v16f cosines[16], sines[16];
    load_turns(at, (size_t)from, cosines);
    load_turns(at, (size_t)(padded + from), sines);
    const int count = pairs - from < 16 ? pairs - from : 16;
    for (int i = 0; i < count; i++) {
      const int a = 16 * step * (from + i), b = a + 16 * apart;
      const v16f_pair turned = turn(load_half(keys + a), load_half(keys + b), cosines[i], sines[i]);
      const v16s halves_of[2] = {to_finite_half(turned.a), to_finite_half(turned.b)};
      memcpy(out + a, &halves_of[0], sizeof(v16s));
      memcpy(out + b, &halves_of[1], sizeof(v16s));
    }
  }
  memcpy(out + 16 * rotated, keys + 16 * rotated, (size_t)(head_dim - rotated) * 16 * sizeof *out);
}

static void turn_keys(const kvota_slots *slots, int first, int last, const int32_t *positions, const float *turns, int rotated,
                      int halves, uint16_t *out) {
  const size_t row = (size_t)(rotated / 2 + 15) / 16 * 16 * 2;
  for (int page = first; page < last; page += 16) {
    const float *at[16];
    // A lane without a slot turns as the last slot does: whatever it holds is masked.
    for (int lane = 0; lane < 16; lane++) {
      const int slot = page + lane < last ? page + lane : last - 1;
      at[lane] = turns + (size_t)positions[slot] * row;
    }
    turn_page(keys_of(slots, page), at, rotated, halves, slots->head_dim, out + (size_t)page * slots->head_dim);
  }
}
