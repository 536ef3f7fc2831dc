/// A value that may hold a patient's words, or a secret. Printed, dumped or logged it is the name of its type and no more.
public protocol Unprinted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Unprinted {
  public var description: String { String(describing: Self.self) }

  public var debugDescription: String { description }

  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
