/// Makes tensors' bytes as they are asked for: for models that lie in files of another format than their tensors are presented in.
package protocol TensorSource: Sendable {
  /// The bytes of rows `[rows, inner]` of a tensor, in the tensor's type.
  ///
  /// `rows` lie inside the tensor; a tensor of one dimension is one row.
  func bytes(of tensor: TensorInfo, rows: Range<Int>) -> [UInt8]

  /// Bytes that tell this model's weights from others of the same shape.
  var sample: [UInt8] { get }
}
