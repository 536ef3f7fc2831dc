public import Foundation

/// A directory for ``Config/directory``, made if it is not there: in the app's application support, in no backup, and on
/// iOS encrypted by the system until the device is first unlocked after it was started.
///
/// ```swift
/// let config = Config(directory: try Pericard.directory().path, app: "Clinic/1.0", portals: [clinic])
/// ```
public func directory(named name: String = "Pericard") throws -> URL {
  let support = try FileManager.default.url(
    for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
  return try directory(named: name, in: support)
}

func directory(named name: String, in folder: URL) throws -> URL {
  var directory = folder.appendingPathComponent(name, isDirectory: true)
  var attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
  #if os(iOS) || os(visionOS)
    attributes[.protectionKey] = FileProtectionType.completeUntilFirstUserAuthentication
  #endif
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true, attributes: attributes)
  // One that was there already gets them as well.
  try FileManager.default.setAttributes(attributes, ofItemAtPath: directory.path)
  #if canImport(Darwin)
    var values = URLResourceValues()
    values.isExcludedFromBackup = true
    try directory.setResourceValues(values)
  #endif
  return directory
}
