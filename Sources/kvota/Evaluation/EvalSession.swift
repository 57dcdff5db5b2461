import ArgumentParser
import Evaluation
import Foundation
import GGUF
import Inference
import Kernels
import Serving
import Tokenizing

/// What every evaluation starts with: the loaded model, and what its report says of it.
struct EvalSession {
  let runner: ModelRunner
  let tokenizer: Tokenizer
  let progress = EvalProgress()
  /// How the compared caches store keys and values.
  let kvType: KeyValueType
  private let facts: [Report.Fact]

  init(_ options: ModelOptions) throws {
    let settings = try options.settings()
    let compute = Compute(
      instructions: try .fromEnvironment(), pool: try ThreadPool(threads: settings.engine.threads))
    let file = try settings.openModel()
    let loading = LoadingProgress { _ in }
    tokenizer = try Tokenizer(metadata: file.metadata)
    runner = try ModelRunner(
      file: file, compute: compute, poolBytes: settings.engine.kvPoolBytes,
      rotary: settings.engine.rotary, progress: loading.show)
    kvType = settings.engine.kvType
    facts = [
      .init("model", .text(settings.alias)),
      .init("machine", .text("\(Machine.current.processor), \(Machine.current.processors) processors")),
      .init("instructions", .text(compute.instructions.name)),
      .init("threads", .count(compute.pool.threadCount)), .init("version", .text("kvota \(Kvota.version)")),
      .init("date", .text(Date.now.formatted(.iso8601.year().month().day()))),
    ]
  }

  /// The cells, stored as `--kv-type` says, for a comparison with the full cache in f16: in another type that too is a cell.
  func compared(_ cells: [Cell]) -> [Cell] {
    ((kvType == .f16 ? [] : [.full]) + cells).map { $0.stored(as: kvType) }
  }

  func report(
    _ title: String, settings: [(String, ReportValue)], tables: [ReportTable], plots: [Plot] = []
  ) -> Report {
    progress.end()
    let own = settings.map { Report.Fact($0.0, $0.1) }
    return Report(title: title, facts: [facts[0]] + own + facts.dropFirst(), tables: tables, plots: plots)
  }
}

/// The text that is measured on.
struct TextFile {
  let content: String
  let name: String

  init(_ path: String) throws {
    guard let content = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw ValidationError("--text is '\(path)', which is no readable UTF-8 file")
    }
    self.content = content
    name = URL(filePath: path).lastPathComponent
  }
}
