import Testing
import WireFixtures

@testable import HTTP

/// The table of `RawRequest.all` at the parser; the integration tests send it to the real server.
@Suite("Raw requests at the parser")
struct RawRequestTests {
  @Test("complete requests, refusal and status are as the table says", arguments: RawRequest.all)
  func meetsTable(request: RawRequest) {
    let transcript = Transcript(whole: request.bytes)
    let refusal: Int? = if case .refused(let error)? = transcript.entries.last { error.status } else { nil }
    // An invitation to send the body is an answer, but to no whole request.
    let complete = request.answers.count { $0 != 100 }
    switch request.ending {
    case .open, .waiting:
      #expect(transcript.completeRequests == complete)
      #expect(refusal == nil)
    case .refused:
      #expect(transcript.completeRequests == complete - 1)
      #expect(refusal == request.answers.last)
    case .closed:
      // Why it closes is decided above the parser, which would read on, and perhaps before the body is there.
      #expect(transcript.completeRequests >= complete - 1)
      #expect(refusal == nil)
    }
  }

  @Test("it makes no difference how the bytes arrive", arguments: RawRequest.all)
  func isTheSameInPieces(request: RawRequest) {
    let whole = Transcript(whole: request.bytes)
    #expect(Transcript(byteByByte: request.bytes) == whole)
    var generator = SplitMix64(seed: UInt64(request.bytes.count))
    for _ in 0..<8 {
      let cut = Int.random(in: 0...request.bytes.count, using: &generator)
      #expect(Transcript([request.bytes[..<cut], request.bytes[cut...]]) == whole, "cut at \(cut)")
    }
  }

  @Test("no name is there twice, and there are at least 200")
  func isComplete() {
    #expect(Set(RawRequest.all.map(\.name)).count == RawRequest.all.count)
    #expect(RawRequest.all.count >= 200)
  }
}
