import Foundation
import HTTP
import Inference
package import Logging
import Transport
import UnixSignals

/// A server's life: listens while it loads, serves, and on a signal lets running requests finish.
package struct Lifecycle: Sendable {
  private let settings: Settings
  private let service: Service
  private let logger: Logger

  package init(_ settings: Settings, version: String, logger: Logger) {
    self.settings = settings
    self.logger = logger
    service = Service(
      version: version, mostBodyBytes: settings.http.bodyBytes, showsCaches: settings.showsCaches)
  }

  /// Runs until SIGTERM or SIGINT and the end of what was running; a second signal ends the process at once.
  ///
  /// - Parameters:
  ///   - announceAddress: is told the address once it is listened on.
  ///   - load: loads the model, on a thread of its own.
  ///   - announceReady: is told when requests are served.
  /// - Throws: what `load` throws, or `TransportError.cannotListen`.
  package func run(
    announceAddress: (String) -> Void, load: @escaping @Sendable () throws -> ServedModel,
    announceReady: @escaping @Sendable (ServedModel) -> Void
  ) async throws {
    let trapped = await UnixSignalsSequence(trapping: [.sigterm, .sigint])
    let listener = try await Listener(
      host: settings.host, port: settings.port, limits: settings.http,
      handler: Server(service, logger: logger),
      logger: logger)
    announceAddress(
      "http://\(settings.host.contains(":") ? "[\(settings.host)]" : settings.host):\(listener.port)")
    try await withThrowingTaskGroup(of: Void.self) { group in
      // Signals are awaited in two places, but their own sequence allows one iterator only.
      let (signals, arrived) = AsyncStream.makeStream(of: UnixSignal.self)
      group.addTask { for await signal in trapped { arrived.yield(signal) } }
      group.addTask { try await listener.run() }
      group.addTask { try await serve(load, announceReady) }
      group.addTask { await stopOnSignal(signals, listener) }
      // Whatever ends first, well or badly, is the end of all.
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func serve(
    _ load: @escaping @Sendable () throws -> ServedModel, _ announceReady: @Sendable (ServedModel) -> Void
  ) async throws {
    guard let model = try await Self.onOwnThread(load) else { return }
    service.setModel(model)
    announceReady(model)
    await withTaskCancellationHandler {
      await model.engine.run()
    } onCancel: {
      model.engine.stop()
    }
  }

  private func stopOnSignal(_ signals: AsyncStream<UnixSignal>, _ listener: Listener) async {
    guard await Self.next(signals) else { return }
    logger.info("stopping", metadata: ["drain_seconds": "\(settings.drainSeconds)"])
    await withTaskGroup { group in
      group.addTask { await drain(listener) }
      group.addTask { if await Self.next(signals) { _exit(1) } }
      await group.next()
      group.cancelAll()
    }
  }

  /// Lets in no more requests, waits for those that run, as long as they may, and closes.
  private func drain(_ listener: Listener) async {
    service.gate.close()
    await withTaskGroup { group in
      group.addTask { await service.gate.untilEmpty() }
      group.addTask { try? await Task.sleep(for: .seconds(settings.drainSeconds)) }
      await group.next()
      group.cancelAll()
    }
    await listener.stop(within: Self.closingTime)
    service.loadedModel?.engine.stop()
  }

  /// For probes and last bytes; requests have had their time.
  private static let closingTime = Duration.milliseconds(200)

  /// Whether another signal came; false when the task was cancelled.
  private static func next(_ signals: AsyncStream<UnixSignal>) async -> Bool {
    for await _ in signals { return true }
    return false
  }

  /// Loading takes seconds of computing, for which Swift's shared threads are not there.
  ///
  /// - Returns: nil when the task was cancelled; the thread then ends for nobody.
  private static func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value? {
    let (results, report) = AsyncThrowingStream.makeStream(of: Value.self)
    Thread.detachNewThread {
      do {
        report.yield(try body())
        report.finish()
      } catch {
        report.finish(throwing: error)
      }
    }
    for try await value in results { return value }
    return nil
  }
}
