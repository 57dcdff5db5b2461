// Attention of a few rows (query x query head of one group) over one split of a KV head's slots.
//
// Scores run down the even and the odd dimensions in order, values over slots in order: the same sums for a decoded token as for a row
// of a prefill tile, whatever the number of rows.
//
// Exponentials lie page by page: [page][rows of the piece][16], so that a kernel needs one pointer and constant offsets.

// While a page is worked on, one that comes later is fetched, in order and line by line along with the work, as a processor waits for few
// lines at once: by itself it sees no stream where a page of keys ends, and where the slots of a head do. With AVX2 a page takes about as
// long as memory takes to answer, with AVX-512 half as long. Chunks find their pages in the caches, as many tiles of theirs read them; they
// are told by full pieces, which groups of 12 and more have for a decoded token too.
#define PAGES_AHEAD (WIDTH / 8)
#define FETCHES_AHEAD(rows) ((rows) < KVOTA_ROWS)

INLINE int smaller(int a, int b) { return a < b ? a : b; }

// Rows whose scores are taken together, and rows with which values are weighed together: two sums for each vector of a page, or two vectors
// of sums, fill the registers. More rows take as few passes as there must be, of about as many rows each.
#define SCORED_ROWS (SUMS * WIDTH / 32)
#define WEIGHED_ROWS (SUMS / 2)
#define EACH_PASS(count, most, call)                                                                        \
  do {                                                                                                      \
    const int passes = ((count) + (most)-1) / (most), fewer = (count) / passes, larger = (count) % passes;  \
    int row = 0;                                                                                            \
    for (; row < larger * (fewer + 1); row += fewer + 1) call(row, fewer + 1);                              \
    for (; row < (count); row += fewer) call(row, fewer);                                                   \
  } while (0)

// Registers of values that so many rows are weighed with: their sums, these, one weight and another one must fit, or a sum would go through
// memory from one slot to the next. Of a head with four, three would leave one alone.
INLINE int value_vectors(int rows) {
  const int vectors = (SUMS * 4 / 3 - 2) / (rows + 1);
  return vectors >= 4 ? 4 : vectors == 3 && WIDTH == 16 ? 2 : vectors;
}

// Scores of `count` of `stride` rows with a page: the even dimensions' sum and the odd ones', so that few rows keep the units busy too.
// `later`, which is fetched meanwhile, may be NULL. In the middle of the loop fetching would cost a register.
INLINE void row_scores(const uint8_t *keys, const kvota_kv_type type, int head_dim, const float *queries, const int count,
                       const int stride, const uint8_t *later, float *out) {
  vrf even[KVOTA_ROWS][16 / WIDTH], odd[KVOTA_ROWS][16 / WIDTH];
  for (int r = 0; r < count; r++)
    for (int v = 0; v < 16 / WIDTH; v++) even[r][v] = odd[r][v] = splat_r(0);
  for (int d = 0; d < head_dim; d += 2, queries += 2 * stride) {
    if (later) __builtin_prefetch(later + d * (int)(16 * number_bytes(type)));
    vrf k[2][16 / WIDTH];
    for (int v = 0; v < 16 / WIDTH; v++) {
      k[0][v] = load_stored_r(keys, 16 * d + WIDTH * v, type);
      k[1][v] = load_stored_r(keys, 16 * d + 16 + WIDTH * v, type);
    }
    for (int r = 0; r < count; r++)
      for (int v = 0; v < 16 / WIDTH; v++) even[r][v] = fma_r(k[0][v], splat_r(queries[r]), even[r][v]);
    for (int r = 0; r < count; r++)
      for (int v = 0; v < 16 / WIDTH; v++) odd[r][v] = fma_r(k[1][v], splat_r(queries[stride + r]), odd[r][v]);
  }
  for (int r = 0; r < count; r++)
    for (int v = 0; v < 16 / WIDTH; v++) save_r(out + r * 16 + WIDTH * v, even[r][v] + odd[r][v]);
}

