import Caching
import Testing

@Suite struct CacheBudgetTests {
  @Test(
    "budgets are read as users write them",
    arguments: [
      ("512", CacheBudget.slots(512)), ("1", .slots(1)), ("0.5", .ratio(0.5)), ("1.0", .ratio(1)),
      ("50%", .ratio(0.5)), ("12.5%", .ratio(0.125)), ("64MiB", .bytes(64 << 20)), ("1GiB", .bytes(1 << 30)),
      ("3KiB", .bytes(3072)), ("100B", .bytes(100)),
    ])
  func reads(text: String, budget: CacheBudget) throws {
    #expect(try CacheBudget(parsing: text) == budget)
  }

  @Test(
    "anything else is refused with what would be accepted",
    arguments: [
      "", "0", "-1", "+5", " 5", "5 ", "0.0", "1.5", "0%", "101%", "nan", "inf", "1e3", "0x10", ".5", "5.",
      "1.2.3", "%",
      "MiB", "1.5MiB", "-1MiB", "64MB", "99999999999GiB", "99999999999999999999", "٣",
    ])
  func refuses(text: String) {
    #expect(throws: CacheError.invalidBudget(text)) { try CacheBudget(parsing: text) }
  }
}
