// Slots of a KV head: how they are written, and read other than by attention.

// The half page in which a slot's key lies, and that of its value.
INLINE uint8_t *keys_of(const kvota_slots *slots, int slot) {
  return slots->keys + slots->key_pages[slot / 16] * kvota_half_page_bytes(slots->key_type, slots->head_dim);
}
INLINE uint8_t *values_of(const kvota_slots *slots, int slot) {
  return slots->values + slots->pages[slot / 16] * kvota_half_page_bytes(slots->value_type, slots->head_dim);
}

// Bytes of a stored number, without what it shares of a scale.
INLINE size_t number_bytes(kvota_kv_type type) { return type == KVOTA_KV_F16 ? 2 : 1; }

INLINE v16f widen(v16c bytes) { return __builtin_convertvector(__builtin_convertvector(bytes, v16i), v16f); }
// 16 numbers of a half page from `index` on, those of Q8 without their scale.
INLINE v16f load_stored(const uint8_t *half_page, int index, kvota_kv_type type) {
  if (type == KVOTA_KV_F16) return load_half((const uint16_t *)half_page + index);
  v16c bytes;
  memcpy(&bytes, half_page + index, sizeof bytes);
  return widen(bytes);
}
// The same by a register of WIDTH lanes.
#if WIDTH == 16
INLINE vrf load_stored_r(const uint8_t *half_page, int index, kvota_kv_type type) { return load_stored(half_page, index, type); }
#else
INLINE vrf load_stored_r(const uint8_t *half_page, int index, kvota_kv_type type) {
  if (type == KVOTA_KV_F16) {
    v8h halves;
    memcpy(&halves, (const uint16_t *)half_page + index, sizeof halves);
    return __builtin_convertvector(halves, vrf);
  }
  v8c bytes;
  memcpy(&bytes, half_page + index, sizeof bytes);
  return __builtin_convertvector(__builtin_convertvector(bytes, v8i), vrf);
}
#endif
// The scales of a half page of Q8, one for each slot.
INLINE uint16_t *slot_scales_of(const uint8_t *half_page, int head_dim) { return (uint16_t *)(half_page + 16 * head_dim); }
INLINE v16f load_slot_scales(const uint8_t *half_page, int head_dim) { return load_half(slot_scales_of(half_page, head_dim)); }
// The scale of the slot in this lane; 1 where numbers have none.
INLINE float slot_scale(const uint8_t *half_page, int head_dim, int lane, kvota_kv_type type) {
  return type == KVOTA_KV_F16 ? 1 : load_slot_scales(half_page, head_dim)[lane];
}

// Beyond the largest half a value would become infinite and poison its slot.
INLINE v16s to_finite_half(v16f v) {
  const v16f limit = splat(65504.0f);
  return to_half(__builtin_elementwise_min(__builtin_elementwise_max(v, -limit), limit));
}

INLINE v16f magnitude(v16f v) { return (v16f)((v16u)v & 0x7fffffff); }

static void store_halves(uint16_t *keys, uint16_t *values, int lane, int head_dim, const float *key, const float *value) {
  for (int d = 0; d < head_dim; d += 16) {
    v16s k = to_finite_half(load(key + d)), v = to_finite_half(load(value + d));
    for (int i = 0; i < 16; i++) keys[(d + i) * 16 + lane] = k[i];
    memcpy(values + lane * head_dim + d, &v, sizeof v);
  }
}

// What 127 times the largest scale is.
static const float largest_byte_number = 127.0f * 65504.0f;

// The least half-precision scale at which no byte of a slot is beyond 127: rounded up.
INLINE uint16_t byte_scale(const float *numbers, int head_dim) {
  v16f largest = splat(0);
  for (int d = 0; d < head_dim; d += 16) largest = __builtin_elementwise_max(largest, magnitude(load(numbers + d)));
  const float most = __builtin_fminf(across_max(largest), largest_byte_number);
  v16s half = to_half(splat(most / 127.0f));
  return half[0] + (load_half((const uint16_t *)&half)[0] * 127.0f < most);
}

INLINE v16c to_bytes(v16f v, float inverse) {
  const v16f limit = splat(largest_byte_number);
  v = __builtin_elementwise_min(__builtin_elementwise_max(v, -limit), limit);
  return __builtin_convertvector((v16i)fma16(v, splat(inverse), splat(12582912.0f)) - 0x4b400000, v16c);
}

// Rounds a slot's numbers to bytes, `step` apart, and sets its scale.
INLINE void store_bytes(uint8_t *half_page, int lane, int head_dim, const float *numbers, int8_t *bytes, const int step) {
  uint16_t *scale = slot_scales_of(half_page, head_dim) + lane;
  *scale = byte_scale(numbers, head_dim);
  const float width = slot_scale(half_page, head_dim, lane, KVOTA_KV_Q8), inverse = width > 0 ? 1.0f / width : 0;
  for (int d = 0; d < head_dim; d += 16) {
    v16c sixteen = to_bytes(load(numbers + d), inverse);
    for (int i = 0; i < 16; i++) bytes[(d + i) * step] = sixteen[i];
  }
}

