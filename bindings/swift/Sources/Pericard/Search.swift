internal import PericardCore

extension Messages {
  /// Messages whose text, subject, sender or files' names contain all words of `text`, the last one also as a beginning,
  /// so that it works as one types. Case, accents and the like make no difference, in any script. No words, no hits.
  /// `after` is ``SearchPage/after`` of the page before; `limit` is 1 to 500. Works offline.
  ///
  /// Fails with ``PericardError/invalidInput(field:problem:)`` (``InputProblem/tooLong``) beyond 200 characters.
  public func search(text: String, after: PagePosition? = nil, limit: Int = 50) async throws -> SearchPage {
    try await calling { [core] in
      try await core.search(text: text, after: after?.rawValue, limit: UInt32(clamping: limit)).fromCore()
    }
  }
}
