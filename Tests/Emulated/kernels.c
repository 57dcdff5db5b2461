// Compares the best kernels of a processor with the portable ones, without Swift: for processors that only an emulator has (`make test-neon`).
//
// KernelsTests does the same, and more, on the processor that it runs on.
#include "kernels.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const kvota_isa kvota_isa_portable;

static const kvota_isa *best;
static const kvota_isa *const portable = &kvota_isa_portable;
static int checks, failures;

// MARK: random numbers and memory

static uint64_t next_random(void) {
  static uint64_t state = 88172645463325252u;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

// From -limit to limit.
static float random_float(float limit) { return limit * (float)((double)(next_random() >> 11) * 0x1p-52 - 1); }

// Zeroed, with a cache line to spare.
static void *make(size_t bytes) {
  const size_t rounded = (bytes + 127) / 64 * 64;
  void *memory = aligned_alloc(64, rounded);
  if (memory == NULL) abort();
  return memset(memory, 0, rounded);
}

static float *random_floats(size_t count, float limit) {
  float *out = make(count * sizeof(float));
  for (size_t i = 0; i < count; i++) out[i] = random_float(limit);
  return out;
}

// MARK: comparing

// Numbers may differ by a share of the largest of them: kernels fuse, and take sums, in their own ways.
static void expect_close(const char *what, const float *a, const float *b, size_t count, double tolerance) {
  double magnitude = 0, worst = 0;
  for (size_t i = 0; i < count; i++) {
    magnitude = fmax(magnitude, fabs((double)b[i]));
    const double difference = fabs((double)a[i] - (double)b[i]);
    worst = difference >= 0 ? fmax(worst, difference) : INFINITY;
  }
  checks++;
  if (worst <= tolerance * magnitude) return;
  failures++;
  printf("%s: %g beside numbers up to %g\n", what, worst, magnitude);
}

static void expect_equal(const char *what, const void *a, const void *b, size_t bytes) {
  checks++;
  if (memcmp(a, b, bytes) == 0) return;
  failures++;
  printf("%s: other bytes\n", what);
}

// MARK: matrices

// Blocks as of a file: clear of the highest bit of exponents, so that no scale is infinite or none.
static uint8_t *random_blocks(size_t bytes) {
  uint8_t *out = make(bytes);
  for (size_t i = 0; i < bytes; i++) out[i] = (uint8_t)next_random() & 0xbf;
  return out;
}

static void compare_products(const kvota_type *type, const uint8_t *packed, int inner, int groups, int tokens) {
  const int blocks = inner / KVOTA_BLOCK, width = groups * KVOTA_GROUP;
  const bool is_dense = type->format >= KVOTA_F32;
  const size_t tile_bytes = (size_t)(tokens + KVOTA_TILE - 1) / KVOTA_TILE * blocks * KVOTA_ACTIVATION_BLOCK;
  float *rows = random_floats((size_t)inner * tokens, 2);
  uint8_t *tiles = make(tile_bytes), *others = make(tile_bytes), *single = make((size_t)blocks * KVOTA_ACTIVATION_BLOCK);
  for (int t = 0; t < tokens; t++) {
    best->quantize(rows + t * inner, blocks, 0, blocks, t, tiles);
    portable->quantize(rows + t * inner, blocks, 0, blocks, t, others);
  }
  expect_equal("quantized rows", tiles, others, tile_bytes);

  float *out = make(sizeof(float) * width * tokens), *expected = make(sizeof(float) * width * tokens);
  float *alone = make(sizeof(float) * width);
  best->gemm[type->format](packed, inner, 0, groups, is_dense ? (void *)rows : tiles, tokens, out, width);
  portable->gemm[type->format](packed, inner, 0, groups, is_dense ? (void *)rows : tiles, tokens, expected, width);
  expect_close(type->name, out, expected, (size_t)width * tokens, 1e-4);
  const float *last = rows + (tokens - 1) * inner;
  best->quantize(last, blocks, 0, blocks, 0, single);
  best->gemm[type->format](packed, inner, 0, groups, is_dense ? (void *)last : single, 1, alone, width);
  expect_equal("a row's product alone and in company", alone, out + (tokens - 1) * width, sizeof(float) * width);
  free(rows), free(tiles), free(others), free(single), free(out), free(expected), free(alone);
}

static void compare_matrices(void) {
  const int inners[] = {32, 96, 256, 768}, rows = 43, groups = 3;
  for (int t = 0; t < kvota_type_count(); t++) {
    const kvota_type *type = kvota_type_at(t);
    for (int i = 0; i < 4; i++) {
      if (inners[i] % type->block_values != 0) continue;
      const size_t row_bytes = (size_t)inners[i] / type->block_values * type->block_bytes;
      const size_t group_bytes = kvota_group_bytes(type->format, inners[i]);
      uint8_t *blocks = random_blocks(row_bytes * rows), *packed = make(group_bytes * groups);
      for (int g = 0; g < groups; g++)
        for (int b = 0; b < inners[i] / KVOTA_BLOCK; b++) {
          const int rest = rows - g * KVOTA_GROUP;
          type->pack(blocks + g * KVOTA_GROUP * row_bytes, row_bytes, rest < KVOTA_GROUP ? rest : KVOTA_GROUP, inners[i], b,
                     packed + g * group_bytes);
        }
      for (int tokens = 1; tokens <= 11; tokens++) compare_products(type, packed, inners[i], groups, tokens);
      free(blocks), free(packed);
    }
  }
}

// MARK: rows

static void compare_rows(int count) {
  const size_t bytes = sizeof(float) * count;
  float *x = random_floats(count, 10), *weight = random_floats(count, 1), *bias = random_floats(count, 1);
  float *out = make(2 * bytes), *expected = make(2 * bytes);
#define COMPARE(tolerance, kernel, ...)                                                                                   \
  memcpy(out, x, bytes), memcpy(expected, x, bytes);                                                                     \
  { float *target = out; best->kernel(__VA_ARGS__); }                                                                     \
  { float *target = expected; portable->kernel(__VA_ARGS__); }                                                            \
  expect_close(#kernel, out, expected, count, tolerance)
  COMPARE(1e-5, rms_norm, x, weight, count, 1e-5f, target);
  COMPARE(1e-4, layer_norm, x, weight, bias, count, 1e-5f, target);
  COMPARE(1e-5, silu_multiply, x, weight, count, target);
  COMPARE(1e-5, gelu_multiply, x, weight, count, target);
  COMPARE(1e-5, gelu, x, count, target);
  COMPARE(1e-5, soft_cap, target, count, 5);
  COMPARE(0, add, target, weight, count);
  COMPARE(1e-6, add_scaled, target, weight, 0.3f, count);
#undef COMPARE
  memset(out, 0, 2 * bytes), memset(expected, 0, 2 * bytes);
  best->add_moments(x, count, out);
  portable->add_moments(x, count, expected);
  expect_close("add_moments", out, expected, 2 * (size_t)count, 1e-6);
  free(x), free(weight), free(bias), free(out), free(expected);
}

static void compare_rotations(int head_dim) {
  for (int rotated = 2; rotated <= head_dim; rotated += 2)
    for (int halves = 0; halves < 2; halves++) {
      float *x = random_floats(head_dim, 1), *expected = make(sizeof(float) * head_dim);
      float *cosines = random_floats(head_dim, 1), *sines = random_floats(head_dim, 1);
      memcpy(expected, x, sizeof(float) * head_dim);
      best->rope(x, rotated, head_dim, cosines, sines, halves, 0.7f);
      portable->rope(expected, rotated, head_dim, cosines, sines, halves, 0.7f);
      expect_close("rope", x, expected, head_dim, 1e-6);
      free(x), free(expected), free(cosines), free(sines);
    }
}

// MARK: attention

// What a chunk of tokens is, and what is seen of the slots.
typedef enum { DECODED, LAST_TOKENS, SCATTERED_SLOTS, WINDOW, CHUNKS } chunk_kind;

typedef struct {
  kvota_slots slots;
  uint8_t *keys, *values, *newest;
  uint32_t *pages;
  int32_t *new_slots, *positions, *tokens;
} test_slots;

static test_slots make_slots(kvota_kv_type type, bool keeps_newest, int head_dim, int count, chunk_kind kind) {
  const int page_count = (count + 15) / 16, most = count < 21 ? count : 21, tokens = kind == DECODED ? 1 : most;
  const size_t bytes = page_count * kvota_half_page_bytes(type, head_dim);
  test_slots s = {.keys = make(bytes), .values = make(bytes)};
  s.pages = make(sizeof(uint32_t) * page_count);
  s.new_slots = make(sizeof(int32_t) * tokens);
  s.positions = make(sizeof(int32_t) * count);
  for (int p = 0; p < page_count; p++) s.pages[p] = page_count - 1 - p;
  for (int t = 0; t < tokens; t++) s.new_slots[t] = kind == SCATTERED_SLOTS ? t * (count / tokens) : count - tokens + t;
  for (int i = 0; i < count; i++) s.positions[i] = i;
  s.slots = (kvota_slots){s.keys, s.values, s.pages, s.pages, type, type, count, head_dim, s.new_slots, tokens, s.positions,
                          count - tokens, kind == WINDOW ? 200 : 0, kind == LAST_TOKENS ? 20 : 0};
  if (!keeps_newest) return s;
  // The chunk's tokens are the last ones, and those before it lie in the slots between.
  s.tokens = make(sizeof(int32_t) * count);
  for (int slot = 0, old = 0, new = 0; slot < count; slot++)
    s.tokens[slot] = new < tokens && s.new_slots[new] == slot ? count - tokens + new++ : old++;
  const size_t page_bytes = 2 * kvota_half_page_bytes(KVOTA_KV_F16, head_dim);
  s.newest = make(3 * page_bytes);
  s.slots.newest = (kvota_newest){.page = s.newest, .later = s.newest + page_bytes, .tokens = s.tokens, .first = count - tokens};
  return s;
}

static void free_slots(test_slots s) {
  free(s.keys), free(s.values), free(s.newest), free(s.pages), free(s.new_slots), free(s.positions), free(s.tokens);
}

// Stores the same in both by their own kernels.
static void fill(const test_slots *a, const test_slots *b) {
  const int head_dim = a->slots.head_dim;
  const size_t bytes = (a->slots.slots + 15) / 16 * kvota_half_page_bytes(a->slots.key_type, head_dim);
  for (int s = 0; s < a->slots.slots; s++) {
    float *key = random_floats(head_dim, 2), *value = random_floats(head_dim, 1);
    if (s % 50 == 7) value[3] = 1e6f; // beyond f16
    best->store(&a->slots, s, key, value);
    portable->store(&b->slots, s, key, value);
    const int first = a->slots.newest.first;
    if (a->newest && a->tokens[s] >= first / 16 * 16) {
      best->store_newest(&a->slots, a->tokens[s] - first, key, value);
      portable->store_newest(&b->slots, b->tokens[s] - first, key, value);
    }
    free(key), free(value);
  }
  if (a->newest) expect_equal("newest pages", a->newest, b->newest, 3 * 2 * kvota_half_page_bytes(KVOTA_KV_F16, head_dim));
  expect_equal("stored keys", a->keys, b->keys, bytes);
  expect_equal("stored values", a->values, b->values, bytes);
}

static void attend(const kvota_isa *isa, const kvota_slots *slots, const float *queries, int group, float *scratch, float *out,
                   const kvota_columns *columns) {
  if (slots->new_count == 1) {
    for (int split = 0; split * KVOTA_SPLIT < slots->slots; split++)
      isa->attend_split(slots, queries, group, split, columns->sums || columns->squares || columns->window, scratch);
    isa->attend_finish(slots, group, scratch, out, columns);
  } else {
    const size_t stride = (size_t)group * slots->head_dim;
    for (int lane = 0; lane < 4; lane++) isa->attend_tiles(slots, queries, stride, group, lane, 4, scratch, out, stride, columns);
  }
}

static void compare_turned(const test_slots *a, const test_slots *b) {
  const int head_dim = a->slots.head_dim, count = a->slots.slots;
  const size_t bytes = sizeof(uint16_t) * head_dim * ((count + 15) / 16 * 16);
  float *turns = random_floats((size_t)count * 2 * ((head_dim / 2 + 15) / 16 * 16), 1);
  for (int halves = 0; halves < 2; halves++) {
    uint16_t *out = make(bytes), *expected = make(bytes);
    best->turn_keys(&a->slots, 0, count, a->positions, turns, head_dim, halves, out);
    portable->turn_keys(&b->slots, 0, count, b->positions, turns, head_dim, halves, expected);
    expect_equal("turned keys", out, expected, bytes);
    free(out), free(expected);
  }
  free(turns);
}

static void compare_attention(kvota_kv_type type, bool keeps_newest, int head_dim, int group, int count, chunk_kind kind) {
  test_slots a = make_slots(type, keeps_newest, head_dim, count, kind), b = make_slots(type, keeps_newest, head_dim, count, kind);
  fill(&a, &b);
  const float norm = best->value_norm(&a.slots, count - 1), expected_norm = portable->value_norm(&b.slots, count - 1);
  expect_close("value norm", &norm, &expected_norm, 1, 1e-6);
  if (kind == DECODED) compare_turned(&a, &b);

  const size_t numbers = (size_t)group * head_dim * a.slots.new_count, columns = (size_t)count + 16;
  float *queries = random_floats(numbers, 1.44f / sqrtf((float)head_dim));
  float *scratch = make(sizeof(float) * kvota_attention_scratch(count, head_dim, group));
  float *out = make(sizeof(float) * numbers), *expected = make(sizeof(float) * numbers);
  // Sums, squares, four rows of a window.
  float *counted = make(sizeof(float) * columns * 6), *expected_counts = make(sizeof(float) * columns * 6);
  attend(best, &a.slots, queries, group, scratch, out,
         &(kvota_columns){counted, counted + columns, counted + 2 * columns, columns, 4, 5, group % 2 == 0});
  attend(portable, &b.slots, queries, group, scratch, expected,
         &(kvota_columns){expected_counts, expected_counts + columns, expected_counts + 2 * columns, columns, 4, 5, group % 2 == 0});
  char what[120];
  snprintf(what, sizeof what, "attention: %s%s, head dimension %d, group %d, %d slots, chunk %d", type == KVOTA_KV_Q8 ? "q8" : "f16",
           keeps_newest ? " but the newest" : "", head_dim, group, count, kind);
  expect_close(what, out, expected, numbers, 1e-4);
  expect_close(what, counted, expected_counts, columns * 6, 1e-4);
  // Exponentials that are not kept must not be read: those of before are no numbers.
  memset(scratch, 0xff, sizeof(float) * kvota_attention_scratch(count, head_dim, group));
  attend(best, &a.slots, queries, group, scratch, expected, &(kvota_columns){0});
  expect_equal("attention that is not counted", expected, out, sizeof(float) * numbers);
  free_slots(a), free_slots(b), free(queries), free(scratch), free(out), free(expected), free(counted), free(expected_counts);
}

int main(void) {
  best = kvota_isa_select(NULL);
  printf("%s beside portable\n", best->name);
  compare_matrices();
  for (int count = 1; count < 100; count++) compare_rows(count);
  for (int head_dim = 16; head_dim <= 128; head_dim += 16) compare_rotations(head_dim);
  const int head_dims[] = {16, 64, 80, 128}, groups[] = {1, 2, 3, 5, 8, 13}, slots[] = {1, 15, 17, 256, 300, 513};
  for (int stored = 0; stored < 3; stored++)
    for (int d = 0; d < 4; d++)
      for (int g = 0; g < 6; g++)
        for (int s = 0; s < 6; s++)
          for (int kind = DECODED; kind < CHUNKS; kind++)
            compare_attention(stored == 0 ? KVOTA_KV_F16 : KVOTA_KV_Q8, stored == 2, head_dims[d], groups[g], slots[s], (chunk_kind)kind);
  printf("%d comparisons, %d failures\n", checks, failures);
  return failures > 0 || best == portable;
}
