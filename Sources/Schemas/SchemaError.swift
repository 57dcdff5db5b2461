/// What of a schema cannot be kept to, and where it stands.
package struct SchemaError: Error, Equatable, CustomStringConvertible {
  /// Names and indices from the schema down, such as `properties.age.minimum`; empty for the whole, cut where it is very long.
  package let path: String
  package let problem: String

  private static let pathLimit = 200

  init(_ path: String, _ problem: String) {
    self.path = String(path.unicodeScalars.prefix(Self.pathLimit))
    self.problem = problem
  }

  package var description: String { path.isEmpty ? problem : "'\(path)': \(problem)" }
}

extension String {
  /// As much of a name as an error tells: a client's may be as long as its request.
  var shown: String { String(unicodeScalars.prefix(80)) }

  /// The path of a member of what this is the path of.
  func member(_ name: String) -> String { isEmpty ? name : "\(self).\(name)" }

  func element(_ index: Int) -> String { "\(self)[\(index)]" }
}
