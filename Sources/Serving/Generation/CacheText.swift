package import Caching
import OpenAIAPI

/// A cache as somebody writes it at the terminal: in the words of the header `x-kvota-kv`.
package enum CacheText {
  /// Reads `roco; budget=512; stride=32`; what it does not say keeps its default.
  ///
  /// Throws `LocalRequestError`, which says what is wrong and what is known.
  package static func request(_ text: String) throws(LocalRequestError) -> CacheRequest {
    do {
      let options = try CacheOptions(header: text, path: "kv_cache")
      return try CacheResolution.cacheRequest(
        body: options, header: nil, alias: nil, serverDefault: CacheOptions())
    } catch {
      throw LocalRequestError(description: error.message)
    }
  }
}
