import Testing

@testable import kvota

@Suite("spread of repetitions")
struct SpreadTests {
  @Test("of an odd number the median is the middle one, of an even number the mean of the two in the middle")
  func median() throws {
    #expect(try #require(Spread([3, 1, 2])).median == 2)
    #expect(try #require(Spread([4, 1, 2, 3])).median == 2.5)
    #expect(try #require(Spread([7])).median == 7)
  }

  @Test("it has the extremes, and all numbers in the order they came")
  func extremes() throws {
    let spread = try #require(Spread([3, 1, 2]))
    #expect(spread.least == 1 && spread.greatest == 3)
    #expect(spread.repetitions == [3, 1, 2])
  }

  @Test("nothing has no spread")
  func nothing() { #expect(Spread([]) == nil) }
}
