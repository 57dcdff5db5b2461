// Attention of a few rows (query x query head of one group): splits of a KV head's slots, joined, and what columns are told of them.

// One split of `count` rows; queries are [head_dim][count].
INLINE void attend_rows(const kvota_slots *slots, int first, int last, const float *queries, const int *query, const int count,
                        float *exponentials, float *maxima, float *sums, float *weighted, uint16_t *turned) {
  const int pages = (last - first + 15) / 16;
  if (slots->key_type == KVOTA_KV_F16) split_scores(slots, KVOTA_KV_F16, first, pages, queries, count, exponentials);
  else split_scores(slots, KVOTA_KV_Q8, first, pages, queries, count, exponentials);
  const newest_tokens newest = find_newest(slots, first, last, query, count);
  if (newest.count) score_newest(slots, first, &newest, queries, count, turned, exponentials);
  const int token = first_token_from(slots, first);
  for (int r = 0; r < count; r++) {
    if (slots->soft_cap > 0) cap_scores(exponentials + 16 * r, pages, slots->soft_cap, count);
    mask_row(slots, first, last, token, query[r], exponentials + 16 * r, count);
    if (slots->window > 0) mask_window(slots, first, last, query[r], exponentials + 16 * r, count);
    exponentiate(exponentials + 16 * r, pages, count, &maxima[r], &sums[r]);
  }
  float weights[2][16 * KVOTA_ROWS];
  if (newest.count) take_weights(&newest, count, exponentials, weights);
  if (slots->value_type == KVOTA_KV_F16) weigh(slots, KVOTA_KV_F16, first, last, exponentials, count, weighted);
  else weigh(slots, KVOTA_KV_Q8, first, last, exponentials, count, weighted);
  if (newest.count) weigh_newest(slots, &newest, count, weights, exponentials, weighted);
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
