import HTTP
import Testing

@Suite struct ByteBudgetTests {
  @Test("shares grow as long as all of them fit together, and give back what they had")
  func together() {
    let budget = ByteBudget(bytes: 100)
    let first = ByteBudget.Share(of: budget)
    #expect(first.grow(by: 60) && first.grow(by: 10))
    do {
      let second = ByteBudget.Share(of: budget)
      #expect(!second.grow(by: 31) && second.grow(by: 30) && !first.grow(by: 1))
    }
    #expect(first.grow(by: 30))
  }

  @Test("one owner gets a part, and the rest is for others; who has no owner is bounded by all alone")
  func owners() {
    let budget = ByteBudget(bytes: 100, mostForOwner: 60)
    let (first, second) = (ByteBudget.Share(of: budget, owner: "a"), ByteBudget.Share(of: budget, owner: "a"))
    #expect(first.grow(by: 40) && !second.grow(by: 21) && second.grow(by: 20))
    do {
      let other = ByteBudget.Share(of: budget)
      #expect(!other.grow(by: 41) && other.grow(by: 40))
    }
    #expect(ByteBudget.Share(of: budget, owner: "b").grow(by: 40))
    #expect(ByteBudget.Share(of: budget).grow(by: 40))
  }

  @Test("what is small takes nothing, and what grows beyond takes all of it")
  func small() {
    let budget = ByteBudget(bytes: 100, smallBytes: 10)
    let small = (0..<20).map { _ in ByteBudget.Share(of: budget) }
    #expect(small.allSatisfy { $0.grow(by: 10) })
    let large = ByteBudget.Share(of: budget)
    #expect(large.grow(by: 10) && large.grow(by: 80) && !small[0].grow(by: 1))
    #expect(!large.grow(by: 11) && large.grow(by: 10))
  }

  @Test("a body's share is free once the body is taken, or gone")
  func body() {
    let budget = ByteBudget(bytes: 3)
    func body() -> ReceivedBody? {
      let share = ByteBudget.Share(of: budget)
      return share.grow(by: 3) ? ReceivedBody([1, 2, 3], share: share) : nil
    }
    let held = body()
    #expect(held?.byteCount == 3 && body() == nil)
    #expect(held?.take() == [1, 2, 3] && held?.take() == [])
    for _ in 0..<2 { #expect(body() != nil) }
  }
}
