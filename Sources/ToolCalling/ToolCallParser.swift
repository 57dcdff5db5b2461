/// Finds the calls in what a model writes, as it comes.
///
/// What is no call is given back as text, unchanged; only white space around calls is dropped. A call's name is given out when it is
/// certain, its arguments piece by piece as the model writes them: whether they are JSON that fits the function, the caller has to see.
package struct ToolCallParser: Sendable {
  /// A part of the answer.
  package enum Piece: Equatable, Sendable {
    case text(String)
    /// A call begins.
    case begin(name: String)
    /// More of the last call's arguments: text of a JSON object.
    case arguments(String)
  }

  enum Place {
    case text
    /// Where a call may begin, or another one after a call.
    case between
    /// In a call that is a JSON object.
    case object(JSONCallReader)
    /// In Mistral's `name[ARGS]`.
    case name
    /// In the arguments behind a name.
    case arguments(JSONValueScanner)
    /// Behind Llama's marker, where code goes on to the end.
    case code
  }

  let format: ToolCallFormat
  let tools: Set<String>
  private let isParallel: Bool
  let marker: [UInt8]?
  let closing: [UInt8]?
  var place = Place.text
  /// What has come and is not decided.
  var rest: [UInt8] = []
  /// What is text after all if no call follows.
  var verbatim: [UInt8] = []
  /// Whether only a marker can announce a call from here on.
  var hasText = false
  /// Whether a marker has announced the calls that are being read.
  var isMarked = false
  var calls = 0
  var pieces: [Piece] = []

  /// Reads one answer of a model that may call `tools`.
  ///
  /// - Parameters:
  ///   - format: How the model writes calls.
  ///   - tools: The names of the functions that it was told of.
  ///   - isParallel: Whether more than one call is read.
  package init(_ format: ToolCallFormat, tools: Set<String>, isParallel: Bool) {
    self.format = format
    self.tools = tools
    self.isParallel = isParallel
    marker = format.marker.map { Array($0.utf8) }
    closing = format.closing.map { Array($0.utf8) }
  }

  /// Whether there has been a call.
  package var hasCalls: Bool { calls > 0 }

  /// Whether the only call that is wanted has come to its end.
  package var isComplete: Bool { !isParallel && calls > 0 }

  /// What this text, whole characters, has decided.
  package mutating func push(_ text: String) -> [Piece] {
    rest += text.utf8
    while !isComplete, !rest.isEmpty, advance() {}
    return takePieces()
  }

  /// The rest, when no more text comes.
  package mutating func finish() -> [Piece] {
    guard !isComplete else { return [] }
    if case .code = place, let call = PythonCall(verbatim + rest, marker: marker, tools: tools) {
      pieces += [.begin(name: call.name), .arguments(call.arguments)]
      calls += 1
    } else {
      let left = verbatim + rest
      if isInCall { calls += 1 }
      if !(hasCalls && left.allSatisfy(\.isJSONSpace)) { give(left) }
    }
    (rest, verbatim) = ([], [])
    return takePieces()
  }

  /// Whether a call has begun that has not come to its end.
  private var isInCall: Bool {
    switch place {
    case .object(let reader): reader.isBegun
    case .arguments: true
    default: false
    }
  }

  private mutating func takePieces() -> [Piece] {
    defer { pieces = [] }
    return pieces
  }
}
