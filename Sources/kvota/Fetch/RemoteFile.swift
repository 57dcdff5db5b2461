/// What a server says of a file before it is fetched.
struct RemoteFile: Equatable {
  var bytes: Int?
  /// A strong one, with its quotes: the file is the same as long as this is.
  var entityTag: String?
  var checksum: Checksum?

  /// Reads the heads of the answers to HEAD, the redirections first, as `curl --head --location` shows them.
  ///
  /// Hugging Face says what a file is in its redirection (`x-linked-*`), not where that leads to.
  init(heads: String) {
    let answers = heads.replacing("\r\n", with: "\n").split(separator: "\n\n").map(Self.fields)
    for answer in answers {
      checksum = answer["x-linked-etag"].flatMap { Checksum($0.filter { $0 != "\"" }) } ?? checksum
      bytes = answer["x-linked-size"].flatMap(Self.size) ?? bytes
    }
    guard let last = answers.last else { return }
    bytes = bytes ?? last["content-length"].flatMap(Self.size)
    entityTag = last["etag"].flatMap { $0.hasPrefix("\"") && $0.hasSuffix("\"") && $0.count > 2 ? $0 : nil }
  }

  /// What tells this version of the file from others; nil if nothing does.
  var version: String? { checksum.map(\.description) ?? entityTag }

  private static func size(_ text: String) -> Int? { Int(text).flatMap { $0 >= 0 ? $0 : nil } }

  private static func fields(_ head: Substring) -> [String: String] {
    var fields: [String: String] = [:]
    for line in head.split(separator: "\n").dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      fields[parts[0].lowercased()] = parts[1].trimmingPrefix { $0 == " " }.description
    }
    return fields
  }
}
