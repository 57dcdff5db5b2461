import HTTP
import OpenAIAPI
import Synchronization

/// What one answer holds of memory: the pieces that its client has not taken yet, and what is gathered of an answer that is sent whole.
///
/// A client that reads slowly, or asks for very much at once, must not take the memory that others are served with.
final class AnswerMemory: Sendable {
  /// What all answers hold at most, as far as one holds more than `smallBytes`.
  static let mostBytes = 128 << 20
  /// What those to one address hold of it at most, and so one answer.
  static let mostOfAddress = 96 << 20
  private static let smallBytes = 64 << 10

  /// A budget for the answers of a server.
  static func budget() -> ByteBudget {
    ByteBudget(bytes: mostBytes, mostForOwner: mostOfAddress, smallBytes: smallBytes)
  }

  private let share: ByteBudget.Share
  private let limit: Int
  private let held = Atomic(0)

  /// The memory of an answer to `address`, if its client has one; `limit` is the most that this answer may hold.
  init(of budget: ByteBudget, address: String? = nil, limit: Int = mostOfAddress) {
    share = ByteBudget.Share(of: budget, owner: address)
    self.limit = limit
  }

  /// Takes so many bytes.
  ///
  /// Throws 400 if the answer alone is too large, 503 if there is no room beside others.
  func grow(by bytes: Int) throws(APIError) {
    let all = held.add(bytes, ordering: .relaxed).newValue
    if all > limit {
      held.subtract(bytes, ordering: .relaxed)
      throw .invalidRequest(
        "\(limit >> 20) MiB of this answer wait to be sent, which is the most; ask for fewer tokens or"
          + " log-probabilities at a time, or let it be streamed and read it as it comes",
        code: "answer_too_large")
    }
    guard share.grow(by: bytes) else {
      held.subtract(bytes, ordering: .relaxed)
      throw .serviceUnavailable(
        "too many large answers wait to be sent at the moment; try again in a moment", retryAfterSeconds: 5)
    }
  }

  /// Gives back so many of them.
  func shrink(by bytes: Int) {
    held.subtract(bytes, ordering: .relaxed)
    _ = share.grow(by: -bytes)
  }
}

extension TextPiece {
  /// About what it takes in memory: a named token has a text and its bytes in blocks of their own.
  var heldBytes: Int {
    let named = tokens.reduce(0) { $0 + 1 + $1.top.count }
    let arguments = calls.reduce(0) { total, part in
      if case .arguments(_, let text) = part { total + text.utf8.count } else { total + 64 }
    }
    return 128 + text.utf8.count + 240 * named + arguments
  }
}
