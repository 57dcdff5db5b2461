package import Caching
import OpenAIAPI

/// A cache as somebody writes it at the terminal: in the words of the header `x-kvota-kv`.
package enum CacheText {
  /// Reads `roco; budget=512; stride=32`; what it does not say keeps its default.
  ///
  /// Throws `LocalRequestError`, which says what is wrong and what is known.
  package static func request(_ text: String) throws(LocalRequestError) -> CacheRequest {
    do {
      return try CacheResolution.cacheRequest(CacheOptions(header: text, path: "kv_cache"))
    } catch {
      throw LocalRequestError(description: error.message)
    }
  }
}
