import ArgumentParser
import Models

/// `kvota bench conversations`: how many of them fit in some memory at the same time.
struct BenchConversations: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conversations",
    abstract: "How many long conversations are served at the same time within some KV memory.",
    discussion: """
      Starts servers with that much memory for keys and values, sends each a few more conversations at once than \
      fit, and counts how many it computes at the same time. All must be answered. Ours is measured with a full cache \
      and under a budget; a peer gets as many sequences, each with room for a conversation in f16, as that memory holds, \
      and what it says of the memory's size is printed.

        kvota bench conversations
        kvota bench conversations --kv-memory 1GiB --tokens 8000 --kv-budget 1024
        LD_LIBRARY_PATH=bin kvota bench conversations --peer-server bin/llama-server
      """)

  @Option(
    help: ArgumentHelp(
      "The model, a GGUF file; by default the one that `make model` fetched.", valueName: "file"))
  var model: String?

  @Option(help: "Compute threads, at most one for each processor we may use. (default: as many)")
  var threads: String?

  @Option(help: ArgumentHelp("Memory for all keys and values.", valueName: "size"))
  var kvMemory = "256MiB"

  @Option(help: ArgumentHelp("Tokens of a conversation, its last answer included.", valueName: "tokens"))
  var tokens = 4000

  @Option(help: ArgumentHelp("Tokens of the last answer.", valueName: "tokens"))
  var answerTokens = 100

  @Option(help: ArgumentHelp("The eviction policy beside the full cache.", valueName: "name"))
  var kvPolicy = "roco"

  @Option(help: ArgumentHelp("Its budget: slots, a share of the prompt or bytes.", valueName: "budget"))
  var kvBudget = "512"

  @OptionGroup
  var rotary: RotaryFlags

  @OptionGroup(title: "Peer")
  var peer: PeerOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    try require("--answer-tokens", answerTokens, atLeast: 2)
    try require("--tokens", tokens, atLeast: answerTokens + 1)
  }

  func run() async throws {
    var options = ModelOptions()
    (options.model, options.threads, options.kvMemory, options.kvType) = (model, threads, kvMemory, nil)
    options.rotary = rotary
    options.quantize = nil
    let settings = try options.settings()
    let benchmark = ConversationBenchmark(
      settings: settings, model: try ServedOptions.configuration(of: settings), peer: peer.peer(settings),
      totalTokens: tokens, answerTokens: answerTokens)
    let report = try await benchmark.run(policy: kvPolicy, budget: kvBudget)
    Console.print(json ? try JSONText.of(report) : report.text)
  }
}
