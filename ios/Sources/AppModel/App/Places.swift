import Pericard

// Where the person is, over the app's death.
extension PatientApp {
  /// The screens that lie over the inbox, for `start` in another process: text of opaque ids. The tab that is shown comes
  /// last.
  public var places: [String] {
    guard let home else { return [] }
    let inbox = [home.inbox.place].compactMap(\.self) + messagesPath.compactMap { $0.place }
    let (records, you) = (recordsPath.compactMap { $0.place }, youPath.compactMap { $0.place })
    let hidden = (records.isEmpty ? [] : [.records] + records) + (you.isEmpty ? [] : [.you] + you)
    let all: [ScreenPlace] =
      switch home.tab {
      case .messages: hidden.isEmpty ? inbox : hidden + [.messages] + inbox
      case .records: inbox + (you.isEmpty ? [] : [.you] + you) + [.records] + records
      case .you: inbox + (records.isEmpty ? [] : [.records] + records) + [.you] + you
      }
    return all.map(\.text)
  }

  /// Brings the person back to where they were, as far as it is still there.
  func comeBack() async {
    guard let places = leftAt else { return }
    leftAt = nil
    // A sign-in that goes on is where they were.
    guard let home, allScreens.isEmpty else { return }
    for text in places {
      guard self.home === home, let place = ScreenPlace(text) else { continue }
      await comeBack(to: place, in: home)
    }
  }

  private func comeBack(to place: ScreenPlace, in home: HomeModel) async {
    switch place {
    case .messages: home.tab = .messages
    case .records: home.tab = .records
    case .you: home.tab = .you
    case .rows(let count): await home.inbox.reach(count)
    case .thread(let id, let from):
      guard home.isReadable, let thread = try? makeThread(id, from: from, in: home) else { return }
      path.append(.thread(thread))
      // Read before it is shown; one that is not there any more closes.
      await thread.refresh(nil)
    case .compose(let draft):
      guard home.isReadable, let compose = try? makeCompose(draft, in: home) else { return }
      path.append(.compose(compose))
      await compose.settled()
    case .clinic(let id): go(.clinic(id))
    case .clinics: go(.clinics)
    case .notices: go(.notices)
    case .privacy: go(.privacy)
    case .accessLog: go(.accessLog)
    case .settings: go(.settings)
    case .help: go(.help)
    case .record(let place): if home.isReadable { go(.record(place)) }
    }
  }
}
