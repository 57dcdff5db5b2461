import FlyingSocks
import Glibc
import Testing

@testable import Transport

@Suite("Loop choice")
struct LoopChoiceTests {
  @Test("a connection goes to its processor's loop, of which there may be fewer than processors")
  func ownLoop() {
    #expect(LoopChoice.index(processor: 1, counts: [0, 3]) == 1)
    #expect(LoopChoice.index(processor: 6, counts: [5, 0, 9, 2]) == 2)
    #expect(LoopChoice.index(processor: 5, counts: [7]) == 0)
  }

  @Test("where all packets come to one processor, the loops' counts do not get far apart")
  func evens() {
    var counts = [0, 0, 0]
    for _ in 0..<1_000 { counts[LoopChoice.index(processor: 3, counts: counts)] += 1 }
    #expect(counts.max().map { $0 - (counts.min() ?? 0) } == LoopChoice.mostUneven)
  }

  @Test("without a processor a connection goes to the loop with the fewest")
  func unknown() {
    #expect(LoopChoice.index(processor: nil, counts: [4, 2, 3]) == 1)
    #expect(LoopChoice.index(processor: nil, counts: [0, 0]) == 0)
  }

  @Test("a Unix socket has no processor")
  func unixSocket() throws {
    var pair: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
    for number in pair {
      let socket = Socket(file: .init(rawValue: number))
      #expect(socket.incomingProcessor == nil)
      try socket.close()
    }
  }
}
