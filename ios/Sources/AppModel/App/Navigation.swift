import Foundation
import Pericard

extension PatientApp {
  /// Opens what a screen leads to.
  func go(_ destination: Destination) {
    problem = nil
    switch destination {
    case .back: if !path.isEmpty { path.removeLast() }
    case .leave(let thread):
      remove { if case .thread(let model) = $0 { model.id == thread } else { false } }
    case .sent(let thread):
      remove { if case .compose = $0 { true } else { false } }
      home?.tab = .messages
      open(.thread(thread, focus: nil))
    case .outside(let errand): surroundings.errand(errand)
    case .people:
      people = PeopleModel(
        { [weak self] in self?.accounts ?? [] }, chosen: home?.inbox.owner.id, navigate: { [weak self] in self?.go($0) }
      )
    case .inbox(let owner):
      people = nil
      closeAll()
      show(owner)
    case .messages:
      closeAll()
      home?.tab = .messages
    case .addClinic:
      people = nil
      path.append(.welcome(makeWelcome(canLeave: true)))
    case .clinics:
      path.append(
        .clinics(ClinicsModel({ [weak self] in self?.accounts ?? [] }, navigate: { [weak self] in self?.go($0) })))
    case .notices: path.append(.notices(notices))
    case .notice(let notice, let clinic):
      path.append(.notice(NoticeModel(notice, clinic, version: version) { [weak self] in self?.go($0) }))
    case .addPerson:
      people = nil
      guard let home else { return }
      path.append(.addPerson(AddPersonModel(home.account, navigate: { [weak self] in self?.go($0) })))
    case .add(let id, let patient):
      let there = accounts.first { $0.id == id }.map { Set($0.people.map(\.id)) }
      signIn(again: id, besides: there) { account, method in
        try await account.addPerson(method: method, patient: patient)
      }
    case .signInAgain(let id, let person):
      let other = person.flatMap { $0.isSelf ? nil : $0.id }
      signIn(again: id) { account, method in try await account.signInAgain(method: method, person: other) }
    case .stepUp(let id):
      signIn(again: id, comesBack: true) { account, method in try await account.stepUp(method: method) }
    case .clinic(let id):
      guard let account = accounts.first(where: { $0.id == id }) else { return }
      path.append(.clinic(ClinicModel(account, pages: pages, navigate: { [weak self] in self?.go($0) })))
    case .leaving(let id, let way, let person):
      guard let account = accounts.first(where: { $0.id == id }) else { return }
      path.append(.leaving(LeavingModel(account, way, of: person, navigate: { [weak self] in self?.go($0) })))
    case .leaveRecord(let place): remove { $0.recordPlace == place }
    case .thread, .compose, .record, .ask, .privacy, .accessLog, .copy, .settings, .secondStep, .help: open(destination)
    }
  }

  /// What belongs to the inbox that is shown.
  private func open(_ destination: Destination) {
    guard let home else { return }
    let navigate: Navigate = { [weak self] in self?.go($0) }
    do {
      switch destination {
      case .thread(let id, let focus): path.append(.thread(try makeThread(id, focus: focus, in: home)))
      case .compose(let draft): path.append(.compose(try makeCompose(draft, in: home)))
      case .record(let place): path.append(makeRecord(place, in: home))
      case .ask(let subject):
        path.append(.compose(try makeCompose(nil, subject: subject, in: home)))
      case .privacy:
        path.append(
          .privacy(PrivacyModel(home.account, of: home.inbox.owner.person, pages: pages, navigate: navigate)))
      case .accessLog:
        path.append(
          .accessLog(
            AccessLogModel(home.account, documents: surroundings.documents, lock: lock, navigate: navigate)))
      case .copy:
        path.append(
          .copy(
            CopyModel(
              of: home.inbox.owner.person, at: home.account, documents: surroundings.documents, lock: lock,
              navigate: navigate)))
      case .settings: path.append(.settings(SettingsModel(home.account, lock: lock, navigate: navigate)))
      case .secondStep: path.append(.secondStep(makeSecondStep(of: home.account)))
      case .help:
        path.append(.help(HelpModel(HelpState(clinic: home.inbox.owner.clinic, version: version), navigate: navigate)))
      default: break
      }
    } catch {
      home.account.look()
      problem = Problem(error)
    }
  }

  func makeThread(
    _ id: ThreadID, focus: MessageID? = nil, from: MessageID? = nil, in home: HomeModel
  ) throws -> ThreadModel {
    try ThreadModel(
      id, focus: focus, from: from, of: home.inbox.owner, at: home.account, navigate: { [weak self] in self?.go($0) })
  }

  func makeCompose(_ draft: DraftID?, subject: String = "", in home: HomeModel) throws -> ComposeModel {
    try ComposeModel(
      draft, subject: subject, of: home.inbox.owner, at: home.account, navigate: { [weak self] in self?.go($0) })
  }

