import ArgumentParser
import Foundation
import Inference
import Serving

/// `kvota generate`: one prompt, no server.
struct Generate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Continue one prompt, or answer one message, without a server.",
    discussion: """
      The text goes to standard output, the statistics to standard error.

        kvota generate --prompt "The sea is" --max-tokens 32
        kvota generate --chat --prompt "Why is the sea salty?" \\
          --kv-policy roco --kv-budget 256 --kv-options "pins=user"
        cat story.txt | kvota generate --kv-policy h2o --kv-budget 20%
      """)

  @Option(help: "The text to continue; without it, standard input.")
  var prompt: String?

  @Flag(help: "Take the prompt as a user's message and answer it.")
  var chat = false

  @Option(help: ArgumentHelp("Most tokens to generate.", valueName: "count"))
  var maxTokens = 128

  @Option(help: ArgumentHelp("A text that ends the generation; up to 4 times.", valueName: "text"))
  var stop: [String] = []

  @OptionGroup(title: "Model")
  var model: ModelOptions

  @OptionGroup(title: "Sampling")
  var sampling: SamplingOptions

  @OptionGroup(title: "KV cache")
  var cache: CacheFlags

  func run() async throws {
    let progress = LoadingProgress { _ in }
    let settings = try model.settings(cache)
    let loaded = try ServedModel(settings, progress: progress.show)
    var request = LocalRequest(prompt: try prompt ?? Self.readInput())
    request.isChat = chat
    request.maxTokens = maxTokens
    request.stops = stop
    request.seed = sampling.seed
    request.numbers = sampling.numbers
    request.cache = settings.cacheDefaults
    let engine = Task { await loaded.engine.run() }
    let report = try await request.run(on: loaded) { Console.write($0) }
    loaded.engine.stop()
    await engine.value
    Console.print("")
    Console.note(Self.describe(report))
  }

  private static func readInput() throws -> String {
    guard let data = try FileHandle.standardInput.readToEnd(),
      let text = String(validating: data, as: UTF8.self)
    else { throw ValidationError("standard input holds no UTF-8 text; pipe a text in, or use --prompt") }
    return text
  }

  private static func describe(_ report: LocalRequest.Report) -> String {
    let usage = report.usage
    let prefill = Double(usage.promptTokens) / max(usage.prefillSeconds, 1e-9)
    let decode = Double(max(0, usage.generatedTokens - 1)) / max(usage.decodeSeconds, 1e-9)
    return """
      prompt      \(usage.promptTokens) tokens, \(Int(prefill)) tokens/s
      generated   \(usage.generatedTokens) tokens, \((decode * 10).rounded() / 10) tokens/s, ended by \(report.finishReason)
      first token after \(Int((usage.queueSeconds + usage.prefillSeconds) * 1000)) ms
      KV cache    \(usage.policy), \(usage.budgetSlots.map { "budget \($0) slots" } ?? "no budget"): \
      \(usage.residentSlots) resident, \(usage.evictedSlots) evicted, at most \(MemorySize.text(usage.peakBytes))
      """
  }
}