static void store(const kvota_slots *slots, int slot, const float *key, const float *value) {
  uint8_t *keys = keys_of(slots, slot), *values = values_of(slots, slot);
  const int lane = slot % 16, head_dim = slots->head_dim;
  if (slots->value_type == KVOTA_KV_F16) {
    store_halves((uint16_t *)keys, (uint16_t *)values, lane, head_dim, key, value);
  } else {
    store_bytes(keys, lane, head_dim, key, (int8_t *)keys + lane, 16);
    store_bytes(values, lane, head_dim, value, (int8_t *)values + lane * head_dim, 1);
  }
}

// The newest page of the block of the token with this number.
INLINE uint8_t *newest_page(const kvota_slots *slots, int number) {
  const int block = number / 16 - slots->newest.first / 16;
  return block == 0 ? slots->newest.page : slots->newest.later + (block - 1) * 2 * kvota_half_page_bytes(KVOTA_KV_F16, slots->head_dim);
}
// The values in it.
INLINE const uint8_t *newest_values(const kvota_slots *slots, const uint8_t *page) {
  return page + kvota_half_page_bytes(KVOTA_KV_F16, slots->head_dim);
}

static void store_newest(const kvota_slots *slots, int token, const float *key, const float *value) {
  const int number = slots->newest.first + token, head_dim = slots->head_dim;
  uint8_t *page = newest_page(slots, number);
  store_halves((uint16_t *)page, (uint16_t *)newest_values(slots, page), number % 16, head_dim, key, value);
}

static float value_norm(const kvota_slots *slots, int slot) {
  const uint8_t *values = values_of(slots, slot);
  const int lane = slot % 16, head_dim = slots->head_dim;
  v16f sum = splat(0);
  for (int d = 0; d < head_dim; d += 16) sum = sum + magnitude(load_stored(values, lane * head_dim + d, slots->value_type));
  return across_sum(sum) * slot_scale(values, head_dim, lane, slots->value_type);
}

// Keys lie across a page: picking one's numbers singly is as fast as turning the whole page where all its slots are wanted.
INLINE void gather_key(const uint8_t *keys, int lane, int head_dim, const kvota_kv_type type, float *out) {
  const v16f scale = splat(slot_scale(keys, head_dim, lane, type));
  for (int d = 0; d < head_dim; d += 16) {
    v16s halves;
    v16c bytes;
    for (int i = 0; i < 16; i++) {
      const int index = 16 * (d + i) + lane;
      if (type == KVOTA_KV_F16) halves[i] = ((const uint16_t *)keys)[index];
      else bytes[i] = ((const int8_t *)keys)[index];
    }
    save(out + d, type == KVOTA_KV_F16 ? load_half((const uint16_t *)&halves) : widen(bytes) * scale);
  }
}

INLINE void gather_value(const uint8_t *values, int lane, int head_dim, const kvota_kv_type type, float *out) {
  const v16f scale = splat(slot_scale(values, head_dim, lane, type));
  for (int d = 0; d < head_dim; d += 16) save(out + d, load_stored(values, lane * head_dim + d, type) * scale);
}

INLINE void gather_slot(const kvota_slots *slots, int slot, const kvota_kv_type type, float *key, float *value) {
  if (key) gather_key(keys_of(slots, slot), slot % 16, slots->head_dim, type, key);
  if (value) gather_value(values_of(slots, slot), slot % 16, slots->head_dim, type, value);
}

static void gather(const kvota_slots *slots, const int32_t *list, int count, float *keys, float *values) {
  for (int i = 0; i < count; i++) {
    float *key = keys ? keys + (size_t)i * slots->head_dim : NULL, *value = values ? values + (size_t)i * slots->head_dim : NULL;
    if (slots->value_type == KVOTA_KV_F16) gather_slot(slots, list[i], KVOTA_KV_F16, key, value);
    else gather_slot(slots, list[i], KVOTA_KV_Q8, key, value);
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

INLINE void save_finite_half(uint16_t *p, v16f v) {
  const v16s half = to_finite_half(v);
  memcpy(p, &half, sizeof half);
}

INLINE void turn_page(const uint8_t *keys, const kvota_kv_type type, const float *const at[16], int rotated, int halves, int head_dim,
                      uint16_t *out) {
  const v16f scales = type == KVOTA_KV_F16 ? splat(1) : load_slot_scales(keys, head_dim);
  const int pairs = rotated / 2, padded = (pairs + 15) / 16 * 16, step = halves ? 1 : 2, apart = halves ? pairs : 1;
  for (int from = 0; from < pairs; from += 16) {
    v16f cosines[16], sines[16];
    load_turns(at, (size_t)from, cosines);
    load_turns(at, (size_t)(padded + from), sines);
    const int count = pairs - from < 16 ? pairs - from : 16;
    for (int i = 0; i < count; i++) {
      const int a = 16 * step * (from + i), b = a + 16 * apart;
      const v16f_pair turned =
          turn(load_stored(keys, a, type) * scales, load_stored(keys, b, type) * scales, cosines[i], sines[i]);
      save_finite_half(out + a, turned.a);
      save_finite_half(out + b, turned.b);
    }
  }
  for (int d = rotated; d < head_dim; d++) save_finite_half(out + 16 * d, load_stored(keys, 16 * d, type) * scales);
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
    uint16_t *turned = out + (size_t)page * slots->head_dim;
    if (slots->key_type == KVOTA_KV_F16) turn_page(keys_of(slots, page), KVOTA_KV_F16, at, rotated, halves, slots->head_dim, turned);
    else turn_page(keys_of(slots, page), KVOTA_KV_Q8, at, rotated, halves, slots->head_dim, turned);
  }
}
