// What this instruction set can do at most: loops that do nothing useful, with as many independent sums (CHAINS) as its registers hold.

// Adds up `count` bytes (a multiple of 512) as fast as they can be read.
static uint32_t read_bytes(const uint8_t *bytes, size_t count) {
  v16u sums[8] = {{0}};
  for (size_t at = 0; at < count; at += 512) {
    for (int chain = 0; chain < 8; chain++) {
      v16u v;
      memcpy(&v, bytes + at + 64 * chain, sizeof v);
      sums[chain] += v;
    }
  }
  v16u total = sums[0] + sums[1] + sums[2] + sums[3] + sums[4] + sums[5] + sums[6] + sums[7];
  return __builtin_reduce_add(total);
}

static uint64_t multiply_bytes(uint64_t rounds, const uint8_t *operands, float *out) {
  v16i sums[CHAINS];
  // Different starts, or the compiler would keep one sum for all.
  for (int chain = 0; chain < CHAINS; chain++) sums[chain] = (v16i){chain, 1};
  for (uint64_t round = 0; round < rounds; round++) {
    // The operands are read again in each round, as a kernel reads weights: products of constants could be moved out of the loop.
    __asm__ volatile("" ::: "memory");
    for (int chain = 0; chain < CHAINS; chain++) sums[chain] = add_products(sums[chain], operands + 64 * chain);
  }
  v16i total = {0};
  for (int chain = 0; chain < CHAINS; chain++) total += sums[chain];
  save(out, __builtin_convertvector(total, v16f));
  return rounds * CHAINS * 64 * 2;
}

static uint64_t multiply_floats(uint64_t rounds, float factor, float *out) {
  v16f sums[CHAINS];
  for (int chain = 0; chain < CHAINS; chain++) sums[chain] = splat((float)chain);
  const v16f factors = splat(factor), addend = splat(1);
  for (uint64_t round = 0; round < rounds; round++)
    for (int chain = 0; chain < CHAINS; chain++) sums[chain] = fma16(sums[chain], factors, addend);
  v16f total = splat(0);
  for (int chain = 0; chain < CHAINS; chain++) total = total + sums[chain];
  save(out, total);
  return rounds * CHAINS * 16 * 2;
}
