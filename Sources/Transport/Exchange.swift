import HTTP
import Logging

/// One request being answered, with an eye on whether anybody still waits for the answer.
struct Exchange: Sendable {
  /// What is left when the handler has returned.
  struct Outcome: Sendable {
    /// The response is complete and left the connection open.
    var keepsConnection: Bool
    /// Bytes of further requests that came meanwhile.
    var pipelined: [UInt8] = []
    var inputEnded = false
    var clientGone = false
  }

  /// How the handler left its response.
  private struct Handling: Sendable {
    var keepsConnection: Bool
    /// Whether anything of it was sent.
    var hasBegun: Bool
  }

  private enum Report: Sendable {
    case handled(Handling)
    case watched(pipelined: [UInt8], inputEnded: Bool)
    case clientGone
  }

  let stream: any ByteStream
  let handler: any HTTPHandler
  let limits: HTTPLimits
  let logger: Logger
  let mayKeepAlive: @Sendable () -> Bool
  let opening = ResponseOpening()

  /// Runs the handler, and cancels it as soon as the client is gone.
  ///
  /// - Parameters:
  ///   - request: what is answered.
  ///   - inputEnded: whether the client is known to send nothing more; it may still read.
  ///   - pipelinedBefore: how many bytes of further requests are here already.
  ///   - answer: the handler.
  /// - Returns: what is left when the handler has returned.
  func run(
    _ request: HTTPRequest, inputEnded: Bool, pipelinedBefore: Int, _ answer: @escaping Reception.Answer
  ) async -> Outcome {
    var outcome = Outcome(keepsConnection: false, inputEnded: inputEnded)
    let handling = await withTaskGroup(of: Report.self) { group in
      // Handlers compute: sockets are not to wait for them.
      group.addTask(executorPreference: globalConcurrentExecutor) { .handled(await handle(request, answer)) }
      group.addTask { await watch(inputEnded: inputEnded, pipelinedBefore: pipelinedBefore) }
      var result = Handling(keepsConnection: false, hasBegun: false)
      for await report in group {
        switch report {
        case .handled(let handling):
          result = handling
          group.cancelAll()
        case .watched(let pipelined, let inputEnded):
          outcome.pipelined = pipelined
          outcome.inputEnded = inputEnded
        case .clientGone:
          outcome.clientGone = true
          group.cancelAll()
        }
      }
      return result
    }
    outcome.keepsConnection = handling.keepsConnection
    // A handler that sent nothing leaves a client that waits: it is told so.
    if !handling.hasBegun, !outcome.clientGone {
      outcome.keepsConnection = await send(
        handler.response(to: fault, head: request.head), head: request.head)
    }
    return outcome
  }

  /// Why a handler that has ended left a client without an answer.
  private var fault: HTTPError {
    Task.isCancelled
      ? HTTPError(503, "cut short: the server is stopping")
      : HTTPError(500, "the request could not be answered")
  }

  /// Sends an answer that is there already; false if the connection does not stay open.
  func send(_ response: HTTPResponse, head: RequestHead?) async -> Bool {
    let writer = makeWriter(head)
    return (try? await writer.send(response)) != nil && writer.keepsConnection
  }

  private func makeWriter(_ head: RequestHead?) -> ResponseWriter {
    ResponseWriter(
      stream: stream, head: head, opening: opening, stallTime: limits.writeStallTime,
      mayKeepAlive: mayKeepAlive)
  }

  private func handle(_ request: HTTPRequest, _ answer: Reception.Answer) async -> Handling {
    let writer = makeWriter(request.head)
    do {
      try await answer(request, writer)
    } catch {
      logger.debug("a handler failed", metadata: ["error": "\(error)"])
    }
    return Handling(
      keepsConnection: writer.progress == .complete && writer.keepsConnection,
      hasBegun: writer.progress != .nothingSent)
  }
}

// MARK: Watching the client
extension Exchange {
  /// Reads ahead, up to a limit, and finds out when the client is gone.
  private func watch(inputEnded: Bool, pipelinedBefore: Int) async -> Report {
    var pipelined: [UInt8] = []
    var inputEnded = inputEnded
    do {
      while !inputEnded, pipelinedBefore + pipelined.count < limits.pipelinedBytes {
        let room = limits.pipelinedBytes - pipelinedBefore - pipelined.count
        switch try await stream.read(atMost: room, until: nil) {
        case .bytes(let bytes): pipelined += bytes
        case .endOfInput, .timedOut: inputEnded = true
        }
      }
      try await waitUntilGone()
    } catch is CancellationError {
      return .watched(pipelined: pipelined, inputEnded: inputEnded)
    } catch {
      return .clientGone
    }
  }

  private static let lookInterval = Duration.milliseconds(50)
  private static let looksPerProbe = 300

  /// After the end of input, or with all that we read ahead: throws when the client is gone, not only done with sending.
  ///
  /// Both look alike from here until it is sent something: whoever is gone answers with a reset (RFC 9293 section 3.10.7). So it
  /// gets the first byte of the response, and another one every 15 seconds; a stream's events do the same.
  private func waitUntilGone() async throws -> Never {
    var looks = 0
    while true {
      if looks % Self.looksPerProbe == 0 { try opening.probe(stream) }
      if stream.isBroken { throw TransportError.clientGone }
      looks += 1
      try await Task.sleep(for: Self.lookInterval)
    }
  }
}
