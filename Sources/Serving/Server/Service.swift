import FoundationEssentials
import HTTP
import OpenAIAPI
import Synchronization

/// What all endpoints share: the model once it is loaded, the gate, who may ask, the metrics and the thread for large bodies.
package final class Service: Sendable {
  let gate = RequestGate()
  let access: Access
  let crossOrigin: CrossOrigin
  let metrics = Metrics()
  let bodies = BodyReading()
  let bodyTurns = Turns()
  /// What answers may hold of memory until they are sent.
  let answers = AnswerMemory.budget()
  /// Who has read one and opens the session that it names.
  let sessionTurns = Turns()
  /// Where caches are watched; nil if they are not.
  let watches: CacheWatches?
  /// As in `1.0.0`.
  let version: String
  /// The most bytes of a request's body, decompressed.
  let mostBodyBytes: Int
  /// The most levels of its JSON.
  let mostJSONDepth: Int
  let startSeconds = Date().timeIntervalSince1970
  private let loaded = Mutex<ServedModel?>(nil)

  /// A service that answers the holders of keys, and the web pages, that it is told; `showsCaches` lets running requests' caches be watched.
  ///
  /// `isLoopback` if only this machine can reach it. Throws `SettingsError` if the keys cannot be read.
  package init(
    version: String, mostBodyBytes: Int = HTTPLimits().bodyBytes,
    mostJSONDepth: Int = JSONParser.depthLimit, keys: KeySource = .none, crossOrigin: CrossOrigin = .none,
    isLoopback: Bool = false, showsCaches: Bool = false
  ) throws(SettingsError) {
    self.version = version
    self.mostBodyBytes = mostBodyBytes
    self.mostJSONDepth = mostJSONDepth
    access = try Access(keys, pages: ForeignPages(crossOrigin: crossOrigin, isLoopback: isLoopback))
    self.crossOrigin = crossOrigin
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
