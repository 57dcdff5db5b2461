import ArgumentParser
import Evaluation

/// `kvota eval perplexity`: how well the model predicts a text.
struct EvalPerplexity: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perplexity",
    abstract: "How well the model predicts a text: less is better.",
    discussion: """
      Cuts the text into windows, feeds each from an empty cache, and scores the second half of each window. \
      llama.cpp's llama-perplexity does the same, so its figure for the same file, text and window can be compared:

        kvota eval perplexity --text wiki.test.txt --windows 20
        llama-perplexity -m model.gguf -f wiki.test.txt -c 512 --chunks 20

      With --policies it compares caches instead: the text's first tokens are fed as a prompt, in chunks with an \
      eviction after each as the server does, and every token is predicted from what the cache then holds. The full \
      cache is scored on the same tokens.

        kvota eval perplexity --text book.txt --policies roco,tova,roco:recent=32 --budgets 128,25%,0.5 \\
          --output perplexity.html

      With --every it follows one long text, and compares with a full cache that is computed anew again and again:

        kvota eval perplexity --text book.txt --policies streaming:positions=cache --budgets 1024 \
          --tokens 60000 --every 5000
      """)

  @OptionGroup(title: "Model")
  var model: ModelOptions

  @OptionGroup(title: "Caches to compare")
  var comparison: ComparisonOptions

  @OptionGroup(title: "Report")
  var reporting: ReportOptions

  @Option(help: ArgumentHelp("The text, a UTF-8 file.", valueName: "file"))
  var text: String

  @Option(help: ArgumentHelp("Tokens in a window, without --policies. (default: 512)", valueName: "tokens"))
  var window: Int?

  @Option(help: ArgumentHelp("Tokens in a window, with --policies. (default: 2048)", valueName: "tokens"))
  var tokens: Int?

  @Option(
    help: ArgumentHelp(
      "How many windows to take. (default: all of the text; with --policies 1)", valueName: "count"))
  var windows: Int?

  @Option(
    help: ArgumentHelp(
      "The first token of a window to score, with --policies. (default: the smallest budget in slots)",
      valueName: "index"))
  var scoreFrom: Int?

  @Option(
    help: ArgumentHelp(
      "With --policies: scores the text in stretches of so many tokens, fed as one prompt however long; past the model's "
        + "context the policies need positions=cache.", valueName: "tokens"))
  var every: Int?

  private var compares: Bool { !comparison.policies.isEmpty }

  func validate() throws {
    if let windows { try require("--windows", windows, atLeast: 1) }
    if let tokens { try require("--tokens", tokens, atLeast: 2) }
    if let every { try require("--every", every, atLeast: 1) }
    guard every == nil || (compares && windows == nil && scoreFrom == nil) else {
      throw ValidationError(
        "--every goes with --policies and --tokens, and without --windows and --score-from")
    }
    if compares {
      guard window == nil else {
        throw ValidationError("--window goes without --policies; with them use --tokens")
      }
    } else if tokens != nil || scoreFrom != nil || !comparison.budgets.isEmpty || !comparison.strides.isEmpty
    {
      throw ValidationError(
        "--tokens, --score-from, --budgets and --strides compare caches; add --policies, such as --policies roco,tova"
      )
    }
  }

  func run() throws {
    let text = try TextFile(text)
    if let every {
      try follow(text, every: every)
    } else if compares {
      try compare(on: text)
    } else {
      try measure(text)
    }
  }

  private func measure(_ text: TextFile) throws {
    let session = try EvalSession(model)
    let size = window ?? 512
    try PerplexityMeasurement.check(window: size, contextLength: session.runner.contextLength)
    let pieces = try TextWindows.consecutive(text.content, session.tokenizer, size: size, count: windows)
    let found = try PerplexityMeasurement(session.runner).perplexity(ofHalves: pieces, type: session.kvType) {
      share, soFar in
      session.progress.show(share, "perplexity \(ReportValue.number(soFar.value, digits: 4).shown) so far")
    }
    try reporting.deliver(
      session.report(
        "Perplexity", settings: [("text", .text(text.name)), ("window_tokens", .count(size))],
        tables: [PerplexityMeasurement.table(found, windowTokens: size)]))
  }

  private func follow(_ text: TextFile, every: Int) throws {
    let cells = try comparison.cells()
    let session = try EvalSession(model)
    let size = tokens ?? 2048
    let piece = try TextWindows.consecutive(text.content, session.tokenizer, size: size, count: 1)[0]
    let found = try PerplexityMeasurement(session.runner)
      .stretches(
        of: piece, every: every, cells: cells.map { $0.stored(as: session.kvType) },
        progress: session.progress.show)
    try reporting.deliver(
      session.report(
        "Perplexity along a text",
        settings: [
          ("text", .text(text.name)), ("tokens", .count(size)), ("every", .count(every)),
          ("recomputed_from_tokens", .count(found.contextTokens)),
        ],
        tables: [PerplexityMeasurement.table(found)], plots: PerplexityMeasurement.plots(found)))
  }

  private func compare(on text: TextFile) throws {
    let cells = try comparison.cells()
    let session = try EvalSession(model)
    let size = tokens ?? 2048
    let pieces = try TextWindows.consecutive(text.content, session.tokenizer, size: size, count: windows ?? 1)
    let (firstTarget, rows) = try PerplexityMeasurement(session.runner)
      .compare(session.compared(cells), on: pieces, firstTarget: scoreFrom, progress: session.progress.show)
    try reporting.deliver(
      session.report(
        "Perplexity under eviction",
        settings: [
          ("text", .text(text.name)), ("tokens", .count(size)), ("windows", .count(pieces.count)),
          ("scored_from_token", .count(firstTarget)),
        ],
        tables: [PerplexityMeasurement.table(rows)], plots: PerplexityMeasurement.plots(rows)))
  }
}
