import Foundation
import Pericard

// What the system tells the app.
extension PatientApp {
  /// The app is no longer in front: files and connections close, and what was typed is kept.
  public func enterBackground() async {
    for case .thread(let model) in allScreens { await model.keep() }
    for case .compose(let model) in allScreens { await model.keep() }
    // After what was typed is kept: it may lock at once.
    client?.personLeft()
    lock.look()
    lock.left()
    try? await client?.pause()
  }

  /// A window is in front; for its `places` see `start`.
  public func enterForeground(places: [String] = []) async {
    guard let client else { return await start(places: places) }
    try? await client.resume()
    client.personReturned()
    lock.look()
    await start(places: places)
    syncAll()
  }

  /// Fetches what is new within `budget`, for a background task; true where there is something unread that was not before.
  public func syncInBackground(budget: Duration) async -> Bool {
    if client == nil { await begin() } else { try? await client?.resume() }
    let before = await unread()
    var isNews = false
    for account in accounts where account.canAsk {
      let run = try? account.account.startSync(budget: budget)
      _ = try? await run?.join()
      // What is locked says only that there is something.
      if account.counted(run?.news ?? 0) { isNews = true }
    }
    return await unread() > before || isNews
  }

  /// The address that opened the app, where it is none that the browser's session caught.
  public func opened(_ url: URL) {
    for case .signIn(let model) in allScreens { model.opened(url) }
  }

  func syncAll() {
    for account in accounts {
      account.sync()
      account.askClinic()
    }
  }

  private func unread() async -> Int {
    var count = 0
    for account in accounts where account.isReadable {
      for person in account.people {
        let page = try? await account.account.messages(person: person.id).threads()
        count += page?.threads.reduce(0) { $0 + $1.unread } ?? 0
      }
    }
    return count
  }
}
