import Observation
import Pericard

/// The way out of an account, or of one person's messages in it. It works offline; what was not sent is counted first.
@MainActor @Observable
public final class LeavingModel: LeavingEvents, Follower {
  private var own: LeavingState
  @ObservationIgnored let account: AccountModel
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored let jobs = Jobs()

  init(_ account: AccountModel, _ way: LeavingWay, of person: Person? = nil, navigate: @escaping Navigate) {
    self.account = account
    self.navigate = navigate
    own = LeavingState(clinic: account.clinic, way: way, person: person)
    account.follow(self)
  }

  public var state: LeavingState {
    var state = own
    state.others = account.people.filter { !$0.isSelf && !$0.name.isEmpty }.map(\.name)
    state.offline = account.offline != nil
    return state
  }

  func refresh(_ changes: ChangeSet?) async {
    if changes.map({ $0.session || $0.outbox || !$0.records.isEmpty }) ?? true { await count() }
  }

  private func count() async {
    do {
      var (unsent, drafts) = (0, 0)
      for person in own.person.map({ [$0] }) ?? account.people {
        let messages = try account.account.messages(person: person.id)
        unsent += try await messages.outbox().count
        drafts += try await messages.drafts().count
      }
      own.waiting = .counted(unsent: unsent, drafts: drafts)
    } catch {
      own.waiting = .unknown
    }
  }

  func close() { jobs.close() }

  func settled() async { await jobs.settled() }

  public func sendFirst() {
    if own.sending || own.going { return }
    (own.sending, own.problem) = (true, nil)
    jobs.start { [weak self, account] in
      account.sync(asked: true)
      await account.synced()
      guard let self else { return }
      await count()
      // Without the network it is tried again; what the clinic does not take is for the person to look at.
      let failure = account.failure?.error
      if own.unsent > 0 { own.problem = failure.flatMap { Problem($0) } }
      own.stuck = failure == nil ? own.unsent : 0
      own.sending = false
    }
  }

  /// The account's end brings the app to the next one, or to its beginning.
  public func go() {
    guard own.canGo else { return }
    (own.going, own.problem) = (true, nil)
    // It goes on when the screen is gone, as it is at once.
    let (way, person) = (own.way, own.person)
    Task { [account] in
      do {
        switch (way, person) {
        case (.signOut, _): try await account.account.signOut()
        case (.forget, let person?): try await account.forget(person)
        case (.forget, nil): try await account.account.forget()
        }
      } catch {
        own.going = false
        own.problem = Problem(error)
      }
    }
  }

  public func stay() { navigate(.back) }
}
