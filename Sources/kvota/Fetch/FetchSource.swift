import Foundation

/// Where a file is fetched from.
struct FetchSource: Equatable {
  let address: String
  /// Shown to the first server only.
  let token: String?
  /// What the file is called there.
  let fileName: String

  private static let endpoint = "https://huggingface.co"
  private static let scheme = "hf://"

  /// Reads an address, with `HF_ENDPOINT` and `HF_TOKEN` for one of Hugging Face.
  init(_ text: String, environment: [String: String]) throws(FetchError) {
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .badSource(text, "holds spaces or other characters that an address does not have")
    }
    if text.hasPrefix(Self.scheme) {
      address = try Self.address(text, environment)
      token = try Self.token(environment)
    } else {
      guard text.hasPrefix("https://") || text.hasPrefix("http://") else {
        throw .badSource(text, "is no address that can be fetched")
      }
      (address, token) = (text, nil)
    }
    fileName = Self.name(address)
  }

  private static func address(_ text: String, _ environment: [String: String]) throws(FetchError) -> String {
    var parts = text.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false)
      .map(String.init)
    guard parts.count >= 3, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
      throw .badSource(text, "does not name owner, repository and file")
    }
    var revision = "main"
    let named = parts[1].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    if named.count == 2 { (parts[1], revision) = (String(named[0]), String(named[1])) }
    guard !parts[1].isEmpty, !revision.isEmpty else {
      throw .badSource(text, "has an empty name or revision")
    }
    var endpoint = environment["HF_ENDPOINT"].flatMap { $0.isEmpty ? nil : $0 } ?? endpoint
    guard endpoint.hasPrefix("https://") || endpoint.hasPrefix("http://") else {
      throw .badSource(endpoint, "(HF_ENDPOINT) is no http(s) address")
    }
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    let file = parts[2...].joined(separator: "/")
    return "\(endpoint)/\(parts[0])/\(parts[1])/resolve/\(revision)/\(file)"
  }

  private static func token(_ environment: [String: String]) throws(FetchError) -> String? {
    guard let token = environment["HF_TOKEN"], !token.isEmpty else { return nil }
    guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) else {
      throw .badSource("HF_TOKEN", "holds characters that a token does not have")
    }
    return token
  }

  /// The last part of the path; empty if there is none.
  private static func name(_ address: String) -> String {
    let path = address.prefix { $0 != "?" && $0 != "#" }.split(
      separator: "/", omittingEmptySubsequences: false)
    guard path.count > 3, let last = path.last else { return "" }
    return String(last).removingPercentEncoding ?? ""
  }
}

/// Where a fetched file goes, and where it grows until it is whole.
struct FetchTarget: Equatable {
  let folder: String
  let name: String

  /// The place that was named, a path or a folder, or else the cache folder.
  init(_ output: String?, source: FetchSource, cacheFolder: String) throws(FetchError) {
    if let output, !output.hasSuffix("/"), !Self.isFolder(output) {
      let url = URL(fileURLWithPath: output)
      (folder, name) = (url.deletingLastPathComponent().path, url.lastPathComponent)
      return
    }
    guard !source.fileName.isEmpty, !source.fileName.hasPrefix("."),
      source.fileName.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x2F && $0 != 0x7F })
    else { throw .badTarget("the address '\(source.address)' names no file") }
    folder = output ?? cacheFolder
    name = source.fileName
  }

  var path: String { "\(folder)/\(name)" }
  /// Hidden, and beside its place, so that a rename within one file system shows all of it or nothing.
  var partialPath: String { "\(folder)/.\(name).part" }
  /// Which version of the file the partial one is of.
  var versionPath: String { "\(folder)/.\(name).part-of" }
  var lockPath: String { "\(folder)/.\(name).lock" }

  private static func isFolder(_ path: String) -> Bool {
    (try? URL(fileURLWithPath: path).resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
  }
}
