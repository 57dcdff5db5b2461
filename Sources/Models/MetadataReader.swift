import Caching
import GGUF

/// Reads an architecture's numbers from a file's metadata, each within bounds that keep later arithmetic from overflowing.
struct MetadataReader {
  let file: GGUFFile
  /// Goes before keys that start with a dot, such as `llama`.
  var prefix = ""
  /// What is asked of rotary positions instead of what the file says.
  var rotary = RotarySettings()

  /// A whole number between 1 and `most`; `fallback` where the key is absent, an error where there is none.
  func size(_ key: String, most: Int = 1 << 24, default fallback: Int? = nil) throws(ModelError) -> Int {
    guard let value = try integer(key) ?? fallback else {
      throw missing(key)
    }
    guard (1...most).contains(value) else {
      throw .badValue(key: full(key), found: "\(value)", expected: "1 to \(most)")
    }
    return value
  }

  /// A finite number above 0.
  func positive(_ key: String, default fallback: Double? = nil) throws(ModelError) -> Double {
    guard let value = try number(key) ?? fallback else {
      throw missing(key)
    }
    // What it becomes in the kernels, that is: as a float it might be 0.
    guard Float(value) > 0, Float(value).isFinite else {
      throw .badValue(key: full(key), found: "\(value)", expected: "a number above 0")
    }
    return value
  }

  /// The window that all layers have, if the file tells of one.
  func slidingWindow() throws(ModelError) -> SlidingWindow? {
    let key = ".attention.sliding_window"
    // Some files say 0 for no window.
    guard let tokens = try integer(key), tokens > 0 else { return nil }
    return SlidingWindow(tokens: try size(key), globalEvery: nil)
  }

  /// As in `general.architecture`.
  var architecture: String {
    get throws(ModelError) {
      guard let name = try text("general.architecture") else { throw missing("general.architecture") }
      return name
    }
  }

  /// A value that may be absent, of any size.
  func integer(_ key: String) throws(ModelError) -> Int? { try value(key, file.metadata.integer) }
  func number(_ key: String) throws(ModelError) -> Double? { try value(key, file.metadata.float) }
  func flag(_ key: String) throws(ModelError) -> Bool? { try value(key, file.metadata.bool) }
  func text(_ key: String) throws(ModelError) -> String? { try value(key, file.metadata.string) }

  func hasTensor(_ name: String) -> Bool { file.hasTensor(name) }

  /// The error that says that a key has to be there.
  func missing(_ key: String) -> ModelError { .file(.missingKey(full(key))) }

  private func value<Value>(
    _ key: String, _ read: (String) throws(GGUFError) -> Value?
  ) throws(ModelError) -> Value? {
    do throws(GGUFError) { return try read(full(key)) } catch { throw .file(error) }
  }

  /// A key as the file has it.
  func full(_ key: String) -> String { key.hasPrefix(".") ? prefix + key : key }
}