// Scores of `count` rows with a page of 16 keys.
INLINE void page_scores(const uint8_t *keys, const kvota_kv_type type, int head_dim, const float *queries, const int count,
                        const uint8_t *later, float *out) {
#define SCORE(row, rows)                                                                                    \
  row_scores(keys, type, head_dim, queries + row, rows, count, row == 0 ? later : NULL, out + 16 * row)
  EACH_PASS(count, SCORED_ROWS, SCORE);
#undef SCORE
  if (type == KVOTA_KV_F16) return;
  const v16f scales = load_slot_scales(keys, head_dim);
  for (int r = 0; r < count; r++) save(out + r * 16, load(out + r * 16) * scales);
}

INLINE void split_scores(const kvota_slots *slots, const kvota_kv_type type, int first, int pages, const float *queries, const int count,
                         float *out) {
  for (int page = 0; page < pages; page++) {
    // Values follow the keys.
    const int ahead = smaller(page + PAGES_AHEAD, 2 * pages - 1);
    const uint8_t *later = ahead < pages ? keys_of(slots, first + 16 * ahead) : values_of(slots, first + 16 * (ahead - pages));
    page_scores(keys_of(slots, first + 16 * page), type, slots->head_dim, queries, count, FETCHES_AHEAD(count) ? later : NULL,
                out + page * 16 * count);
  }
}

