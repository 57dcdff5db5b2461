// The whole surface of the C micro-kernels: arrays in, arrays out; no allocation, no state.
//
// Every kernel exists once per instruction set (see kernels of `kvota_isa`), compiled from the same source; callers pick a
// table at start-up and pass it along. Sums are taken in one fixed order that depends on neither batch size nor thread count.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Packed matrices are cut in groups of 16 output rows and blocks of 32 inner values.
enum { KVOTA_GROUP = 16, KVOTA_BLOCK = 32 };

// Quantized activations are stored by tiles of 8 tokens. Per block of 32 inner values, one tile holds
//   int8 values[8 tokens][32]; float scale[8]; float scaled_sum[8]; int32 half_sum[2][8]
// where value ~ scale * int8, scaled_sum = scale * sum of the int8, half_sum = sums over inner 0..15 and 16..31.
enum { KVOTA_TILE = 8, KVOTA_ACTIVATION_BLOCK = 8 * 32 + 4 * 8 + 4 * 8 + 4 * 2 * 8 };

// Packed formats. The quantized ones are named by the bits of a level and what levels mean. I: the one in the middle stands for
// zero. U: a minimum is added. N and E: a level is a code for one of 16 (see layout.h). K: super-blocks of 256 inner values, with 8-bit integers under half-float multipliers. A group of
// 16 rows holds, block after block:
//   I4, I5, I8, N4   f16 scale[16], planes
//   E4               bf16 scale[16], planes
//   U4, U5           f16 scale[16], f16 minimum[16], planes
//   U4K, U5K         int8 scale[16], int8 minimum[16], planes; before each 8 blocks f16 scale[16], f16 minimum[16]
//   I3K, I6K         int8 scale[2][16] (of the block's halves), planes; before each 8 blocks f16 scale[16]
//   U2K              int8 scale[2][16], int8 minimum[2][16], planes; before each 8 blocks f16 scale[16], f16 minimum[16]
//   F32, F16, BF16   [inner][16]
// A block's planes hold the bits of its levels, for inner value i and row r, in 64 bytes for every bit:
//   nibbles [4][16][4] (4, 5, 6 bits)   byte (j, r, c): inner 4j + c low, 16 + 4j + c high
//   pairs [2][16][4]   (2, 3, 6 bits)   byte (p, r, c): inner 4p + c + 8k in the bits from 2k up; in 6 bits the two highest
//   bits [8][64]       (3, 5 bits)      the highest bit: bit 4r + c of the 64 at [j] is inner 4j + c's
//   bytes [8][16][4]   (8 bits)         byte (j, r, c): inner 4j + c
typedef enum {
  KVOTA_U2K, KVOTA_I3K, KVOTA_I4, KVOTA_N4, KVOTA_E4, KVOTA_U4, KVOTA_U4K, KVOTA_I5, KVOTA_U5, KVOTA_U5K, KVOTA_I6K, KVOTA_I8,
  KVOTA_F32, KVOTA_F16, KVOTA_BF16, KVOTA_FORMATS
} kvota_format;

// Bytes of one packed group of 16 rows with `inner` values each.
size_t kvota_group_bytes(kvota_format format, int inner);

// A tensor type of a model file: its blocks, and how they are read.
typedef struct {
  uint32_t id; // number in the file
  const char *name;
  int block_values, block_bytes;
  kvota_format format;
  // Writes `count` values (a multiple of block_values) as floats.
  void (*dequantize)(const uint8_t *source, float *out, int count);
  // Packs block column `block` (of 32 inner values) of up to 16 rows; row r starts at source + r * row_bytes; absent rows are zero.
  void (*pack)(const uint8_t *source, size_t row_bytes, int rows, int inner, int block, uint8_t *group);
} kvota_type;

// The type with this number, or NULL where there are no kernels for it.
const kvota_type *kvota_type_of(uint32_t id);
int kvota_type_count(void);
const kvota_type *kvota_type_at(int index);

// How keys and values are stored. A page is 16 slots, whose keys lie in one place and whose values in another:
//   F16   keys f16 [head_dim][16]                       values f16 [16][head_dim]
//   Q8    keys int8 [head_dim][16], f16 scale[16]       values int8 [16][head_dim], f16 scale[16]
// A number of Q8 is its byte times the scale of its slot.
typedef enum { KVOTA_KV_F16, KVOTA_KV_Q8 } kvota_kv_type;

