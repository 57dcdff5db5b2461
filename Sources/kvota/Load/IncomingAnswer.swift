/// An answer to a completion as it comes: a stream of events, or one JSON object.
struct IncomingAnswer {
  let isStreamed: Bool
  private var response = ResponseReader()
  private var events = EventReader()
  /// The last event but `[DONE]`, or all of what is no stream.
  private var last: [UInt8] = []
  private var isDone = false

  private static let done = Array("[DONE]".utf8)
  private static let finish = Array(#""finish_reason":""#.utf8)
  private static let texts = [#""text":""#, #""content":""#].map { Array($0.utf8) }

  init(isStreamed: Bool) { self.isStreamed = isStreamed }

  var isComplete: Bool { response.isComplete }

  /// Takes bytes of the connection; how many events among them bring text.
  mutating func receive(_ bytes: [UInt8]) throws(ResponseReader.Malformed) -> Int {
    let body = try response.receive(bytes)
    guard isStreamed, response.status == 200 else {
      last += body
      isDone = response.isComplete
      return 0
    }
    var count = 0
    for event in events.receive(body) {
      if event == Self.done {
        isDone = true
      } else {
        if Self.bringsText(event) { count += 1 }
        last = event
      }
    }
    return count
  }

  /// What the end of the connection means, which `hasLeft` says that the client may have ended.
  func ending(hasLeft: Bool) -> RequestOutcome.Ending {
    if response.status != 0, response.status != 200 {
      return .failed("HTTP \(response.status) \(String(decoding: last.prefix(200), as: UTF8.self))")
    }
    if isDone { return .done }
    return hasLeft ? .left : .failed("the answer broke off")
  }

  /// The tokens that the answer's end counts.
  var usage: AnswerUsage.Usage? { isDone ? AnswerUsage(json: last)?.usage : nil }

  /// An event that only tells the reason of the end has a text too, an empty one.
  private static func bringsText(_ event: [UInt8]) -> Bool {
    !event.contains(finish) && texts.contains { event.contains($0) }
  }
}
