@testable import HTTP

/// What a parser said about some input, body pieces joined, so that it can be compared between splits.
struct Transcript: Equatable, CustomStringConvertible {
  enum Entry: Equatable {
    case head(RequestHead)
    case body([UInt8])
    case end
    case refused(HTTPError)
  }

  private(set) var entries: [Entry] = []
  /// The most bytes the parser held back after it had asked for more.
  private(set) var heldBytes = 0

  /// Feeds pieces one after the other, taking all events in between.
  init(_ pieces: some Sequence<ArraySlice<UInt8>>, limits: HTTPLimits = HTTPLimits()) {
    var parser = RequestParser(limits: limits)
    for piece in pieces {
      parser.receive(Array(piece))
      do {
        while let event = try parser.nextEvent() { add(event) }
        heldBytes = max(heldBytes, parser.bufferedBytes)
      } catch {
        entries.append(.refused(error))
        return
      }
    }
  }

  init(whole bytes: [UInt8], limits: HTTPLimits = HTTPLimits()) { self.init([bytes[...]], limits: limits) }

  init(byteByByte bytes: [UInt8], limits: HTTPLimits = HTTPLimits()) {
    self.init(bytes.indices.map { bytes[$0...$0] }, limits: limits)
  }

  var completeRequests: Int { entries.count { $0 == .end } }

  private mutating func add(_ event: RequestParser.Event) {
    switch event {
    case .head(let head): entries.append(.head(head))
    case .end: entries.append(.end)
    case .body(let bytes):
      if case .body(let before)? = entries.last {
        entries[entries.count - 1] = .body(before + bytes)
      } else {
        entries.append(.body(bytes))
      }
    }
  }

  /// One word an entry: `POST:/path`, `body:text`, `end`, or the status of a refusal.
  var description: String {
    entries.map {
      switch $0 {
      case .head(let head): "\(head.method):\(head.path)"
      case .body(let bytes): "body:\(bytes.text)"
      case .end: "end"
      case .refused(let error): "\(error.status)"
      }
    }.joined(separator: " ")
  }

  static func == (left: Self, right: Self) -> Bool { left.entries == right.entries }
}

/// A small seeded generator (Steele, Lea and Flood, 2014).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
