#if DEBUG
  public import Foundation
  public import Pericard

  /// Events that do nothing, for previews.
  public final class Silent: WelcomeEvents, SignInEvents, InboxEvents, ThreadEvents, ComposeEvents, ClinicsEvents,
    ClinicPageEvents, PeopleEvents, AddPersonEvents, YouEvents, SettingsEvents, HelpEvents, NoticeEvents, NoticesEvents,
    LockEvents,
    PrivacyEvents, AccessLogEvents, CopyEvents, LeavingEvents, SecondStepEvents
  {
    public init() {}

    public func choose(_ clinic: Clinic.ID) {}
    public func openAddress() {}
    public func closeAddress() {}
    public func typeAddress(_ text: String) {}
    public func submitAddress() {}
    public func scanned(_ text: String?) {}
    public func typeUserName(_ text: String) {}
    public func password(userName: String, password: String) {}
    public func forgotPassword() {}
    public func useBrowser() {}
    public func openBrowserAgain() {}
    public func code(_ digits: String) {}
    public func useRecoveryCode() {}
    public func useAppCode() {}
    public func recoveryCode(_ code: String) {}
    public func openAuthenticator() {}
    public func copyKey() {}
    public func saveCodes() {}
    public func printCodes() {}
    public func copyCodes() {}
    public func keptCodes(_ kept: Bool) {}
    public func finishSignIn() {}
    public func remind(_ on: Bool) {}
    public func openHelp() {}
    public func stop() {}
    public func open(_ row: ThreadRow) {}
    public func open(_ hit: HitRow) {}
    public func compose() {}
    public func refresh() async {}
    public func search(_ text: String) {}
    public func closeSearch() {}
    public func stopSync() {}
    public func stepUp() {}
    public func callClinic() {}
    public func shown(_ index: Int) {}
    public func openNotice(_ banner: InboxBanner) {}
    public func knowsOfEnd() {}
    public func addPerson() {}
    public func add(_ row: FoundRow) {}
    public func chooseThere() {}
    public func choosePerson() {}
    public func signInAgain() {}
    public func useAnotherAccount() {}
    public func tryNow() {}
    public func write(_ text: String) {}
    public func send() {}
    public func attach(_ file: PickedFile) {}
    public func removeFile(_ id: UUID) {}
    public func retry(_ message: MessageID) {}
    public func withdraw(_ message: MessageID) {}
    public func decide(_ message: MessageID) {}
    public func stopDeciding() {}
    public func call() {}
    public func download(_ file: FileID) {}
    public func stopDownload(_ file: FileID) {}
    public func openFile(_ file: FileID) {}
    public func copy(_ message: MessageID) {}
    public func older() {}
    public func shownFrom(_ message: MessageID?) {}
    public func archive(_ archived: Bool) {}
    public func chooseRecipients() {}
    public func searchRecipients(_ text: String) {}
    public func toggleRecipient(_ id: RecipientID) {}
    public func stopChoosing() {}
    public func subject(_ text: String) {}
    public func text(_ text: String) {}
    public func open(_ account: AccountID) {}
    public func signInAgain(_ account: AccountID) {}
    public func add() {}
    public func openAccountPage() {}
    public func stay() {}
    public func openLog() {}
    public func makeCopy() {}
    public func openSessionsPage() {}
    public func forgetPerson() {}
    public func forgetAccount() {}
    public func earlier() {}
    public func save() {}
    public func choose(_ kind: CopyKind) {}
    public func begin() {}
    public func again() {}
    public func leave() {}
    public func sendFirst() {}
    public func go() {}
    public func openPrivacy() {}
    public func openSecondStep() {}
    public func setUp() {}
    public func newCodes() {}
    public func askToTurnOff() {}
    public func turnOff() {}
    public func keepOn() {}
    public func lookAgain() {}
    public func signOut() {}
    public func choose(_ owner: Owner) {}
    public func addClinic() {}
    public func openNotices() {}
    public func openClinics() {}
    public func openSettings() {}
    public func openSystemSettings() {}
    public func biometry(_ on: Bool) {}
    public func changePin() {}
    public func appeared() {}
    public func unlock() {}
    public func usePin() {}
    public func lockAfter(minutes: Int) {}
    public func pin(_ digits: String) {}
    public func forgotPin() {}
    public func forget() {}
    public func cancel() {}
    public func write() {}
    public func copyReport() {}
    public func readMessages() {}
    public func openStore() {}
    public func close() {}
    public func open(_ row: NoticeRow) {}
    public func seen() {}
  }
#endif
