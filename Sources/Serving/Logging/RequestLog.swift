import HTTP
import Logging
import OpenAIAPI

/// What the log says of requests: never a word of what was asked or answered, never a key.
extension Server {
  /// One line for a request that went to its end.
  func log(_ head: RequestHead, _ id: String, key: APIKey?, _ responder: Responder, seconds: Double) {
    let level = Self.level(head, status: responder.status)
    guard level >= logger.logLevel else { return }
    var metadata = Self.metadata(head, id, key: key)
    metadata["status"] = "\(responder.status.map(String.init) ?? "none")"
    metadata["seconds"] = Self.text(seconds)
    if let usage = responder.usage {
      metadata["prompt_tokens"] = "\(usage.promptTokens)"
      metadata["cached_tokens"] = "\(usage.cachedTokens)"
      metadata["completion_tokens"] = "\(usage.completionTokens)"
    }
    if let timings = responder.timings {
      metadata["queue_seconds"] = Self.text(timings.queueSeconds)
      metadata["prefill_seconds"] = Self.text(timings.prefillSeconds)
      metadata["ttft_seconds"] = Self.text(timings.firstTokenSeconds)
      metadata["decode_seconds"] = Self.text(timings.decodeSeconds)
      metadata["finish_reason"] = "\(timings.finishReasons.joined(separator: ","))"
    } else if responder.isCut {
      metadata["finish_reason"] = "abort"
    }
    logger.log(level: level, "answered", metadata: metadata)
  }

  /// One line for a request that its head was enough to answer.
  func log(_ head: RequestHead, _ id: String, _ outcome: Logger.Message, status: Int) {
    let level = Self.level(head, status: status)
    guard level >= logger.logLevel else { return }
    var metadata = Self.metadata(head, id, key: nil)
    metadata["status"] = "\(status)"
    logger.log(level: level, outcome, metadata: metadata)
  }

  /// Probes and scrapes come every few seconds and say nothing.
  private static func level(_ head: RequestHead, status: Int?) -> Logger.Level {
    head.method == "GET" && status == 200 ? .debug : .info
  }

  private static func metadata(_ head: RequestHead, _ id: String, key: APIKey?) -> Logger.Metadata {
    var metadata: Logger.Metadata = [
      "id": "\(id)", "method": "\(head.method)", "path": "\(Routes.loggedPath(head))",
    ]
    if let key { metadata["key"] = "\(key.name)" }
    return metadata
  }

  /// To a tenth of a millisecond.
  private static func text(_ seconds: Double) -> Logger.MetadataValue { "\((seconds * 1e4).rounded() / 1e4)" }
}

extension Routes {
  private static let mostPathCharacters = 200

  /// The path without what its route takes as a parameter, which is a client's own word, such as a session's name.
  static func loggedPath(_ head: RequestHead) -> String {
    let path = head.target.decodedPath ?? head.path
    guard let (place, parameter) = table.place(at: path), !parameter.isEmpty, let route = place.routes.first
    else { return String(head.path.prefix(mostPathCharacters)) }
    return route.path
  }
}
