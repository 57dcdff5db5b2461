import Foundation

@testable import HTTP

// What libFuzzer calls: `make fuzz-http` builds it, without SwiftPM, which has no such product.

/// Small enough that short inputs reach every limit.
private let limits = {
  var limits = HTTPLimits()
  limits.requestLineBytes = 64
  limits.headerFieldBytes = 64
  limits.headerSectionBytes = 128
  limits.headerFieldCount = 6
  limits.bodyBytes = 40
  limits.chunkLineBytes = 16
  limits.chunkExtensionBytes = 24
  return limits
}()

/// Parses one input whole and in pieces: the events must be the same, and what is held back must not grow.
///
/// The first byte says how the input is cut.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  guard let first = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  let whole = Transcript(whole: bytes, limits: limits)
  let size = Int(first % 32) + 1
  let pieces = stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
  let split = Transcript(pieces, limits: limits)
  precondition(whole == split, "the events depend on how the bytes arrive")
  // The longest line and its CR, whole requests never.
  precondition(split.heldBytes <= 130, "\(split.heldBytes) bytes are held back")
  return 0
}

/// Writes the table of raw requests where the first seeds are to be, before libFuzzer reads them.
@_cdecl("LLVMFuzzerInitialize")
public func fuzzInitialize(_ count: UnsafeMutablePointer<Int32>?, _ arguments: UnsafeMutableRawPointer?)
  -> Int32
{
  guard let folder = ProcessInfo.processInfo.environment["KVOTA_FUZZ_SEEDS"] else { return 0 }
  for (index, request) in RawRequest.all.enumerated() where request.bytes.count < 1000 {
    try? Data([UInt8(index % 256)] + request.bytes).write(to: URL(filePath: folder + "/table-\(index)"))
  }
  return 0
}
