public import Foundation
public import Pericard

// What the person does, screen by screen. The models are these; a preview has some that do nothing.

@MainActor
public protocol WelcomeEvents: AnyObject, Sendable {
  func choose(_ clinic: Clinic.ID)
  func openAddress()
  func closeAddress()
  func typeAddress(_ text: String)
  func submitAddress()
  /// What a QR code says; nothing where the camera may not be used.
  func scanned(_ text: String?)
}

@MainActor
public protocol SignInEvents: AnyObject, Sendable {
  func typeUserName(_ text: String)
  func password(userName: String, password: String)
  func forgotPassword()
  func useBrowser()
  func openBrowserAgain()
  func code(_ digits: String)
  func useRecoveryCode()
  func useAppCode()
  func recoveryCode(_ code: String)
  func openAuthenticator()
  func copyKey()
  func saveCodes()
  func printCodes()
  func copyCodes()
  func keptCodes(_ kept: Bool)
  func finishSignIn()
  func remind(_ on: Bool)
  func openHelp()
  func stop()
}

@MainActor
public protocol InboxEvents: ClosedEvents {
  func open(_ row: ThreadRow)
  func open(_ hit: HitRow)
  func compose()
  func refresh() async
  func search(_ text: String)
  func closeSearch()
  func stopSync()
  func shown(_ index: Int)
  func openNotice(_ banner: InboxBanner)
  /// The person has read that an access ended.
  func knowsOfEnd()
}

@MainActor
public protocol ClosedEvents: AnyObject, Sendable {
  func choosePerson()
  func signInAgain()
  func useAnotherAccount()
  func tryNow()
  func stepUp()
  func callClinic()
}

@MainActor
public protocol ThreadEvents: AnyObject, Sendable {
  func write(_ text: String)
  func send()
  func attach(_ file: PickedFile)
  func removeFile(_ id: UUID)
  func retry(_ message: MessageID)
  func withdraw(_ message: MessageID)
  func decide(_ message: MessageID)
  func stopDeciding()
  func call()
  func download(_ file: FileID)
  func stopDownload(_ file: FileID)
  func openFile(_ file: FileID)
  func copy(_ message: MessageID)
  func older()
  /// This message is at the top of what is in sight; nothing where the newest one is.
  func shownFrom(_ message: MessageID?)
  func archive(_ archived: Bool)
  func stepUp()
}

@MainActor
public protocol ComposeEvents: AnyObject, Sendable {
  func chooseRecipients()
  func searchRecipients(_ text: String)
  func toggleRecipient(_ id: RecipientID)
  func stopChoosing()
  func subject(_ text: String)
  func text(_ text: String)
  func attach(_ file: PickedFile)
  func removeFile(_ id: UUID)
  func send()
  func stepUp()
}

@MainActor
public protocol ClinicsEvents: AnyObject, Sendable {
  func open(_ account: AccountID)
  func signInAgain(_ account: AccountID)
  func add()
}

@MainActor
public protocol ClinicPageEvents: AnyObject, Sendable {
  func openAccountPage()
  /// Leads to what goes from this phone with it.
  func signOut()
}

@MainActor
public protocol PrivacyEvents: AnyObject, Sendable {
  func openLog()
  func makeCopy()
  func openSessionsPage()
  func openAccountPage()
  func signOut()
  /// Of the other person whose inbox is shown.
  func forgetPerson()
  func forgetAccount()
}

@MainActor
public protocol AccessLogEvents: AnyObject, Sendable {
  func earlier()
  /// Asks where to keep the list, and writes it there.
  func save()
  func changePin()
  func callClinic()
}

@MainActor
public protocol CopyEvents: AnyObject, Sendable {
  func choose(_ kind: CopyKind)
  /// Asks who is there and where to keep it, and writes it there.
  func begin()
  func signInAgain()
  func stop()
  /// Back to the choice.
  func again()
  func leave()
}

@MainActor
public protocol LeavingEvents: AnyObject, Sendable {
  func sendFirst()
  func go()
  func stay()
}

@MainActor
public protocol SecondStepEvents: AnyObject, Sendable {
  func setUp()
  func newCodes()
  func askToTurnOff()
  func turnOff()
  func keepOn()
  /// What waits is done after that.
  func signInAgain()
  /// Asks the clinic once more where it stands.
  func lookAgain()
}

@MainActor
public protocol PeopleEvents: AnyObject, Sendable {
  func choose(_ owner: Owner)
  func addPerson()
  func addClinic()
}

@MainActor
public protocol AddPersonEvents: AnyObject, Sendable {
  func add(_ row: FoundRow)
  /// The clinic's own page asks for whom.
  func chooseThere()
  func lookAgain()
}

@MainActor
public protocol YouEvents: AnyObject, Sendable {
  func choosePerson()
  func openNotices()
  func openClinics()
  func openPrivacy()
  func openSettings()
  func openHelp()
}

@MainActor
public protocol SettingsEvents: AnyObject, Sendable {
  func openSystemSettings()
  func openSecondStep()
  func biometry(_ on: Bool)
  func changePin()
  func lockAfter(minutes: Int)
}

@MainActor
public protocol LockEvents: AnyObject, Sendable {
  /// It is before the person's eyes.
  func appeared()
  /// Lets the phone look who is there.
  func unlock()
  func usePin()
  /// Six digits.
  func pin(_ digits: String)
  func forgotPin()
  /// Forgets what is locked on this phone.
  func forget()
  /// Leaves it as it is.
  func cancel()
}

@MainActor
public protocol HelpEvents: AnyObject, Sendable {
  func call()
  func write()
}

@MainActor
public protocol NoticeEvents: AnyObject, Sendable {
  func call()
  func copyReport()
  func readMessages()
  func write()
  func openSettings()
  func openStore()
  func close()
}

@MainActor
public protocol NoticesEvents: AnyObject, Sendable {
  func open(_ row: NoticeRow)
  func seen()
}
