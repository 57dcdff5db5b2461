import GGUF

/// Reads an architecture's numbers from a file's metadata, each within bounds that keep later arithmetic from overflowing.
struct MetadataReader {
  let file: GGUFFile
  /// Goes before keys that start with a dot, such as `llama`.
  var prefix = ""

  /// A whole number between 1 and `most`; `fallback` where the key is absent, an error where there is none.
  func size(_ key: String, most: Int = 1 << 24, default fallback: Int? = nil) throws(ModelError) -> Int {
    guard let value = try optional(key, file.metadata.integer) ?? fallback else {
      throw .file(.missingKey(full(key)))
    }
    guard (1...most).contains(value) else {
      throw .badValue(key: full(key), found: "\(value)", expected: "1 to \(most)")
    }
    return value
  }

  /// A finite number above 0.
  func positive(_ key: String, default fallback: Double? = nil) throws(ModelError) -> Double {
    guard let value = try optional(key, file.metadata.float) ?? fallback else {
      throw .file(.missingKey(full(key)))
    }
    guard value > 0, value.isFinite else {
      throw .badValue(key: full(key), found: "\(value)", expected: "a number above 0")
    }
    return value
  }

  func optional<Value>(
    _ key: String, _ read: (String) throws(GGUFError) -> Value?
  ) throws(ModelError) -> Value? {
    do { return try read(full(key)) } catch { throw .file(error) }
  }

  func required<Value>(
    _ key: String, _ read: (String) throws(GGUFError) -> Value?
  ) throws(ModelError) -> Value {
    guard let value = try optional(key, read) else { throw .file(.missingKey(full(key))) }
    return value
  }

  private func full(_ key: String) -> String { key.hasPrefix(".") ? prefix + key : key }
}
