import Foundation
import HTTP
import Inference
package import Logging
import Transport
import UnixSignals

/// A server's life: listens while it loads, serves, reads again what may change, and on a signal lets running requests finish.
package struct Lifecycle: Sendable {
  private let settings: Settings
  private let service: Service
  private let logger: Logger
  private let manager: ServiceManager
  /// What secures connections, if anything does.
  private let identity: TLSIdentity?
  /// What SIGHUP has read again; what cannot be read stays as it was.
  private let reloads: [(what: String, run: @Sendable () throws -> Void)]

  /// The life of a server with these settings; throws `SettingsError` if its API keys cannot be read.
  package init(_ settings: Settings, version: String, logger: Logger) throws(SettingsError) {
    self.settings = settings
    self.logger = logger
    let identity: TLSIdentity?
    do { identity = try settings.listening.tls.map { try TLSIdentity($0) } } catch {
      throw SettingsError("\(error)")
    }
    self.identity = identity
    let service = try Service(
      version: version, mostBodyBytes: settings.http.bodyBytes,
      mostJSONDepth: settings.jsonDepth, keys: settings.keySource,
      crossOrigin: settings.crossOrigin, isLoopback: settings.listening.isLoopback,
      showsCaches: settings.showsCaches)
    self.service = service
    manager = ServiceManager(
      environment: ProcessInfo.processInfo.environment, processID: ProcessInfo.processInfo.processIdentifier)
    var reloads: [(what: String, run: @Sendable () throws -> Void)] = [
      ("the API keys", { try service.access.reload() })
    ]
    if let identity {
      reloads.append(
        (
          "the certificate",
          {
            try identity.reload()
            for warning in identity.warnings { logger.warning("\(warning)") }
          }
        ))
    }
    self.reloads = reloads
  }

  /// Runs until SIGTERM or SIGINT and the end of what was running; a second one ends the process at once.
  ///
  /// - Parameters:
  ///   - announceAddress: is told the address, or several, once they are listened on.
  ///   - load: loads the model, on a thread of its own.
  ///   - announceReady: is told when requests are served.
  /// - Throws: what `load` throws, `TransportError.cannotListen` or `TLSError`.
  package func run(
    announceAddress: (String) -> Void, load: @escaping @Sendable () throws -> ServedModel,
    announceReady: @escaping @Sendable (ServedModel) -> Void
  ) async throws {
    let trapped = await UnixSignalsSequence(trapping: [.sigterm, .sigint, .sighup])
    let listener = try await Listener(
      on: settings.listening.places, identity: identity, limits: settings.http,
      handler: Server(service, logger: logger), logger: logger)
    announceAddress(
      listener.addresses.map { $0.url(secured: identity != nil) }.joined(separator: ", "))
    manager.loading(settings.alias)
    try await withThrowingTaskGroup(of: Void.self) { group in
      // Signals are awaited in two places, but their own sequence allows one iterator only.
      let (signals, arrived) = AsyncStream.makeStream(of: UnixSignal.self)
      group.addTask {
        for await signal in trapped { if signal == .sighup { reload() } else { arrived.yield(signal) } }
      }
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
    manager.ready(settings.alias)
    await withTaskGroup { group in
      group.addTask { await manager.keepWatch { model.engine.statistics } }
      await withTaskCancellationHandler {
        await model.engine.run()
      } onCancel: {
        model.engine.stop()
      }
      group.cancelAll()
    }
  }

  private func reload() {
    // The manager knows of one such time only, between one `ready` and the next.
    let isServing = service.refusal == nil
    if isServing { manager.reloading() }
    for reload in reloads {
      do {
        try reload.run()
        logger.info("read again: \(reload.what)")
      } catch {
        logger.error(
          "\(reload.what) could not be read again, nothing changes", metadata: ["error": "\(error)"])
      }
    }
    if isServing { manager.ready(settings.alias) }
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
    manager.stopping(running: service.gate.count)
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
