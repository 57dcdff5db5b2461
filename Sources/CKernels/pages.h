// Attention of a few rows over the pages of one split: scores, masks, exponentials, values.
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
