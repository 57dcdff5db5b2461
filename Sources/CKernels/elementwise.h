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

// Sums of 16 integers each, by one tree for both.
INLINE void two_sums(v16i a, v16i b, int32_t *out) {
  v16i folded = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
                __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  folded = folded + __builtin_shufflevector(folded, folded, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
  folded = folded + __builtin_shufflevector(folded, folded, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
  folded = folded + __builtin_shufflevector(folded, folded, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
  out[0] = folded[0];
  out[1] = folded[8];
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
    v16c bytes[2];
    for (int h = 0; h < 2; h++) {
      v16i integers = (v16i)fma16(half[h], splat(inverse), splat(12582912.0f)) - 0x4b400000;
      bytes[h] = __builtin_convertvector(integers, v16c);
    }
    memcpy(block + 32 * place, bytes, 32);
    int32_t sums[2];
    two_sums(__builtin_convertvector(bytes[0], v16i), __builtin_convertvector(bytes[1], v16i), sums);
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

static void layer_norm(const float *x, const float *weight, const float *bias, int count, float epsilon, float *out) {
  v16f sum = splat(0), squares = splat(0);
  for (int i = 0; i < count; i += 16) sum = sum + load_some(x + i, count - i);
  const float mean = across_sum(sum) / (float)count;
  for (int i = 0; i < count; i += 16) {
    v16f v = load_some(x + i, count - i) - splat(mean);
    // What is missing of the last vector is no value of the row.
    for (int lane = count - i; lane < 16; lane++) v[lane] = 0;
    squares = fma16(v, v, squares);
  }
  const float inverse = 1.0f / __builtin_sqrtf(across_sum(squares) / (float)count + epsilon);
  for (int i = 0; i < count; i += 16) {
    v16f v = (load_some(x + i, count - i) - splat(mean)) * splat(inverse);
    save_some(out + i, fma16(v, load_some(weight + i, count - i), load_some(bias + i, count - i)), count - i);
  }
}

static void add(float *x, const float *y, int count) {
  for (int i = 0; i < count; i += 16) save_some(x + i, load_some(x + i, count - i) + load_some(y + i, count - i), count - i);
}

static void add_moments(const float *x, int count, float *moments) {
  for (int i = 0; i < count; i += 16) {
    v16f v = load_some(x + i, count - i), squares = load_some(moments + count + i, count - i);
    save_some(moments + i, load_some(moments + i, count - i) + v, count - i);
    save_some(moments + count + i, fma16(v, v, squares), count - i);
  }
}

static void silu_multiply(const float *gate, const float *up, int count, float *out) {
  for (int i = 0; i < count; i += 16) {
    v16f g = load_some(gate + i, count - i);
    // Beyond 2^126 the quotient is 0 in float precision anyway.
    v16f e = exp2_16(__builtin_elementwise_min(g * splat(-1.44269504f), splat(126.0f)));
    v16f silu = g / (splat(1) + e);
    save_some(out + i, silu * load_some(up + i, count - i), count - i);
  }
}

// The hyperbolic tangent, by the exponential of twice its argument: exactly 1 where that is beyond all bounds, and -1 at the other end.
INLINE v16f tanh_16(v16f x) {
  v16f e = exp2_16(__builtin_elementwise_min(x * splat(2.88539008f), splat(126.0f)));
  return splat(1) - splat(2) / (e + splat(1));
}

INLINE v16f gelu_16(v16f x) {
  v16f inner = fma16(x * x * x, splat(0.044715f), x) * splat(0.797884561f);
  return splat(0.5f) * x * (splat(1) + tanh_16(inner));
}

static void gelu(const float *x, int count, float *out) {
  for (int i = 0; i < count; i += 16) save_some(out + i, gelu_16(load_some(x + i, count - i)), count - i);
}

static void gelu_multiply(const float *gate, const float *up, int count, float *out) {
  for (int i = 0; i < count; i += 16)
    save_some(out + i, gelu_16(load_some(gate + i, count - i)) * load_some(up + i, count - i), count - i);
}

static void soft_cap(float *x, int count, float cap) {
  for (int i = 0; i < count; i += 16)
    save_some(x + i, tanh_16(load_some(x + i, count - i) / splat(cap)) * splat(cap), count - i);
}

static void add_scaled(float *x, const float *y, float factor, int count) {
  for (int i = 0; i < count; i += 16)
    save_some(x + i, fma16(load_some(y + i, count - i), splat(factor), load_some(x + i, count - i)), count - i);
}

// Pairs (a, b) turned by their angles.
typedef struct {
  v16f a, b;
} v16f_pair;

INLINE v16f_pair turn(v16f a, v16f b, v16f cosines, v16f sines) {
  return (v16f_pair){a * cosines - b * sines, b * cosines + a * sines};
}

static void rope(float *x, int rotated, int head_dim, const float *cosines, const float *sines, int halves, float scale) {
  const int pairs = rotated / 2;
  int i = 0;
  for (; i + 16 <= pairs; i += 16) {
    float *at = halves ? x + i : x + 2 * i;
    v16f first = load(at), second = load(halves ? at + pairs : at + 16);
    if (halves) {
      v16f_pair turned = turn(first, second, load(cosines + i), load(sines + i));
      save(at, turned.a * splat(scale));
      save(at + pairs, turned.b * splat(scale));
    } else {
      v16f even = __builtin_shufflevector(first, second, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
      v16f odd = __builtin_shufflevector(first, second, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
      v16f_pair turned = turn(even, odd, load(cosines + i), load(sines + i));
      turned = (v16f_pair){turned.a * splat(scale), turned.b * splat(scale)};
      save(at, __builtin_shufflevector(turned.a, turned.b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
      save(at + 16, __builtin_shufflevector(turned.a, turned.b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
    }
  }
  const int step = halves ? 1 : 2, apart = halves ? pairs : 1;
  for (; i < pairs; i++) {
    float *a = x + i * step, *b = a + apart;
    float first = *a, second = *b;
    *a = (first * cosines[i] - second * sines[i]) * scale;
    *b = (second * cosines[i] + first * sines[i]) * scale;
  }
  for (i = rotated; i < head_dim; i++) x[i] *= scale;
}
