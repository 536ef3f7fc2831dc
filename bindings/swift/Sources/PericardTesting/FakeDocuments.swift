public import Foundation
public import Pericard

/// What is in a file of a ``FakeDocument``.
public struct FakeContent: Sendable {
  /// What `Documents.openFile` reads.
  public var bytes: Data
  /// What `Documents.view` says of it.
  public var view: DocumentView

  public init(bytes: Data, view: DocumentView) {
    self.bytes = bytes
    self.view = view
  }
}

/// A document of a ``FakeDocuments``.
public struct FakeDocument: Sendable {
  /// The document.
  public var document: Document
  /// What is in its files, in their order.
  public var contents: [FakeContent]

  public init(_ document: Document, contents: [FakeContent] = []) {
    self.document = document
    self.contents = contents
  }
}

/// Documents in memory. See ``FakeAccount``.
///
/// Lists, paging, downloads and what is kept offline behave as those of an account. How the next downloads go is
/// scripted by ``downloadSteps`` and ``downloadFailure``.
public final class FakeDocuments: Sendable {
  /// What a screen is given.
  public let documents: Documents
  let core: CoreFakeDocuments

  /// With these documents.
  public init(_ documents: [FakeDocument] = []) {
    core = CoreFakeDocuments(documents)
    self.documents = Documents(core)
  }

  /// The progress that the next downloads tell; where there is none, they tell the whole file.
  public var downloadSteps: [FileProgress] {
    get { core.steps.map { $0.fromCore() } }
    set { core.steps = newValue.map { $0.toCore() } }
  }

  /// What the next downloads fail with after their steps; nothing while they succeed.
  public var downloadFailure: PericardError? {
    get { core.downloadFailure?.fromCore() }
    set { core.downloadFailure = newValue?.toCore() }
  }

  /// A document comes, or a new version of one that is here, as with a sync; streams of changes are told.
  public func receive(_ document: FakeDocument) {
    core.receive(document)
  }
}
