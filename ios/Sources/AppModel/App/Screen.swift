/// A screen above the tabs, with its model.
public enum Screen: Sendable {
  case welcome(WelcomeModel)
  case signIn(SignInModel)
  case thread(ThreadModel)
  case compose(ComposeModel)
  case clinics(ClinicsModel)
  case clinic(ClinicModel)
  case notices(NoticesModel)
  case notice(NoticeModel)
  case privacy(PrivacyModel)
  case accessLog(AccessLogModel)
  case copy(CopyModel)
  case leaving(LeavingModel)
  case settings(SettingsModel)
  case secondStep(SecondStepModel)
  case help(HelpModel)
  case addPerson(AddPersonModel)
  case documents(DocumentsModel)
  case document(DocumentModel)
  case labs(LabsModel)
  case report(LabReportModel)
  case result(LabResultModel)

  /// Ends what the screen has under way.
  @MainActor
  func close() {
    switch self {
    case .welcome(let model): model.close()
    case .signIn(let model): model.close()
    case .thread(let model): model.close()
    case .compose(let model): model.close()
    case .clinic(let model): model.close()
    case .privacy(let model): model.close()
    case .accessLog(let model): model.close()
    case .copy(let model): model.close()
    case .leaving(let model): model.close()
    case .settings(let model): model.close()
    case .secondStep(let model): model.close()
    case .addPerson(let model): model.close()
    case .documents(let model): model.close()
    case .document(let model): model.close()
    case .labs(let model): model.close()
    case .report(let model): model.close()
    case .result(let model): model.close()
    case .clinics, .notices, .notice, .help: break
    }
  }

  /// What lay over it is gone: what may have changed there is read anew.
  @MainActor
  func reappeared() {
    switch self {
    case .privacy(let model): model.look()
    case .settings(let model): model.look()
    case .secondStep(let model): model.look()
    default: break
    }
  }

  /// It shows what an account holds, and has nothing to show while that is closed.
  var showsContent: Bool { showsMessages || showsRecords }

  /// What messages are closed to closes it, too.
  var showsMessages: Bool {
    switch self {
    case .thread, .compose: true
    default: false
    }
  }

  var showsRecords: Bool {
    switch self {
    case .documents, .document, .labs, .report, .result: true
    case .thread, .compose: false
    case .welcome, .signIn, .clinics, .clinic, .notices, .notice, .privacy, .accessLog, .copy, .leaving, .settings,
      .secondStep, .help, .addPerson:
      false
    }
  }

  private var model: AnyObject {
    switch self {
    case .welcome(let model): model
    case .signIn(let model): model
    case .thread(let model): model
    case .compose(let model): model
    case .clinics(let model): model
    case .clinic(let model): model
    case .notices(let model): model
    case .notice(let model): model
    case .privacy(let model): model
    case .accessLog(let model): model
    case .copy(let model): model
    case .leaving(let model): model
    case .settings(let model): model
    case .secondStep(let model): model
    case .help(let model): model
    case .addPerson(let model): model
    case .documents(let model): model
    case .document(let model): model
    case .labs(let model): model
    case .report(let model): model
    case .result(let model): model
    }
  }
}

/// A screen is its model: one that shows the same anew is another.
extension Screen: Hashable {
  public static func == (one: Screen, other: Screen) -> Bool {
    one.model === other.model
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(model))
  }
}
