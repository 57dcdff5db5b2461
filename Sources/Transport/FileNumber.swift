package import FoundationEssentials

extension FileManager {
  /// A number that the system keeps about a file, such as its permissions; nil if there is none.
  package func number(_ key: FileAttributeKey, ofItemAtPath path: String) -> Int? {
    let value = (try? attributesOfItem(atPath: path))?[key]
    // Which of the two it is depends on what else the program is linked with.
    return value as? Int ?? (value as? UInt).map { Int(truncatingIfNeeded: $0) }
  }
}
