import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// Text as bytes of its own, which are overwritten when the last reference to them is gone.
func wiped(_ text: String) -> Data {
  var text = text
  return text.withUTF8 { bytes in
    guard let from = bytes.baseAddress, !bytes.isEmpty else { return Data() }
    let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 1)
    copy.copyMemory(from: from, byteCount: bytes.count)
    return Data(
      bytesNoCopy: copy, count: bytes.count,
      deallocator: .custom {
        wipe($0, $1); $0.deallocate()
      })
  }
}

/// Overwrites memory, which no optimizer may leave out.
private func wipe(_ memory: UnsafeMutableRawPointer, _ count: Int) {
  #if canImport(Darwin)
    _ = memset_s(memory, count, 0, count)
  #else
    explicit_bzero(memory, count)
  #endif
}
