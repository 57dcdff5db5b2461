package import GGUF
import Kernels

extension ModelConfiguration {
  /// What tells apart caches that one file gave under different rotary positions: the file's own number where these are its own.
  package func fingerprint(of file: GGUFFile) -> UInt64 {
    guard let own = try? Architectures.configuration(of: file).rotary, own == rotary else {
      return rotary.frequencies.reduce(file.fingerprint ^ rotary.magnitude.bitPattern) { hash, frequency in
        (hash ^ frequency.bitPattern) &* 0x100_0000_01b3
      }
    }
    return file.fingerprint
  }
}
