// Newest tokens in attention: a query has the keys and values of its own block of 16 from the newest page instead of their slots.
//
// Scores of a whole page are taken as of any other and put where those of the slots are; exponentials wait apart while the slots' values
// are weighed. So a split's sums have the same order for a decoded token as for a row of a prefill tile.

// The tokens of a split that some row has from a newest page: those of its query's block.
typedef struct {
  int count;
  int block;                  // of the first row's query; that of the last one is the same or the next
  int at[32], lane[32];       // of each token: its slot, counted from the split's first, and its place in the page of its block
  int later[32];              // whether its block is the second
  int row_later[KVOTA_ROWS];  // the same of each row's query
} newest_tokens;

INLINE bool any_from(const int32_t *tokens, int count, int number) {
  int found = 0;
  for (int i = 0; i < count; i++) found |= tokens[i] >= number;
  return found;
}

INLINE newest_tokens find_newest(const kvota_slots *slots, int first, int last, const int *query, const int count) {
  newest_tokens found;
  found.count = 0;
  if (!slots->newest.page) return found;
  found.block = (slots->newest.first + query[0]) / 16;
  const int from = 16 * found.block, end = slots->newest.first + query[count - 1] + 1;
  if (!any_from(slots->newest.tokens + first, last - first, from)) return found;
  for (int r = 0; r < count; r++) found.row_later[r] = slots->newest.first + query[r] >= from + 16;
  for (int page = first; page < last; page += 16) {
    const int32_t *tokens = slots->newest.tokens + page;
    const int used = smaller(16, last - page);
    if (used == 16 && !any_from(tokens, 16, from)) continue;
    for (int lane = 0; lane < used; lane++) {
      if (tokens[lane] < from || tokens[lane] >= end || found.count == 32) continue;
      found.at[found.count] = page + lane - first;
      found.lane[found.count] = tokens[lane] % 16;
      found.later[found.count++] = tokens[lane] >= from + 16;
    }
  }
  return found;
}

// Whether any of the tokens is of the first block, or of the second.
INLINE bool has_block(const newest_tokens *newest, int later) {
  for (int i = 0; i < newest->count; i++)
    if (newest->later[i] == later) return true;
  return false;
}

// Each newest token `i` with each row `r` whose query is of its block, and where the row's number for it lies among those of the split.
#define EACH_NEWEST(numbers, body)                                                                          \
  for (int i = 0; i < newest->count; i++) {                                                                 \
    float *number = numbers + newest->at[i] / 16 * 16 * count + newest->at[i] % 16;                         \
    for (int r = 0; r < count; r++, number += 16)                                                           \
      if (newest->later[i] == newest->row_later[r]) body;                                                   \
  }

// The keys of a block's page as queries meet them.
INLINE const uint8_t *newest_keys(const kvota_slots *slots, int first, const newest_tokens *newest, int later, uint16_t *turned) {
  const uint8_t *page = newest_page(slots, 16 * (newest->block + later));
  if (!slots->newest.positions) return page;
  const size_t row = (size_t)(slots->newest.rotated / 2 + 15) / 16 * 16 * 2;
  const float *at[16];
  for (int lane = 0; lane < 16; lane++) at[lane] = slots->newest.turns;
  for (int i = 0; i < newest->count; i++)
    if (newest->later[i] == later) at[newest->lane[i]] = slots->newest.turns + (size_t)slots->newest.positions[first + newest->at[i]] * row;
  turn_page(page, KVOTA_KV_F16, at, slots->newest.rotated, slots->newest.halves, slots->head_dim, turned);
  return (const uint8_t *)turned;
}

// Puts the scores of newest tokens in the place of those with their rounded keys.
INLINE void score_newest(const kvota_slots *slots, int first, const newest_tokens *newest, const float *queries, const int count,
                         uint16_t *turned, float *scores) {
  float pages[2][16 * KVOTA_ROWS];
  for (int later = 0; later < 2; later++)
    if (has_block(newest, later))
      page_scores(newest_keys(slots, first, newest, later, turned), KVOTA_KV_F16, slots->head_dim, queries, count, NULL, pages[later]);
  EACH_NEWEST(scores, *number = pages[newest->later[i]][16 * r + newest->lane[i]])
}

// Takes the exponentials of newest tokens out of the others', for the values of their pages: weights[block][row][16].
INLINE void take_weights(const newest_tokens *newest, const int count, float *exponentials, float weights[2][16 * KVOTA_ROWS]) {
  for (int later = 0; later < 2; later++) memset(weights[later], 0, 16 * count * sizeof(float));
  EACH_NEWEST(exponentials, (weights[newest->later[i]][16 * r + newest->lane[i]] = *number, *number = 0))
}

// Adds the values of newest tokens, and puts their exponentials back.
INLINE void weigh_newest(const kvota_slots *slots, const newest_tokens *newest, const int count, float weights[2][16 * KVOTA_ROWS],
                         float *exponentials, float *weighted) {
  for (int later = 0; later < 2; later++) {
    if (!has_block(newest, later)) continue;
    const uint8_t *values = newest_values(slots, newest_page(slots, 16 * (newest->block + later)));
#define WEIGH(row, rows)                                                                                    \
  weigh_dimensions(&values, KVOTA_KV_F16, 1, 16, slots->head_dim, weights[later] + 16 * row, rows, rows, false, NULL, \
                   weighted + row * slots->head_dim)
    EACH_PASS(count, WEIGHED_ROWS, WEIGH);
#undef WEIGH
  }
  EACH_NEWEST(exponentials, *number = weights[newest->later[i]][16 * r + newest->lane[i]])
}
