import ArgumentParser
import Evaluation

/// `kvota eval recall`: whether what was hidden in a long text is found.
struct EvalRecall: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recall",
    abstract: "How often a number hidden in a long text is found, by depth.",
    discussion: """
      Makes up texts and asks at their end for what is hidden in them. passkey hides one number in text without \
      meaning; key-value hides several people's numbers and asks for one of them. An answer is right if it begins with \
      the number. By default a model of 135 million parameters finds nearly all with a full cache.

        kvota eval recall --policies roco,tova,streaming --budgets 128,256,512 --output recall.html
        kvota eval recall --tasks key-value --keys 8 --lengths 500,2000 --depths 0,50%,100% --trials 10
      """)

  @OptionGroup(title: "Model")
  var model: ModelOptions

  @OptionGroup(title: "Caches to compare")
  var comparison: ComparisonOptions

  @OptionGroup(title: "Report")
  var reporting: ReportOptions

  @Option(help: ArgumentHelp("The tasks, with commas between: passkey, key-value.", valueName: "list"))
  var tasks = "passkey,key-value"

  @Option(help: ArgumentHelp("Tokens in a text, with commas between.", valueName: "list"))
  var lengths = "1000"

  @Option(
    help: ArgumentHelp(
      "Where in the text the number is, 0 to 1 or 0% to 100%, with commas between.", valueName: "list"))
  var depths = "10%,50%,90%"

  @Option(help: ArgumentHelp("Texts of each kind, length and depth.", valueName: "count"))
  var trials = 2

  @Option(
    help: ArgumentHelp("People in a text of key-value, 1 to \(RecallTask.mostKeys).", valueName: "count"))
  var keys = 4

  @Option(help: "What the texts depend on; the same seed gives the same.")
  var seed: UInt64 = 0

  func validate() throws {
    try require("--trials", trials, atLeast: 1)
    guard (1...RecallTask.mostKeys).contains(keys) else {
      throw ValidationError("--keys is \(keys); expected 1 to \(RecallTask.mostKeys)")
    }
    _ = try (kinds, lengthNumbers, depthNumbers)
  }

  func run() throws {
    let cells = try comparison.cells()
    let session = try EvalSession(model)
    let tasks = try allTasks(session)
    let rows = try RecallMeasurement(session.runner, tokenizer: session.tokenizer)
      .compare(session.compared(cells), on: tasks, progress: session.progress.show)
    try reporting.deliver(
      session.report(
        "Recall of what was hidden in a text",
        settings: [
          ("tasks", .text(self.tasks)), ("tokens", .text(lengths)), ("depths", .text(depths)),
          ("trials", .count(trials)), ("keys", .count(keys)), ("seed", .text("\(seed)")),
        ],
        tables: [RecallMeasurement.table(rows, tasks), RecallMeasurement.depthTable(rows, tasks)],
        plots: RecallMeasurement.plots(rows, tasks)))
  }

  private func allTasks(_ session: EvalSession) throws -> [RecallTask] {
    var all: [RecallTask] = []
    for kind in try kinds {
      for tokens in try lengthNumbers {
        for depth in try depthNumbers {
          for trial in 0..<UInt64(trials) {
            all.append(
              try RecallTask(
                kind, tokens: tokens, depth: depth, keys: keys, seed: seed &+ trial &* 1_000_003,
                tokenizer: session.tokenizer))
          }
        }
      }
    }
    return all
  }

  private var kinds: [RecallTask.Kind] {
    get throws {
      try list(tasks, "--tasks", expected: RecallTask.Kind.allCases.map(\.rawValue).joined(separator: ", ")) {
        RecallTask.Kind(rawValue: String($0))
      }
    }
  }

  private var lengthNumbers: [Int] {
    get throws { try list(lengths, "--lengths", expected: "numbers of tokens, such as 1000") { Int($0) } }
  }

  private var depthNumbers: [Double] {
    get throws {
      try list(depths, "--depths", expected: "0 to 1, or 0% to 100%") { text in
        let number = text.hasSuffix("%") ? Double(text.dropLast()).map { $0 / 100 } : Double(text)
        return number.flatMap { (0...1).contains($0) ? $0 : nil }
      }
    }
  }

  private func list<Element>(
    _ text: String, _ option: String, expected: String, _ read: (Substring) -> Element?
  ) throws -> [Element] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let element = read(part) else {
        throw ValidationError("\(option) has '\(part)'; expected \(expected)")
      }
      return element
    }
  }
}
