import HTTP
import OpenAIAPI
import Synchronization

/// What all endpoints share: the model once it is loaded, the gate, the metrics and the thread for large bodies.
package final class Service: Sendable {
  let gate = RequestGate()
  let metrics = Metrics()
  let bodies = BodyReading()
  /// Where caches are watched; nil if they are not.
  let watches: CacheWatches?
  /// As in `1.0.0`.
  let version: String
  /// The most bytes of a request's body, decompressed.
  let mostBodyBytes: Int
  private let loaded = Mutex<ServedModel?>(nil)

  /// - Parameters:
  ///   - version: as in `1.0.0`.
  ///   - mostBodyBytes: of a request's body, decompressed.
  ///   - showsCaches: whether the caches of running requests may be watched.
  package init(
    version: String, mostBodyBytes: Int = HTTPLimits().bodyBytes, showsCaches: Bool = false
  ) {
    self.version = version
    self.mostBodyBytes = mostBodyBytes
    watches = showsCaches ? CacheWatches() : nil
  }

  package func setModel(_ model: ServedModel) { loaded.withLock { $0 = model } }

  /// The model, if it is loaded.
  var loadedModel: ServedModel? { loaded.withLock { $0 } }

  /// The model for a request; 503 while there is none, or when the server is stopping.
  var model: ServedModel {
    get throws(APIError) {
      if let refusal { throw refusal }
      guard let model = loadedModel else { throw Self.isLoading }
      return model
    }
  }

  /// Why no request can be served now, or nil.
  var refusal: APIError? {
    if !gate.isOpen { return .stopping }
    return loadedModel == nil ? Self.isLoading : nil
  }

  private static let isLoading = APIError.serviceUnavailable(
    "the model is being loaded; try again in a moment", retryAfterSeconds: 1)
}