  private func makeRecord(_ place: RecordPlace, in home: HomeModel) -> Screen {
    let (owner, account) = (home.inbox.owner, home.account)
    let navigate: Navigate = { [weak self] in self?.go($0) }
    return switch place {
    case .documents: .documents(DocumentsModel(owner, of: account, navigate: navigate))
    case .document(let id):
      .document(DocumentModel(id, of: owner, at: account, documents: surroundings.documents, navigate: navigate))
    case .labs: .labs(LabsModel(owner, of: account, navigate: navigate))
    case .report(let id): .report(LabReportModel(id, of: owner, at: account, navigate: navigate))
    case .result(let id): .result(LabResultModel(id, of: owner, at: account, navigate: navigate))
    }
  }

  private var pages: ClinicPages {
    ClinicPages(surroundings.browser) { [weak self] account in
      guard let self else { throw PericardError.closed }
      return try await portal(of: account.account)
    }
  }

  /// Setting it up looks as it does while signing in.
  private func makeSecondStep(of account: AccountModel) -> SecondStepModel {
    SecondStepModel(account, navigate: { [weak self] in self?.go($0) }) { [weak self] enrolment, again in
      guard let self else { return }
      let model = SignInModel(
        of: account.clinic, resuming: enrolment, browser: surroundings.browser, now: surroundings.now,
        navigate: { [weak self] in self?.go($0) }, begin: { _ in try await again() }
      ) { [weak self] _ in
        self?.remove { if case .signIn = $0 { true } else { false } }
      }
      path.append(.signIn(model))
    }
  }

  func makeWelcome(canLeave: Bool) -> WelcomeModel {
    WelcomeModel(directory, canLeave: canLeave, navigate: { [weak self] in self?.go($0) }) { [weak self] config in
      guard let client = self?.client else { throw PericardError.closed }
      return try await client.portal(config: config)
    } found: { [weak self] portal, clinic, config in
      self?.signIn(at: portal, of: clinic, redirect: config.redirect) { try await portal.signIn(method: $0) }
    }
  }

  /// The sign-in that was under way when the app was ended.
  func resumeSignIn() async {
    guard let base = surroundings.preferences.signingInAt, let client else { return }
    do {
      guard let resumed = try await client.resumeSignIn() else {
        surroundings.preferences.signingInAt = nil
        return
      }
      let config = directory.added(base)
      let portal = try await client.portal(config: config)
      signIn(at: portal, of: directory.clinic(base: base), redirect: config.redirect, resuming: resumed) {
        try await portal.signIn(method: $0)
      }
    } catch {
      problem = Problem(error)
    }
  }

  private func signIn(
    again id: AccountID, comesBack: Bool = false, besides there: Set<PersonID>? = nil,
    _ begin: @escaping @MainActor (Account, SignInMethod) async throws -> SignIn
  ) {
    guard let model = accounts.first(where: { $0.id == id }), let client else { return }
    jobs.replace("sign in") { [weak self] in
      do {
        let config = try model.account.portalConfig()
        let portal = try await client.portal(config: config)
        self?.signIn(
          at: portal, of: model.clinic, redirect: config.redirect, backTo: comesBack ? model : nil, besides: there
        ) { try await begin(model.account, $0) }
      } catch {
        self?.problem = Problem(error)
      }
    }
  }

  private func signIn(
    at portal: Portal, of clinic: Clinic, redirect: String, resuming resumed: SignIn? = nil,
    backTo reading: AccountModel? = nil, besides there: Set<PersonID>? = nil, begin: @escaping BeginSignIn
  ) {
    surroundings.preferences.signingInAt = clinic.id
    let method: SignInMethod = portal.capabilities.nativeSignIn ? .native : .browser
    let model = SignInModel(
      at: portal, of: clinic, redirect: redirect, method: method, resuming: resumed, browser: surroundings.browser,
      now: surroundings.now, navigate: { [weak self] in self?.go($0) }, begin: begin
    ) { [weak self] account in
      guard let self else { return }
      surroundings.preferences.signingInAt = nil
      switch (account, reading) {
      case (nil, _): remove { if case .signIn = $0 { true } else { false } }
      case (_, let reading?): steppedUp(reading, at: portal)
      case (let account?, nil): signedIn(account, at: portal, there: there)
      }
    }
    path.append(.signIn(model))
  }

  /// Closes those screens, above each tab.
  func remove(_ closes: (Screen) -> Bool) {
    if messagesPath.contains(where: closes) { messagesPath.removeAll(where: closes) }
    if recordsPath.contains(where: closes) { recordsPath.removeAll(where: closes) }
    if youPath.contains(where: closes) { youPath.removeAll(where: closes) }
  }
}
