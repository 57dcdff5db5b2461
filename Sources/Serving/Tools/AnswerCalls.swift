import OpenAIAPI
import ToolCalling

/// Takes the calls out of one answer's text, and gives each a number and an id.
struct AnswerCalls: Sendable {
  private var parser: ToolCallParser
  private var count = 0

  init(_ tools: ToolUse) { parser = tools.makeParser() }

  var hasCalls: Bool { parser.hasCalls }
  /// Whether no more is wanted.
  var isComplete: Bool { parser.isComplete }

  /// A piece of the answer without what belongs to calls, and with the parts of these.
  mutating func push(_ piece: TextPiece) -> TextPiece { sorted(parser.push(piece.text)) }

  /// The last piece.
  mutating func finish(_ piece: TextPiece) -> TextPiece {
    sorted(parser.push(piece.text) + parser.finish())
  }

  private mutating func sorted(_ pieces: [ToolCallParser.Piece]) -> TextPiece {
    var sorted = TextPiece()
    for piece in pieces {
      switch piece {
      case .text(let text): sorted.text += text
      case .begin(let name):
        sorted.calls.append(.begin(index: count, id: Self.randomID(), name: name))
        count += 1
      case .arguments(let text): sorted.calls.append(.arguments(index: count - 1, text))
      }
    }
    return sorted
  }

  /// Nine letters and digits: the only form that Mistral's templates take when the call comes back.
  private static func randomID() -> String {
    let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    return String((0..<9).map { _ in characters[Int.random(in: characters.indices)] })
  }
}
