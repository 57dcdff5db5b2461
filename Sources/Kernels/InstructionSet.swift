package import CKernels
import Glibc

/// The table of micro-kernels that this processor runs best, or one that was asked for.
@safe package struct InstructionSet: Sendable {
  // Safety: points to a constant table that lives as long as the program and is never written.
  nonisolated(unsafe) package let table: UnsafePointer<kvota_isa>

  /// Picks the best set, or the one named: `avx512`, `avx2`, `neon`, `portable`.
  ///
  /// Throws `UnavailableInstructionSet` when this processor or build has no such set.
  package init(named name: String? = nil) throws(UnavailableInstructionSet) {
    // Safety: the C function only reads the string while it runs, and returns a constant or NULL.
    let found = unsafe name.map { unsafe kvota_isa_select($0) } ?? kvota_isa_select(nil)
    guard let found = unsafe found else { throw UnavailableInstructionSet(name: name ?? "") }
    unsafe self.table = found
  }

  /// The set that the environment variable `KVOTA_CPU` names, or the best where it is not set or empty.
  ///
  /// Throws `UnavailableInstructionSet`.
  package static func fromEnvironment() throws(UnavailableInstructionSet) -> InstructionSet {
    // Safety: the string is copied at once.
    let name = unsafe getenv("KVOTA_CPU").map { unsafe String(cString: $0) }
    return try InstructionSet(named: name == "" ? nil : name)
  }

  /// The name of the set.
  package var name: String {
    // Safety: a constant C string.
    unsafe String(cString: table.pointee.name)
  }

  /// Every set that this machine can run, best first.
  package static var available: [InstructionSet] {
    ["avx512", "avx2", "neon", "portable"].compactMap { try? InstructionSet(named: $0) }
  }
}

/// A set of kernels was asked for by name that cannot run here.
package struct UnavailableInstructionSet: Error, Equatable, CustomStringConvertible {
  package let name: String
  package var description: String {
    "instruction set '\(name)' is not available on this machine; "
      + "available: \(InstructionSet.available.map(\.name).joined(separator: ", "))"
  }
}
