import CKernels

/// How keys and values are stored.
///
/// A page of 16 slots has its keys in one half, its values in the other.
package enum KeyValueType: String, CaseIterable, Sendable {
  /// Half-precision numbers: keys `[headDimension][16]`, values `[16][headDimension]`.
  case f16
  /// Bytes in the same order, then a half-precision scale for each of the 16 slots.
  case q8

  /// Bytes of a page's keys, and of its values.
  package func halfPageBytes(headDimension: Int) -> Int {
    kvota_half_page_bytes(kernelType, Int32(headDimension))
  }

  var kernelType: kvota_kv_type {
    switch self {
    case .f16: KVOTA_KV_F16
    case .q8: KVOTA_KV_Q8
    }
  }
}