// The first new token whose slot is not below `slot`.
INLINE int first_token_from(const kvota_slots *slots, int slot) {
  int low = 0, high = slots->new_count;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (slots->new_slots[middle] < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Hides what a row may not see: slots beyond the split's end, and those of later tokens of the chunk (`token` is the chunk's first in this
// split). `scores` is the row's first page.
INLINE void mask_row(const kvota_slots *slots, int first, int last, int token, int query, float *scores, const int count) {
  const float hidden = -__builtin_inff();
  for (int s = last; s % 16 != 0; s++) scores[(s - first) / 16 * 16 * count + s % 16] = hidden;
  for (int later = token > query ? token : query + 1; later < slots->new_count && slots->new_slots[later] < last; later++) {
    const int s = slots->new_slots[later] - first;
    scores[s / 16 * 16 * count + s % 16] = hidden;
  }
}

// Hides what has left the window of a row's token.
INLINE void mask_window(const kvota_slots *slots, int first, int last, int query, float *scores, const int count) {
  const int oldest = slots->first_position + query - slots->window;
  for (int s = first; s < last; s++)
    if (slots->positions[s] <= oldest) scores[(s - first) / 16 * 16 * count + (s - first) % 16] = -__builtin_inff();
}

INLINE void cap_scores(float *scores, int pages, float cap, const int count) {
  for (int p = 0; p < pages; p++) soft_cap(scores + p * 16 * count, 16, cap);
}

// Turns a row's scores, which are in powers of two, into their exponentials relative to the maximum.
INLINE void exponentiate(float *scores, int pages, const int count, float *max_out, float *sum_out) {
  v16f max = splat(-__builtin_inff());
  for (int p = 0; p < pages; p++) max = __builtin_elementwise_max(max, load(scores + p * 16 * count));
  float largest = across_max(max);
  // A row that sees nothing here keeps a maximum of minus infinity and a sum of 0.
  v16f base = splat(largest == -__builtin_inff() ? 0 : largest), sum = splat(0);
  for (int p = 0; p < pages; p++) {
    v16f e = exp2_16(load(scores + p * 16 * count) - base);
    save(scores + p * 16 * count, e);
    sum = sum + e;
  }
  *max_out = largest;
  *sum_out = across_sum(sum);
}

// What is read PAGES_AHEAD after the values of a page of a split up to `last`: values or the next split's keys. At the end it is nothing new,
// nor before keys that are a copy: another thread may be making the next split's.
INLINE const uint8_t *after_values(const kvota_slots *slots, int last, int page) {
  const int ahead = page + 16 * PAGES_AHEAD;
  if (ahead < last) return values_of(slots, ahead);
  return ahead < slots->slots && slots->key_pages == slots->pages ? keys_of(slots, ahead) : values_of(slots, page);
}

// Pages whose values are weighed before the sums are put away: some for full pieces, mostly a chunk's, whose values are in the caches; one
// for smaller pieces, mostly a decoded token's, whose values come from memory, so that all dimensions are taken from a page at once.
#define PAGES_AT_ONCE(rows) (FETCHES_AHEAD(rows) ? 1 : 4)

// Adds the sum over the `used` slots of weight * value to weighted[r][from ..< from + WIDTH * vectors], and may fetch as large a part of
// `later`. Slots lie in at most `pages` pages, and in one at least, which saves a decoded token's loop a question. Weights are
// [pages][stride][16].
INLINE void weigh_vectors(const uint8_t *const *values, const kvota_kv_type type, const int pages, int used, int head_dim, int from,
                          const int vectors, const float *weights, const int count, const int stride, const bool fetches,
                          const uint8_t *later, float *weighted) {
  const size_t vector_bytes = WIDTH * vectors * number_bytes(type), fetched = 16 * from * number_bytes(type);
  vrf sums[KVOTA_ROWS][4];
  for (int r = 0; r < count; r++)
    for (int v = 0; v < vectors; v++) sums[r][v] = load_r(weighted + r * head_dim + from + WIDTH * v);
  for (int page = 0; page < pages && (page == 0 || used > 0); page++, used -= 16, weights += 16 * stride) {
    for (int s = 0; s < smaller(16, used); s++) {
      if (fetches)
        for (size_t at = 0; at < vector_bytes; at += LINE) __builtin_prefetch(later + fetched + s * vector_bytes + at);
      vrf value[4];
      for (int v = 0; v < vectors; v++) value[v] = load_stored_r(values[page], s * head_dim + from + WIDTH * v, type);
      for (int r = 0; r < count; r++) {
        vrf e = splat_r(weights[16 * r + s]);
        for (int v = 0; v < vectors; v++) sums[r][v] = fma_r(e, value[v], sums[r][v]);
      }
    }
  }
  for (int r = 0; r < count; r++)
    for (int v = 0; v < vectors; v++) save_r(weighted + r * head_dim + from + WIDTH * v, sums[r][v]);
}

// The same for all of a head's dimensions.
INLINE void weigh_dimensions(const uint8_t *const *values, const kvota_kv_type type, const int pages, int used, int head_dim,
                             const float *weights, const int count, const int stride, const bool fetches, const uint8_t *later,
                             float *weighted) {
#define WEIGH(n) weigh_vectors(values, type, pages, used, head_dim, from, n, weights, count, stride, fetches, later, weighted)
  const int vectors = value_vectors(count);
  int from = 0;
  for (; from + WIDTH * vectors <= head_dim; from += WIDTH * vectors) WEIGH(vectors);
  if (vectors == 3 && from + WIDTH * 2 <= head_dim) {
    WEIGH(2);
    from += WIDTH * 2;
  }
  for (; from < head_dim; from += WIDTH) WEIGH(1);
#undef WEIGH
}

// The slots first ..< last of at most `pages` pages.
INLINE void weigh_pages(const kvota_slots *slots, const kvota_kv_type type, const int pages, int first, int last,
                        const float *exponentials, const int count, const int exponential_stride, const bool fetches,
                        const uint8_t *later, float *weighted) {
  const int head_dim = slots->head_dim, stride = type == KVOTA_KV_Q8 ? count : exponential_stride;
  const uint8_t *values[PAGES_AT_ONCE(KVOTA_ROWS)];
  const float *weights = exponentials;
  float scaled[PAGES_AT_ONCE(KVOTA_ROWS) * 16 * KVOTA_ROWS];
  for (int page = 0; page < pages && (page == 0 || first + 16 * page < last); page++) {
    values[page] = values_of(slots, first + 16 * page);
    if (type == KVOTA_KV_F16) continue;
    const v16f scales = load_slot_scales(values[page], head_dim);
    for (int r = 0; r < count; r++)
      save(scaled + 16 * (page * count + r), load(exponentials + 16 * (page * exponential_stride + r)) * scales);
    weights = scaled;
  }
  weigh_dimensions(values, type, pages, last - first, head_dim, weights, count, stride, fetches, later, weighted);
}

INLINE void weigh_rows(const kvota_slots *slots, const kvota_kv_type type, int first, int last, const float *exponentials,
                       const int count, const int stride, float *weighted) {
  const int pages = PAGES_AT_ONCE(stride);
  const bool fetches = FETCHES_AHEAD(stride);
  memset(weighted, 0, (size_t)count * slots->head_dim * sizeof(float));
  for (int page = first; page < last; page += 16 * pages, exponentials += 16 * pages * stride)
    weigh_pages(slots, type, pages, page, smaller(page + 16 * pages, last), exponentials, count, stride, fetches,
                fetches ? after_values(slots, last, page) : NULL, weighted);
}

INLINE void weigh(const kvota_slots *slots, const kvota_kv_type type, int first, int last, const float *exponentials, const int count,
                  float *weighted) {
#define WEIGH(row, rows)                                                                                    \
  weigh_rows(slots, type, first, last, exponentials + 16 * row, rows, count, weighted + row * slots->head_dim)
  EACH_PASS(count, WEIGHED_ROWS, WEIGH);
#undef WEIGH
}

// The tokens of a split that some row has from a newest page: those of its query's block.
typedef struct {
  int count;
  int slot[32], number[32]; // the token's slot, counted from the split's first, and its number
  int block;                // of the first row's query; the last one's is the same or the next
} newest_tokens;

INLINE bool any_from(const int32_t *tokens, const int count, int number) {
  int found = 0;
  for (int i = 0; i < count; i++) found |= tokens[i] >= number;
  return found;
}

INLINE newest_tokens find_newest(const kvota_slots *slots, int first, int last, int query, int last_query) {
  newest_tokens found = {.count = 0, .block = (slots->newest.first + query) / 16};
  if (!slots->newest.page) return found;
  const int from = 16 * found.block, end = slots->newest.first + last_query + 1;
  for (int page = first; page < last; page += 16) {
    const int32_t *tokens = slots->newest.tokens + page;
    const int used = smaller(16, last - page);
    if (used == 16 ? !any_from(tokens, 16, from) : !any_from(tokens, used, from)) continue;
    for (int lane = 0; lane < used; lane++) {
      if (tokens[lane] < from || tokens[lane] >= end || found.count == 32) continue;
      found.slot[found.count] = page + lane - first;
      found.number[found.count++] = tokens[lane];
    }
  }
  return found;
}

INLINE bool has_block(const newest_tokens *newest, int block) {
  for (int i = 0; i < newest->count; i++)
    if (newest->number[i] / 16 == block) return true;
  return false;
}

INLINE bool is_of_block(const kvota_slots *slots, int query, int block) { return (slots->newest.first + query) / 16 == block; }

// Where a row's number for the newest token `i` lies among those of the split.
INLINE float *newest_number(const newest_tokens *newest, int i, float *scores, int row, const int count) {
  return scores + newest->slot[i] / 16 * 16 * count + 16 * row + newest->slot[i] % 16;
}

// The keys of a newest page as queries meet them.
INLINE const uint8_t *newest_keys(const kvota_slots *slots, int first, const newest_tokens *newest, int block, uint16_t *turned) {
  const uint8_t *page = newest_page(slots, 16 * block);
  if (!slots->newest.positions) return page;
  const size_t row = (size_t)(slots->newest.rotated / 2 + 15) / 16 * 16 * 2;
  const float *at[16];
  for (int lane = 0; lane < 16; lane++) at[lane] = slots->newest.turns;
  for (int i = 0; i < newest->count; i++)
    if (newest->number[i] / 16 == block)
      at[newest->number[i] % 16] = slots->newest.turns + (size_t)slots->newest.positions[first + newest->slot[i]] * row;
  turn_page(page, KVOTA_KV_F16, at, slots->newest.rotated, slots->newest.halves, slots->head_dim, turned);
  return (const uint8_t *)turned;
}

// Puts the scores of newest tokens in the place of those with their rounded keys.
INLINE void score_newest(const kvota_slots *slots, int first, const newest_tokens *newest, const float *queries, const int *query,
                         const int count, uint16_t *turned, float *scores) {
  for (int block = newest->block; block < newest->block + 2; block++) {
    if (!has_block(newest, block)) continue;
    float page[16 * KVOTA_ROWS];
    page_scores(newest_keys(slots, first, newest, block, turned), KVOTA_KV_F16, slots->head_dim, queries, count, NULL, page);
    for (int i = 0; i < newest->count; i++)
      for (int r = 0; r < count; r++)
        if (newest->number[i] / 16 == block && is_of_block(slots, query[r], block))
          *newest_number(newest, i, scores, r, count) = page[16 * r + newest->number[i] % 16];
  }
}

// Takes the exponentials of newest tokens out of the others', for the values of their pages: weights[block][row][16].
INLINE void take_weights(const kvota_slots *slots, const newest_tokens *newest, const int *query, const int count, float *exponentials,
                         float weights[2][16 * KVOTA_ROWS]) {
  for (int b = 0; b < 2; b++) memset(weights[b], 0, 16 * count * sizeof(float));
  for (int i = 0; i < newest->count; i++)
    for (int r = 0; r < count; r++) {
      const int block = newest->number[i] / 16;
      if (!is_of_block(slots, query[r], block)) continue;
      float *e = newest_number(newest, i, exponentials, r, count);
      weights[block - newest->block][16 * r + newest->number[i] % 16] = *e;
      *e = 0;
    }
}

// Adds the values of newest tokens, and puts their exponentials back.
INLINE void weigh_newest(const kvota_slots *slots, const newest_tokens *newest, const int *query, const int count,
                         float weights[2][16 * KVOTA_ROWS], float *exponentials, float *weighted) {
  for (int b = 0; b < 2; b++) {
    if (!has_block(newest, newest->block + b)) continue;
    const uint8_t *values = newest_values(slots, newest_page(slots, 16 * (newest->block + b)));
#define WEIGH(row, rows)                                                                                    \
  weigh_dimensions(&values, KVOTA_KV_F16, 1, 16, slots->head_dim, weights[b] + 16 * row, rows, rows, false, NULL, \
                   weighted + row * slots->head_dim)
    EACH_PASS(count, WEIGHED_ROWS, WEIGH);
#undef WEIGH
  }
  for (int i = 0; i < newest->count; i++)
    for (int r = 0; r < count; r++) {
      const int block = newest->number[i] / 16;
      if (is_of_block(slots, query[r], block))
        *newest_number(newest, i, exponentials, r, count) = weights[block - newest->block][16 * r + newest->number[i] % 16];
    }
}

// One split of `count` rows; queries are [head_dim][count].
INLINE void attend_rows(const kvota_slots *slots, int first, int last, const float *queries, const int *query, const int count,
                        float *exponentials, float *maxima, float *sums, float *weighted, uint16_t *turned) {
  const int pages = (last - first + 15) / 16;
  if (slots->key_type == KVOTA_KV_F16) split_scores(slots, KVOTA_KV_F16, first, pages, queries, count, exponentials);
  else split_scores(slots, KVOTA_KV_Q8, first, pages, queries, count, exponentials);
  newest_tokens newest = find_newest(slots, first, last, query[0], query[count - 1]);
  if (newest.count) score_newest(slots, first, &newest, queries, query, count, turned, exponentials);
  const int token = first_token_from(slots, first);
  for (int r = 0; r < count; r++) {
    if (slots->soft_cap > 0) cap_scores(exponentials + 16 * r, pages, slots->soft_cap, count);
    mask_row(slots, first, last, token, query[r], exponentials + 16 * r, count);
    if (slots->window > 0) mask_window(slots, first, last, query[r], exponentials + 16 * r, count);
    exponentiate(exponentials + 16 * r, pages, count, &maxima[r], &sums[r]);
  }
  float weights[2][16 * KVOTA_ROWS];
  if (newest.count) take_weights(slots, &newest, query, count, exponentials, weights);
  if (slots->value_type == KVOTA_KV_F16) weigh(slots, KVOTA_KV_F16, first, last, exponentials, count, weighted);
  else weigh(slots, KVOTA_KV_Q8, first, last, exponentials, count, weighted);
  if (newest.count) weigh_newest(slots, &newest, query, count, weights, exponentials, weighted);
}

#define ROWS(n)                                                                                             \
  case n: attend_rows(slots, first, last, queries, query, n, exponentials, maxima, sums, weighted, turned); break;

static void attend_some(const kvota_slots *slots, int first, int last, const float *queries, const int *query, int row_count,
                        float *exponentials, float *maxima, float *sums, float *weighted, uint16_t *turned) {
  switch (row_count) {
    ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6)
    ROWS(7) ROWS(8) ROWS(9) ROWS(10) ROWS(11)
  default: attend_rows(slots, first, last, queries, query, 12, exponentials, maxima, sums, weighted, turned);
  }
}

INLINE size_t split_count(int slots) { return ((size_t)slots + KVOTA_SPLIT - 1) / KVOTA_SPLIT; }

// Where things lie in the scratch of one call, for `rows` rows in pieces of KVOTA_ROWS.
typedef struct {
  size_t stride, splits;
  float *exponentials; // [pieces][pages][rows of the piece][16]: `stride` a row
  float *maxima, *sums; // [splits][rows]
  float *weighted;      // [splits][rows][head_dim]
  float *greatest, *totals; // [rows]: of all splits together
  uint16_t *turned;     // [splits][head_dim][16]: keys of a newest page
  float *queries;       // [pieces][head_dim][rows of the piece]
} attention_scratch;

INLINE attention_scratch lay_out(const kvota_slots *slots, int rows, float *scratch) {
  attention_scratch s = {.splits = split_count(slots->slots)};
  s.stride = s.splits * KVOTA_SPLIT;
  s.exponentials = scratch;
  s.maxima = s.exponentials + rows * s.stride;
  s.sums = s.maxima + rows * s.splits;
  s.weighted = s.sums + rows * s.splits;
  s.greatest = s.weighted + rows * s.splits * slots->head_dim;
  s.totals = s.greatest + rows;
  s.turned = (uint16_t *)(s.totals + rows);
  s.queries = s.totals + rows + s.splits * 8 * slots->head_dim;
  return s;
}

// The exponentials of `row` for the page that begins at `slot`.
INLINE float *exponentials_of(const attention_scratch *s, int rows, int row, int slot) {
  const int piece = row / KVOTA_ROWS * KVOTA_ROWS, count = smaller(KVOTA_ROWS, rows - piece);
  return s->exponentials + piece * s->stride + slot * count + (row - piece) * 16;
}

// Rows of queries as the pieces want them: [head_dim][rows of the piece].
INLINE void gather_queries(const float *const *rows, int count, int head_dim, float *out) {
  for (int piece = 0; piece < count; piece += KVOTA_ROWS) {
    const int width = smaller(KVOTA_ROWS, count - piece);
    for (int r = 0; r < width; r++)
      for (int d = 0; d < head_dim; d++) out[piece * head_dim + d * width + r] = rows[piece + r][d];
  }
}

// Whether a split has left the window of every row from `query`, the earliest token, on.
INLINE bool is_past(const kvota_slots *slots, int first, int last, int query) {
  if (slots->window == 0) return false;
  const int oldest = slots->first_position + query - slots->window;
  for (int s = first; s < last; s++)
    if (slots->positions[s] > oldest) return false;
  return true;
}

// What a split gives to rows that see nothing of it.
INLINE void leave_out(int pages, int head_dim, int count, float *exponentials, float *maxima, float *sums, float *weighted) {
  memset(exponentials, 0, (size_t)pages * 16 * count * sizeof(float));
  memset(weighted, 0, (size_t)count * head_dim * sizeof(float));
  for (int r = 0; r < count; r++) {
    maxima[r] = -__builtin_inff();
    sums[r] = 0;
  }
}

// One split of `count` rows, in register-sized pieces. Exponentials are kept only where columns want them: otherwise they stay in the
// nearest cache.
INLINE void attend_piecewise(const kvota_slots *slots, size_t split, int visible, const float *queries, const int *query, int count,
                             const bool keeps, const attention_scratch *s) {
  const int first = (int)split * KVOTA_SPLIT, last = smaller(visible, first + KVOTA_SPLIT), head_dim = slots->head_dim;
  for (int r = 0; r < count; r += KVOTA_ROWS) {
    const int rows = smaller(KVOTA_ROWS, count - r);
    _Alignas(LINE) float passing[KVOTA_SPLIT * KVOTA_ROWS];
    float *exponentials = keeps ? exponentials_of(s, count, r, first) : passing, *weighted = s->weighted + (split * count + r) * head_dim;
    float *maxima = s->maxima + split * count + r, *sums = s->sums + split * count + r;
    uint16_t *turned = s->turned + split * 16 * head_dim;
    if (is_past(slots, first, last, query[r])) leave_out((last - first + 15) / 16, head_dim, rows, exponentials, maxima, sums, weighted);
    else attend_some(slots, first, last, queries + r * head_dim, query + r, rows, exponentials, maxima, sums, weighted, turned);
  }
}

// Joins one row's splits into out[head_dim], and leaves in maxima[split] the factor that normalises the row's exponentials there.
INLINE void join_splits(const attention_scratch *s, size_t splits, int rows, int row, int head_dim, float *out) {
  float max = -__builtin_inff(), sum = 0;
  for (size_t i = 0; i < splits; i++) max = __builtin_fmaxf(max, s->maxima[i * rows + row]);
  if (max == -__builtin_inff()) max = 0;
  for (size_t i = 0; i < splits; i++) {
    float factor = exp2_16(splat(s->maxima[i * rows + row] - max))[0];
    s->maxima[i * rows + row] = factor;
    sum += factor * s->sums[i * rows + row];
  }
  s->greatest[row] = max;
  s->totals[row] = sum;
  float inverse = sum > 0 ? 1.0f / sum : 0;
  for (size_t i = 0; i < splits; i++) s->maxima[i * rows + row] *= inverse;
  for (int d = 0; d < head_dim; d += 16) {
    v16f total = splat(0);
    for (size_t i = 0; i < splits; i++)
      total = fma16(load(s->weighted + (i * rows + row) * head_dim + d), splat(s->maxima[i * rows + row]), total);
    save(out + d, total);
  }
}

INLINE bool has_columns(const kvota_columns *columns) { return columns->sums || columns->squares || columns->window; }

// The window's row for a query of the chunk, or NULL: a row is left to the last query that it belongs to.
INLINE float *window_row(const kvota_slots *slots, const kvota_columns *columns, int query) {
  if (!columns->window || query < slots->new_count - columns->window_rows) return NULL;
  return columns->window + (size_t)((columns->first_query + query) % columns->window_rows) * columns->window_stride;
}

// Makes the group's first row the softmax of the largest of its logits: the maximum of exponentials that are relative to one number.
INLINE void join_by_maximum(const attention_scratch *s, int rows, int row, int group, int visible) {
  float greatest = s->greatest[row];
  for (int g = row + 1; g < row + group; g++) greatest = __builtin_fmaxf(greatest, s->greatest[g]);
  // What was divided by is multiplied by.
  for (int g = row; g < row + group; g++) s->totals[g] *= exp2_16(splat(s->greatest[g] - greatest))[0];
  v16f sum = splat(0);
  for (int slot = 0; slot < visible; slot += 16) {
    v16f largest = splat(0);
    for (int g = row; g < row + group; g++) {
      const float factor = s->maxima[slot / KVOTA_SPLIT * rows + g] * s->totals[g];
      largest = __builtin_elementwise_max(largest, load(exponentials_of(s, rows, g, slot)) * splat(factor));
    }
    save(exponentials_of(s, rows, row, slot), largest);
    sum = sum + largest;
  }
  const float inverse = 1.0f / across_sum(sum);
  for (size_t split = 0; split < split_count(visible); split++) s->maxima[split * rows + row] = inverse;
}

// Adds the attention of one query, whose group's rows start at `row`, to the columns.
INLINE void observe(const kvota_slots *slots, const attention_scratch *s, int rows, int row, int group, int query, int visible,
                    const kvota_columns *columns) {
  float *sums = columns->sums, *squares = columns->squares, *window = window_row(slots, columns, query);
  if (!sums && !squares && !window) return;
  if (columns->by_maximum) {
    join_by_maximum(s, rows, row, group, visible);
    group = 1;
  }
  const v16f share = splat(1.0f / (float)group);
  for (int slot = 0; slot < visible; slot += 16) {
    const int split = slot / KVOTA_SPLIT, count = visible - slot;
    v16f attention = splat(0);
    for (int g = row; g < row + group; g++)
      attention = fma16(load(exponentials_of(s, rows, g, slot)), splat(s->maxima[split * rows + g]), attention);
    attention = attention * share;
    if (sums) save_some(sums + slot, load_some(sums + slot, count) + attention, count);
    if (squares) save_some(squares + slot, fma16(attention, attention, load_some(squares + slot, count)), count);
    if (window) save_some(window + slot, attention, count);
  }
  if (window) memset(window + visible, 0, (size_t)(slots->slots - visible) * sizeof(float));
}

static void attend_split(const kvota_slots *slots, const float *queries, int group, int split, bool keeps, float *scratch) {
  const attention_scratch s = lay_out(slots, group, scratch);
  const float *rows[KVOTA_MAX_GROUP];
  const int query[KVOTA_MAX_GROUP] = {0};
  for (int g = 0; g < group; g++) rows[g] = queries + (size_t)g * slots->head_dim;
  // The place of the split's result is free until then.
  float *gathered = s.weighted + (size_t)split * group * slots->head_dim;
  gather_queries(rows, group, slots->head_dim, gathered);
  attend_piecewise(slots, (size_t)split, slots->slots, gathered, query, group, keeps, &s);
}

static void attend_finish(const kvota_slots *slots, int group, float *scratch, float *out, const kvota_columns *columns) {
  const attention_scratch s = lay_out(slots, group, scratch);
  for (int g = 0; g < group; g++) join_splits(&s, s.splits, group, g, slots->head_dim, out + (size_t)g * slots->head_dim);
  observe(slots, &s, group, 0, group, 0, slots->slots, columns);
}

// Slots below which everything lies that the chunk's tokens up to `query` see. Without reused slots, later tokens lie beyond.
INLINE int visible_slots(const kvota_slots *slots, int query) {
  const int count = slots->new_count, first = slots->new_slots[0], newest = slots->new_slots[count - 1];
  const int in_order = newest - first == count - 1 && newest == slots->slots - 1;
  return in_order ? slots->new_slots[query] + 1 : slots->slots;
}

static void attend_tiles(const kvota_slots *slots, const float *queries, size_t query_stride, int group, int lane, int lanes,
                         float *scratch, float *out, size_t out_stride, const kvota_columns *columns) {
  const int tokens = slots->new_count, per_tile = group >= KVOTA_ROWS ? 1 : KVOTA_ROWS / group, head_dim = slots->head_dim;
  const float *rows[KVOTA_MAX_GROUP];
  int query[KVOTA_MAX_GROUP];
  for (int first = lane * per_tile; first < tokens; first += lanes * per_tile) {
    const int end = smaller(first + per_tile, tokens), count = (end - first) * group, visible = visible_slots(slots, end - 1);
    const attention_scratch s = lay_out(slots, count, scratch);
    for (int r = 0; r < count; r++) {
      query[r] = first + r / group;
      rows[r] = queries + query[r] * query_stride + (size_t)(r % group) * head_dim;
    }
    gather_queries(rows, count, head_dim, s.queries);
    const size_t splits = split_count(visible);
    for (size_t split = 0; split < splits; split++)
      attend_piecewise(slots, split, visible, s.queries, query, count, has_columns(columns), &s);
    for (int r = 0; r < count; r++)
      join_splits(&s, splits, count, r, head_dim, out + query[r] * out_stride + (size_t)(r % group) * head_dim);
    for (int q = first; q < end; q++) observe(slots, &s, count, (q - first) * group, group, q, visible, columns);
  }
}
