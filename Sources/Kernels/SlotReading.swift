import CKernels

/// Reading listed slots back, for policies that look at keys or values themselves.
extension InstructionSet {
  /// Copies the keys of listed slots, as they are stored, to `keys` `[list.count, headDimension]`.
  ///
  /// O(list), some 10 ns a slot; the list may have any order.
  package func readKeys(of slots: KeyValueSlots, list: Span<Int32>, into keys: inout MutableSpan<Float>) {
    slots.check(list, against: keys.count)
    // Safety: the list's slots and the room for them were checked; the caller keeps the slots alive.
    unsafe keys.withUnsafeMutableBufferPointer {
      unsafe gather(slots, list, keys: $0.baseAddress, values: nil)
    }
  }

  /// Copies the values of listed slots to `values` `[list.count, headDimension]`, as `readKeys` does.
  package func readValues(of slots: KeyValueSlots, list: Span<Int32>, into values: inout MutableSpan<Float>) {
    slots.check(list, against: values.count)
    // Safety: as for keys.
    unsafe values.withUnsafeMutableBufferPointer {
      unsafe gather(slots, list, keys: nil, values: $0.baseAddress)
    }
  }

  private func gather(
    _ slots: KeyValueSlots, _ list: Span<Int32>, keys: UnsafeMutablePointer<Float>?,
    values: UnsafeMutablePointer<Float>?
  ) {
    unsafe withUnsafePointer(to: kvota_slots(slots)) { view in
      unsafe list.withUnsafeBufferPointer { list in
        unsafe table.pointee.gather(view, list.baseAddress, Int32(list.count), keys, values)
      }
    }
  }
}

extension KeyValueSlots {
  fileprivate func check(_ list: Span<Int32>, against room: Int) {
    precondition(headDimension % 16 == 0, "the kernel copies 16 numbers at a time")
    precondition(room >= list.count * headDimension, "no room for the listed slots")
    for index in list.indices {
      precondition(list[index] >= 0 && list[index] < slotCount, "slot \(list[index]) of \(slotCount)")
    }
  }
}
