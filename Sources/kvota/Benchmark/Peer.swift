import Foundation

/// A llama-server that is measured beside ours.
struct Peer {
  let executable: String
  let model: String
  let threads: Int

  /// How its attention can be told to work: a row's best counts.
  enum FlashAttention: String, Encodable {
    case on, off
    /// Its own choice.
    case auto
  }

  /// The context that all its sequences share where one does not say.
  static let contextTokens = 8192

  /// Starts it with room for so many sequences at once, which share so many tokens of context.
  func start(
    sequences: Int, flashAttention: FlashAttention, contextTokens: Int = Self.contextTokens,
    further: [String] = [], log: FileHandle = .nullDevice
  ) throws -> ServerProcess {
    try ServerProcess(
      executable: executable,
      arguments: [
        "-m", model, "-t", "\(threads)", "-tb", "\(threads)", "-c", "\(contextTokens)",
        "-np", "\(sequences)", "-fa", flashAttention.rawValue,
      ] + further, log: log)
  }
}
