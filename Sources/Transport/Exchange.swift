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

  private enum Report: Sendable {
    case handled(keepsConnection: Bool)
    case watched(pipelined: [UInt8], inputEnded: Bool)
    case clientGone
  }

  let socket: PolledSocket
  let handler: any HTTPHandler
  let limits: HTTPLimits
  let logger: Logger
  let mayKeepAlive: @Sendable () -> Bool

  /// Runs the handler, and cancels it as soon as the client is gone.
  ///
  /// A client that shuts down its sending side after a complete request counts as gone, though in theory it
  /// could still read: in practice this is how a vanished client looks, and work for nobody is worse. Not so
  /// if it sent more requests before: `watching` is false once the end of input is known, and then only a
  /// failing write tells.
  func run(_ request: HTTPRequest, watching: Bool, pipelinedBefore: Int) async -> Outcome {
    await withTaskGroup(of: Report.self) { group in
      group.addTask { .handled(keepsConnection: await handle(request)) }
      if watching { group.addTask { await watch(pipelinedBefore: pipelinedBefore) } }
      var outcome = Outcome(keepsConnection: false)
      for await report in group {
        switch report {
        case .handled(let keepsConnection):
          outcome.keepsConnection = keepsConnection
          group.cancelAll()
        case .watched(let pipelined, let inputEnded):
          outcome.pipelined = pipelined
          outcome.inputEnded = inputEnded
        case .clientGone:
          outcome.clientGone = true
          group.cancelAll()
        }
      }
      return outcome
    }
  }

  /// Answers without a handler, in the handler's words.
  func refuse(_ response: HTTPResponse, head: RequestHead?) async -> Bool {
    let writer = makeWriter(head)
    return (try? await writer.send(response)) != nil && writer.keepsConnection
  }

  private func makeWriter(_ head: RequestHead?) -> ResponseWriter {
    ResponseWriter(socket: socket, head: head, stallTime: limits.writeStallTime, mayKeepAlive: mayKeepAlive)
  }

  private func handle(_ request: HTTPRequest) async -> Bool {
    let writer = makeWriter(request.head)
    do {
      try await handler.respond(to: request, writer: writer)
    } catch {
      logger.debug("a handler failed", metadata: ["error": "\(error)"])
    }
    if writer.progress == .nothingSent {
      let error =
        Task.isCancelled
        ? HTTPError(
          503, "cut short: the server is stopping, or the client has closed its side of the connection")
        : HTTPError(500, "the request could not be answered")
      try? await writer.send(handler.response(to: error))
    }
    return writer.progress == .complete && writer.keepsConnection
  }

  private func watch(pipelinedBefore: Int) async -> Report {
    var pipelined: [UInt8] = []
    do {
      while pipelinedBefore + pipelined.count < limits.pipelinedBytes {
        let room = limits.pipelinedBytes - pipelinedBefore - pipelined.count
        switch try await socket.read(atMost: room, until: nil) {
        case .bytes(let bytes): pipelined += bytes
        case .endOfInput where pipelinedBefore + pipelined.count == 0: return .clientGone
        case .endOfInput, .timedOut: return .watched(pipelined: pipelined, inputEnded: true)
        }
      }
    } catch is CancellationError {
      return .watched(pipelined: pipelined, inputEnded: false)
    } catch {
      return .clientGone
    }
    return .watched(pipelined: pipelined, inputEnded: false)
  }
}
