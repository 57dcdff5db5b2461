import FoundationEssentials
import HTTP
import OpenAIAPI
import Synchronization

/// Who may ask for what: everybody, or the holders of keys, which can be replaced while the server runs.
final class Access: Sendable {
  /// What a request's head comes to.
  enum Verdict: Equatable {
    /// `key` is nil where no keys are set, or none is needed.
    case allowed(key: APIKey?)
    case refused(APIError)
  }

  /// Where the keys come from, to be read again.
  private let source: KeySource
  /// Nil lets everybody in but foreign pages.
  private let keys: Mutex<[APIKey]?>
  private let pages: ForeignPages

  /// Reads the keys of `source`; throws `SettingsError` if they cannot be had.
  init(_ source: KeySource, pages: ForeignPages) throws(SettingsError) {
    self.source = source
    self.pages = pages
    keys = Mutex(try source.keys())
  }

  /// Reads the keys again; if that fails, those of before stay.
  func reload() throws(SettingsError) {
    let new = try source.keys()
    keys.withLock { $0 = new }
  }

  /// Whether a request may come in, by its head alone, where `need` is needed.
  func verdict(_ head: RequestHead, _ need: Route.Need) -> Verdict {
    if need == .nothing { return .allowed(key: nil) }
    guard let keys = keys.withLock({ $0 }) else {
      if need == .browsing { return .allowed(key: nil) }
      return pages.refusal(head).map { .refused($0) } ?? .allowed(key: nil)
    }
    let fields = head.headers.values(of: "authorization")
    guard fields.count == 1,
      let secret = Self.bearer(fields[0]) ?? (need == .browsing ? Self.password(fields[0]) : nil)
    else { return .refused(.missingKey) }
    guard let key = APIKey.find(secret, in: keys) else { return .refused(.wrongKey) }
    guard key.mayGenerate || Self.readingMethods.contains(head.method) else {
      return .refused(.readingKey(key.name))
    }
    return .allowed(key: key)
  }

  private static let readingMethods: Set = ["GET", "HEAD", "OPTIONS"]

  /// What stands behind `Bearer` (RFC 6750, section 2.1).
  private static func bearer(_ field: String) -> String? { credentials(field, scheme: "bearer") }

  /// What a browser asks its user for, the key being the password of whatever name (RFC 7617).
  ///
  /// Browsers send it along with requests that pages of others make, too: so it opens what only shows, and the same to everybody.
  private static func password(_ field: String) -> String? {
    guard let text = credentials(field, scheme: "basic"), let bytes = Data(base64Encoded: text),
      let pair = String(validating: bytes, as: UTF8.self), let colon = pair.firstIndex(of: ":")
    else { return nil }
    return String(pair[colon...].dropFirst())
  }

  /// Lets a browser ask for it.
  static let passwordField = (
    "WWW-Authenticate",
    "Basic realm=\"Kvota: an API key is the password, any name will do\", charset=\"UTF-8\""
  )

  /// What stands behind the scheme, which is known in any case.
  private static func credentials(_ field: String, scheme: String) -> String? {
    let words = field.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == scheme else { return nil }
    return words[1].trimmingPrefix { $0 == " " }.description
  }
}

extension APIError {
  fileprivate static let missingKey = unauthorized(
    "this server wants an API key; send it as in `authorization: Bearer KEY`")
  fileprivate static let wrongKey = unauthorized("this API key is not known here")

  private static func unauthorized(_ message: String) -> APIError {
    APIError(status: 401, message: message, type: "invalid_request_error", code: "invalid_api_key")
  }

  fileprivate static func readingKey(_ name: String) -> APIError {
    APIError(
      status: 403, message: "the API key '\(name)' may only read (max=0); use GET, or another key",
      type: "invalid_request_error", code: "insufficient_permissions")
  }
}