// Bytes of a page's keys, and of its values.
static inline size_t kvota_half_page_bytes(kvota_kv_type type, int head_dim) {
  return type == KVOTA_KV_Q8 ? 16 * (size_t)head_dim + 16 * sizeof(uint16_t) : 16 * (size_t)head_dim * sizeof(uint16_t);
}

// The newest page: keys and values of the newest tokens in half precision, beside the slots of Q8 in which they are rounded. It holds the
// tokens of one block of 16, token t at t % 16, and a query attends to those of its own block as they are here.
typedef struct {
  uint8_t *page;            // the block of the chunk's first token: a page of F16, its keys before its values; NULL: there is none
  uint8_t *later;           // those of the chunk's later blocks, one after the other
  const int32_t *tokens;    // number of every slot's token in its sequence
  int first;                // number of the chunk's first token
  const int32_t *positions; // where keys are turned as they are read: of every slot; NULL elsewhere
  const float *turns;       // and how, as for turn_keys
  int rotated, halves;
} kvota_newest;

// The slots of one (sequence, layer, KV head). Keys of page p lie p half pages after `keys`, its values as far after `values`. Both
// have the same type and the same page number, unless keys are a copy.
typedef struct {
  uint8_t *keys, *values;
  const uint32_t *key_pages, *pages;
  kvota_kv_type key_type, value_type;
  int slots;               // live slots are 0 ..< slots
  int head_dim;            // a multiple of 16
  const int32_t *new_slots; // slot of each token of this chunk, ascending
  int new_count;
  const int32_t *positions; // of every slot, if there is a window
  int first_position;       // of the chunk's first token
  int window;               // a token sees so many positions, its own included; 0: all
  float soft_cap;           // scores, which are in powers of two, become soft_cap * tanh(score / soft_cap); 0: they stay
  kvota_newest newest;
} kvota_slots;

// What attention tells of each slot, in columns indexed by slot; each may be NULL. A query's attention is the mean of its heads'
// weights, or the softmax of the largest of their logits.
typedef struct {
  float *sums, *squares; // to which each query's attention is added, and the square of it
  float *window;         // [window_rows][window_stride]: query q of the chunk sets row (first_query + q) % window_rows, unless a later one
                         // of the chunk has the same row; slots that it does not see get 0
  size_t window_stride;
  int window_rows, first_query;
  bool by_maximum;
} kvota_columns;

// Slots are attended in splits of this size, whoever the threads are, so that sums have one order.
enum { KVOTA_SPLIT = 256 };
// Rows (query x query head) that one kernel call holds in registers.
enum { KVOTA_ROWS = 12 };
// Query heads that may share one KV head.
enum { KVOTA_MAX_GROUP = 128 };

// Floats of scratch that one attention call needs, in whole cache lines: of one KV head for a decoded token, of one (KV head, lane)
// for a chunk.
size_t kvota_attention_scratch(int slots, int head_dim, int group);

// Bytes of operands that multiply_bytes reads.
enum { KVOTA_CEILING_BYTES = 1024 };

// out[token * out_stride + 16 * group + row] for groups first ..< last; `activations` are quantized tiles for quantized formats,
// float rows [token][inner] for the others.
typedef void (*kvota_gemm)(const uint8_t *packed, int inner, int first, int last, const void *activations, int tokens, float *out,
                           size_t out_stride);

