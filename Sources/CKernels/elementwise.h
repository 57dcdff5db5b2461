// Row-wise kernels between the matrices. Widths need not be multiples of 16 except where said.

// Loads up to 16 floats, the missing ones as zero.
INLINE v16f load_some(const float *p, int count) {
  if (count >= 16) return load(p);
  v16f v = splat(0);
  memcpy(&v, p, (size_t)count * sizeof(float));
  return v;
}
INLINE void save_some(float *p, v16f v, int count) {
  if (count >= 16) return save(p, v);
  memcpy(p, &v, (size_t)count * sizeof(float));
}

static void quantize(const float *row, int blocks, int first, int last, int token, uint8_t *tiles) {
  const int place = token % KVOTA_TILE;
  uint8_t *block = tiles + ((size_t)(token / KVOTA_TILE) * blocks + first) * KVOTA_ACTIVATION_BLOCK;
  row += first * KVOTA_BLOCK;
  for (int b = first; b < last; b++, block += KVOTA_ACTIVATION_BLOCK, row += KVOTA_BLOCK) {
    v16f half[2] = {load(row), load(row + 16)};
    // As integers, magnitudes have the same order, and NaN is the largest instead of being passed over.
    v16i magnitudes = __builtin_elementwise_max((v16i)half[0] & 0x7fffffff, (v16i)half[1] & 0x7fffffff);
    int32_t largest_bits = __builtin_reduce_max(magnitudes);
    float largest;
    memcpy(&largest, &largest_bits, 4);
    float scale = largest / 127.0f, inverse = largest > 0 ? 127.0f / largest : 0;
    // A row with NaN or infinity in it must not index out of anything; it quantizes to zeros with a scale that is none.
    if (!(largest < __builtin_inff())) inverse = 0;
    int32_t sums[2];
    for (int h = 0; h < 2; h++) {
      v16f rounded = fma16(half[h], splat(inverse), splat(12582912.0f));
      v16i integers = (v16i)rounded - 0x4b400000;
      v16c bytes = __builtin_convertvector(integers, v16c);
      memcpy(block + 32 * place + 16 * h, &bytes, 16);
      sums[h] = __builtin_reduce_add(__builtin_convertvector(bytes, v16i));
    }
    ((float *)(block + 256))[place] = scale;
    ((float *)(block + 288))[place] = scale * (float)(sums[0] + sums[1]);
    ((int32_t *)(block + 320))[place] = sums[0];
    ((int32_t *)(block + 320))[KVOTA_TILE + place] = sums[1];
  }
}

static void rms_norm(const float *x, const float *weight, int count, float epsilon, float *out) {
  v16f squares = splat(0);
  for (int i = 0; i < count; i += 16) {
    v16f v = load_some(x + i, count - i);
    squares = fma16(v, v, squares);
  }
  float inverse = 1.0f / __builtin_sqrtf(across_sum(squares) / (float)count + epsilon);
  for (int i = 0; i < count; i += 16)
    save_some(out + i, load_some(x + i, count - i) * splat(inverse) * load_some(weight + i, count - i), count - i);
}

static void add(float *x, const float *y, int count) {
  for (int i = 0; i < count; i += 16) save_some(x + i, load_some(x + i, count - i) + load_some(y + i, count - i), count - i);
}

static void silu_multiply(const float *gate, const float *up, int count, float *out) {
  for (int i = 0; i < count; i += 16) {
    v16f g = load_some(gate + i, count - i);
    v16f silu = g / (splat(1) + exp16(-g));
    save_some(out + i, silu * load_some(up + i, count - i), count - i);
  }
}

static void rope(float *x, int rotated, int head_dim, const float *cosines, const float *sines, int halves, float scale) {
  const int pairs = rotated / 2, step = halves ? 1 : 2, apart = halves ? pairs : 1;
  for (int i = 0; i < pairs; i++) {
    float *a = x + i * step, *b = a + apart;
    float first = *a, second = *b;
    *a = (first * cosines[i] - second * sines[i]) * scale;
    *b = (second * cosines[i] + first * sines[i]) * scale;
  }
  for (int i = rotated; i < head_dim; i++) x[i] *= scale;
}

INLINE uint16_t *keys_of(const kvota_slots *slots, int slot) {
  return (uint16_t *)(slots->keys + (size_t)slots->pages[slot / 16] * slots->half_page_bytes);
}
INLINE uint16_t *values_of(const kvota_slots *slots, int slot) {
  return (uint16_t *)(slots->values + (size_t)slots->pages[slot / 16] * slots->half_page_bytes);
}

static void store(const kvota_slots *slots, int slot, const float *key, const float *value) {
  uint16_t *keys = keys_of(slots, slot), *values = values_of(slots, slot);
  const int lane = slot % 16;
  const v16f limit = splat(65504.0f); // the largest half: beyond it a value would become infinite and poison its slot
  for (int d = 0; d < slots->head_dim; d += 16) {
    v16s k = to_half(__builtin_elementwise_min(__builtin_elementwise_max(load(key + d), -limit), limit));
    v16s v = to_half(__builtin_elementwise_min(__builtin_elementwise_max(load(value + d), -limit), limit));
    for (int i = 0; i < 16; i++) keys[(d + i) * 16 + lane] = k[i];
    memcpy(values + lane * slots->head_dim + d, &v, sizeof v);
  }
}
