import GGUF
import Kernels
import Testing

@Test(
  "the kernels' tensor types are the file format's, in name and size", arguments: TensorStorage.all.map(\.id))
func tensorTypes(id: UInt32) throws {
  let storage = try #require(TensorStorage(id: id))
  let type = try #require(TensorType(rawValue: id))
  #expect(storage.name == type.name)
  #expect(storage.blockValues == type.blockSize && storage.blockBytes == type.bytesPerBlock)
}