typedef struct kvota_isa {
  const char *name;

  kvota_gemm gemm[KVOTA_FORMATS]; // by packed format

  // Quantizes blocks first ..< last of a row of `blocks` blocks into place `token` of its tile; `tiles` is the start of all tiles.
  void (*quantize)(const float *row, int blocks, int first, int last, int token, uint8_t *tiles);

  // out = x / rms(x) * weight
  void (*rms_norm)(const float *x, const float *weight, int count, float epsilon, float *out);
  // out = (x - mean) / deviation * weight + bias
  void (*layer_norm)(const float *x, const float *weight, const float *bias, int count, float epsilon, float *out);
  // x += y
  void (*add)(float *x, const float *y, int count);
  // x += factor * y
  void (*add_scaled)(float *x, const float *y, float factor, int count);
  // moments[0 ..< count] += x, moments[count ..< 2 count] += x^2
  void (*add_moments)(const float *x, int count, float *moments);
  // out = silu(gate) * up
  void (*silu_multiply)(const float *gate, const float *up, int count, float *out);
  // out = gelu(gate) * up, and out = gelu(x), which may be x; GELU in its form with a hyperbolic tangent
  void (*gelu_multiply)(const float *gate, const float *up, int count, float *out);
  void (*gelu)(const float *x, int count, float *out);
  // x = cap * tanh(x / cap)
  void (*soft_cap)(float *x, int count, float cap);
  // Rotates pairs of x in place and scales: pair i is (2i, 2i+1), or (i, i + rotated / 2) when `halves`.
  void (*rope)(float *x, int rotated, int head_dim, const float *cosines, const float *sines, int halves, float scale);
  // Writes one token's key and value [head_dim] into a slot, rounded to its type; what is too large saturates.
  void (*store)(const kvota_slots *slots, int slot, const float *key, const float *value);
  // Writes the same of a chunk's token into the newest page of its block.
  void (*store_newest)(const kvota_slots *slots, int token, const float *key, const float *value);
  // The sum of magnitudes of a slot's value, as it is stored.
  float (*value_norm)(const kvota_slots *slots, int slot);
  // Copies keys and values of listed slots to rows [count][head_dim]; either may be NULL.
  void (*gather)(const kvota_slots *slots, const int32_t *list, int count, float *keys, float *values);

  // Turns the keys of slots first ..< last (first begins a page) to their positions: page i of the slots becomes out[i][head_dim][16], f16.
  // turns: [position][cosines, sines][rotated / 2, rounded up to 16]; pairs as for rope.
  void (*turn_keys)(const kvota_slots *slots, int first, int last, const int32_t *positions, const float *turns, int rotated,
                    int halves, uint16_t *out);

  // Attention of one token's query heads [group][head_dim] (already scaled by log2(e) / sqrt(head_dim)) over one split of a KV head's
  // slots, into scratch. `keeps`: its exponentials too, for attend_finish to add to columns.
  void (*attend_split)(const kvota_slots *slots, const float *queries, int group, int split, bool keeps, float *scratch);
  // Joins all splits of attend_split: out[group][head_dim], and adds to the columns.
  void (*attend_finish)(const kvota_slots *slots, int group, float *scratch, float *out, const kvota_columns *columns);
  // Attention of a chunk's tokens, of which this lane does every lanes-th tile. queries and out: [token][..., group, head_dim] with
  // strides in floats. A token does not see the slots of later ones. The columns' sums and squares are this lane's own, the window
  // is all lanes'.
  void (*attend_tiles)(const kvota_slots *slots, const float *queries, size_t query_stride, int group, int lane, int lanes,
                       float *scratch, float *out, size_t out_stride, const kvota_columns *columns);

  // The ceilings that a kernel's speed is a share of. Reads `count` bytes (a multiple of 512) and returns a sum of them.
  uint32_t (*read_bytes)(const uint8_t *bytes, size_t count);
  // Byte products from KVOTA_CEILING_BYTES of operands, and f32 products; both return how many operations that was (a multiply-add
  // is two) and write 16 sums to out, so that the work is not left out.
  uint64_t (*multiply_bytes)(uint64_t rounds, const uint8_t *operands, float *out);
  uint64_t (*multiply_floats)(uint64_t rounds, float factor, float *out);
} kvota_isa;

// The matrix kernel of a format.
static inline kvota_gemm kvota_gemm_of(const kvota_isa *isa, kvota_format format) { return isa->gemm[format]; }

// The best table this processor can run, or the one called `name` ("avx512", "avx2", "neon", "portable"); NULL when it cannot.
const kvota_isa *kvota_isa_select(const char *name);

// Spins until *word is not value, and tells whether that came about within the limit in nanoseconds.
bool kvota_spin(const uint32_t *word, uint32_t value, int64_t limit);
// Sleeps while *word == expected (or returns early); wakes all sleepers on word.
void kvota_futex_wait(const uint32_t *word, uint32_t expected);
void kvota_futex_wake_all(const uint32_t *word);
// Names the calling thread, as debuggers and top show it (15 characters at most).
void kvota_name_thread(const char *name);
// Processors that this process may run on.
int kvota_processor_count(void);
