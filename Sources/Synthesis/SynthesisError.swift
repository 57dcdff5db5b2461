/// Why a synthetic model was not written.
package enum SynthesisError: Error, Equatable, CustomStringConvertible {
  case exists(path: String)
  case folder(path: String)
  case notWritable(path: String)

  package var description: String {
    switch self {
    case .exists(let path): "'\(path)' exists already; add --force to replace it"
    case .folder(let path): "'\(path)' is a folder; give the path of a file"
    case .notWritable(let path): "cannot write '\(path)': is the folder there, and writable?"
    }
  }
}
