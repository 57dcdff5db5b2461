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

  /// The context that all its sequences share.
  static let contextTokens = 8192

  /// Starts it with room for so many sequences at once.
  func start(sequences: Int, flashAttention: FlashAttention) throws -> ServerProcess {
    try ServerProcess(
      executable: executable,
      arguments: [
        "-m", model, "-t", "\(threads)", "-tb", "\(threads)", "-c", "\(Self.contextTokens)",
        "-np", "\(sequences)", "-fa", flashAttention.rawValue,
      ])
  }
}
