import Testing

@testable import Caching

@Suite("Free pages")
struct FreePagesTests {
  @Test("pages come side by side while a run is long enough, and what was given back joins again")
  func runs() {
    var pages = FreePages(count: 10)
    let first = pages.take(4)
    let second = pages.take(3)
    #expect(first == [0..<4] && second == [4..<7] && pages.count == 3)
    pages.giveBack(first)
    #expect(pages.take(5) == [0..<4, 7..<8], "no run holds five, so two do")
    pages.giveBack(second)
    pages.giveBack([7..<8, 0..<4])
    #expect(pages.count == 10 && pages.take(10) == [0..<10])
  }

  @Test("no page is ever out twice, whatever is taken and given back")
  func disjoint() {
    var pages = FreePages(count: 200)
    var held: [[Range<UInt32>]] = []
    var state: UInt64 = 7
    for _ in 0..<2000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let wanted = Int(state >> 33) % 40
      if wanted <= pages.count && state >> 60 < 9 {
        held.append(pages.take(wanted))
      } else if !held.isEmpty {
        pages.giveBack(held.remove(at: Int(state >> 33) % held.count))
      }
      let out = Array(held.joined().joined())
      #expect(Set(out).count == out.count && out.count + pages.count == 200)
    }
  }
}
