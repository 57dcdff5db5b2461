/// What of a schema cannot be kept to, and where it stands.
package struct SchemaError: Error, Equatable, CustomStringConvertible {
  /// Names and indices from the schema down, such as `properties.age.minimum`; empty for the whole.
  package let path: String
  package let problem: String

  init(_ path: String, _ problem: String) {
    self.path = path
    self.problem = problem
  }

  package var description: String { path.isEmpty ? problem : "'\(path)': \(problem)" }
}

extension String {
  /// The path of a member of what this is the path of.
  func member(_ name: String) -> String { isEmpty ? name : "\(self).\(name)" }

  func element(_ index: Int) -> String { "\(self)[\(index)]" }
}
