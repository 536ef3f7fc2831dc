#if DEBUG
  import Foundation
  import Pericard

  // States for previews; the people and places are made up.

  private let now = Date(timeIntervalSince1970: 1_762_000_000)

  private func ago(hours: Double) -> Moment { Moment(at: now.addingTimeInterval(-hours * 3_600)) }

  extension Clinic {
    public static let sample = Clinic(
      id: "https://portal.linden.example/fhir", name: "Linden Clinic", host: "portal.linden.example",
      phone: "+1 555 0100", emergency: "911")
    public static let samplePharmacy = Clinic(
      id: "https://harbour.example/fhir", name: "Harbour Street Pharmacy", host: "harbour.example", kind: .pharmacy)
  }

  extension Owner {
    public static let sample = Owner(
      account: AccountID(rawValue: "a1"), person: Person(id: PersonID(rawValue: "p1"), name: "Ana Ferreira"),
      clinic: .sample)
    public static let sampleChild = Owner(
      account: AccountID(rawValue: "a1"),
      person: Person(id: PersonID(rawValue: "p2"), name: "Mia Ferreira", isSelf: false, color: 1), clinic: .sample)
    public static let sampleMother = Owner(
      account: AccountID(rawValue: "a1"),
      person: Person(
        id: PersonID(rawValue: "p3"), name: "Teresa Ferreira", isSelf: false, color: 2, canWrite: false),
      clinic: .sample)
    public static let samplePharmacy = Owner(
      account: AccountID(rawValue: "a2"), person: Person(id: PersonID(rawValue: "p4"), name: "Ana Ferreira"),
      clinic: .samplePharmacy)
  }

  extension WelcomeState {
    public static let sample = WelcomeState(
      places: [Place(clinic: .sample, native: true), Place(clinic: .samplePharmacy, native: false)])
    public static let sampleNotAPortal = WelcomeState(
      places: sample.places, address: AddressState(open: true, text: "hotel.example", problem: .notAPortal))
  }

  extension SignInState {
    public static func sample(_ step: Step, busy: Bool = false, problem: Problem? = nil) -> SignInState {
      SignInState(clinic: .sample, userName: "ana.ferreira", step: step, busy: busy, problem: problem)
    }

    public static let samples: [SignInState] = [
      .sample(.password(.init(canReset: true))),
      .sample(.password(.init(attempt: 1, wrong: Wrong(attemptsLeft: 2), canReset: true))),
      .sample(.password(.init()), problem: .offline),
      .sample(.browser),
      .sample(.code(.init(recovery: true))),
      .sample(.code(.init(attempt: 1, wrong: Wrong(attemptsLeft: nil)))),
      .sample(.recoveryCode(.init(unreadable: true))),
      .sample(
        .enrol(
          .init(
            qr: QrPicture("otpauth://totp/Linden:ana?secret=JBSWY3DPEHPK3PXP"), key: "JBSWY3DPEHPK3PXP",
            address: "otpauth://totp/Linden:ana?secret=JBSWY3DPEHPK3PXP", digits: 6))),
      .sample(.recoveryCodes(["3J7K-9QPX", "M2WT-55RD", "8HVC-2LNB", "Q4ZE-77SK"], kept: false)),
      .sample(.wait(.init(until: now.addingTimeInterval(840), hasHelp: true))),
    ]
  }

  extension InboxState {
    public static func sample(_ body: InboxBody, banner: InboxBanner? = nil) -> InboxState {
      InboxState(owner: .sample, body: body, banner: banner)
    }

    public static let sampleRows = [
      ThreadRow(
        id: .thread(ThreadID(rawValue: "t0")), who: "Front desk", subject: "Repeat prescription",
        preview: "May I have the tablets again?", at: ago(hours: 2), mark: .failed),
      ThreadRow(
        id: .thread(ThreadID(rawValue: "t1")), who: "Dr. Nadia Haddad", subject: "Change of your medication",
        preview: "From tomorrow, take the new tablets in place of the old ones.", at: ago(hours: 1), unread: 2),
      ThreadRow(
        id: .thread(ThreadID(rawValue: "t2")), who: "Nurse Tom Keller", subject: "Your blood sugar diary",
        preview: "Thank you, I will bring it along.", at: ago(hours: 26), mark: .sent),
      ThreadRow(
        id: .thread(ThreadID(rawValue: "t3")), who: "د. هبة منصور", subject: "نتيجة الفحص",
        preview: "النتيجة جيدة. نلتقي الشهر القادم.", at: Moment(at: now.addingTimeInterval(-9e6), precision: .day)),
    ]

    public static let samples: [InboxState] = [
      .sample(.content(sampleRows)),
      .sample(.content(sampleRows), banner: .offline(since: now)),
      .sample(.content(sampleRows), banner: .stopped(IncidentID(rawValue: "i-7"))),
      .sample(.content(sampleRows), banner: .stepUp),
      .sample(.content(sampleRows), banner: .off),
      .sample(.content(sampleRows), banner: .readOnly),
      .sample(.content(sampleRows), banner: .updateRequired(least: "1.4")),
      .sample(.firstSync(FetchProgress(done: 240, total: 812), rows: Array(sampleRows.prefix(2)))),
      .sample(.empty),
      .sample(
        .searching(
          text: "tablets",
          hits: [
            HitRow(
              id: MessageID(rawValue: "m1"), thread: ThreadID(rawValue: "t1"), subject: "Change of your medication",
              who: "Dr. Nadia Haddad", at: ago(hours: 1),
              snippet: [
                SnippetPart(text: "From tomorrow, take the new ", hit: false), SnippetPart(text: "tablets", hit: true),
              ])
          ], searching: false)),
      .sample(.searching(text: "zebra", hits: [], searching: false)),
    ]

    public static let closedSamples: [InboxState] = [
      .sample(.closed(.refused)), .sample(.closed(.identityChanged)),
      .sample(.closed(.destroyed)), .sample(.closed(.lease(days: 30, trying: false))),
      .sample(.closed(.off(since: now, quote: "We are mending a fault.", trying: false))),
      .sample(.closed(.off(since: nil, quote: nil, trying: true))),
      .sample(.closed(.stepUp(nil))), .sample(.closed(.stepUp(.offline))),
      .sample(.closed(.unavailable)), .sample(.closed(.configuration)), .sample(.closed(.keyLost)),
      .sample(.closed(.damaged)),
    ]
  }

  extension ThreadState {
    private static func bubble(
      _ id: String, from: String = "", _ text: String, _ hours: Double, _ delivery: Delivery, files: [FileRow] = []
    ) -> Bubble {
      Bubble(
        id: MessageID(rawValue: id), from: from, outgoing: from.isEmpty, text: text, at: ago(hours: hours),
        delivery: delivery, files: files)
    }

    private static let letter = FileRow(
      id: FileID(rawValue: "f1"), name: "Diary.pdf", type: "application/pdf", size: 240_000, place: .stored)

    public static let sample = ThreadState(
      id: ThreadID(rawValue: "t2"), owner: .sample, subject: "Your blood sugar diary",
      participants: ["Nurse Tom Keller", "Diabetes team"],
      messages: [
        bubble("m6", "Can I come on Friday at ten?", 1, .queued),
        bubble("m5", "Please send my prescription to Harbour Street Pharmacy.", 2, .unknown),
        bubble("m4", "Here are all my old letters.", 3, .failed),
        bubble("m3", "This morning it was 6.4 before breakfast.", 4, .sending),
        bubble("m2", "I have filled in the last two weeks.", 5, .sent),
        bubble("m1", from: "Nurse Tom Keller", "Please keep the diary for two weeks.", 80, .received, files: [letter]),
      ],
      hasOlder: true, draft: DraftText(text: "Also, should I eat before the", kept: true))

    public static var sampleStepUp: ThreadState {
      var state = sample
      (state.messages, state.stepUp) = ([], true)
      return state
    }

    public static var sampleDeciding: ThreadState {
      var state = sample
      state.deciding = state.messages[1]
      return state
    }
  }

  extension ComposeState {
    private static let teams = [
      RecipientRow(id: RecipientID(rawValue: "r1"), name: "Dr. Nadia Haddad", role: "Cardiology", kind: .person),
      RecipientRow(id: RecipientID(rawValue: "r2"), name: "Diabetes team"),
      RecipientRow(id: RecipientID(rawValue: "r3"), name: "Linden Clinic", kind: .organization),
    ]

    public static let sample = ComposeState(
      owner: .sample, to: [teams[1]], subject: "My diary", text: "Here it is.",
      files: [NewFileRow(id: UUID(), name: "Diary.jpg", type: "image/jpeg", size: 2_400_000)])
    public static let sampleStepUp = ComposeState(owner: .sample, stepUp: true)
    public static let sampleMissing = ComposeState(owner: .sample, missing: .recipient)
    public static let sampleChoosing = ComposeState(
      owner: .sample, choosing: RecipientsState(all: teams, chosen: [teams[0].id]))
  }

  extension ClinicsState {
    public static let sample = ClinicsState(accounts: [
      AccountCard(
        id: AccountID(rawValue: "a1"), clinic: .sample, people: [Owner.sample.person, Owner.sampleChild.person],
        standing: .active(completeAt: now)),
      AccountCard(
        id: AccountID(rawValue: "a2"), clinic: .samplePharmacy, people: [Owner.sample.person], standing: .signedOut),
    ])
  }

  extension ClinicPageState {
    public static let sample = ClinicPageState(
      clinic: .sample, canRead: true, canWrite: true, sendsOnce: false, secondStep: true, native: true, provesWho: true,
      tiedToPhone: false, revokes: true, accountPage: true)
  }

  extension PeopleState {
    public static let sample = PeopleState(
      rows: [
        PersonRow(owner: .sample, unread: 3), PersonRow(owner: .sampleChild, unread: 1),
        PersonRow(owner: .sampleMother), PersonRow(owner: .samplePharmacy, standing: .signedOut),
      ], chosen: Owner.sample.id, canAdd: true)
  }

  extension AddPersonState {
    public static let samples: [AddPersonState] = [
      AddPersonState(
        clinic: .sample,
        found: [
          FoundRow(id: "p2", name: "Mia Ferreira", relationship: "Your daughter"),
          FoundRow(id: "p3", name: "Teresa Ferreira"),
        ]),
      AddPersonState(clinic: .sample, found: []), AddPersonState(clinic: .sample),
      AddPersonState(clinic: .sample, problem: .offline),
    ]
  }

  extension YouState {
    public static let sample = YouState(
      owner: .sample, actingFor: ["Mia Ferreira"], newNotices: 1, needSignIn: 1, version: "1.0")
  }

  extension SettingsState {
    public static let sample = SettingsState(
      clinic: .sample,
      lock: LockSettings(hasPin: true, minutes: 5, biometry: BiometrySetting(kind: .faceID, position: .on)),
      secondStep: SecondStepState(on: true, codesLeft: 2))
    public static let sampleLost = SettingsState(
      clinic: .sample,
      lock: LockSettings(
        hasPin: true, minutes: 5, biometry: BiometrySetting(kind: .touchID, position: .off, trouble: .lost)))
    public static let sampleNotEnrolled = SettingsState(
      clinic: .sample,
      lock: LockSettings(hasPin: true, biometry: BiometrySetting(kind: .faceID, position: .notEnrolled)))
  }

  extension AppLock {
    public static let samples: [AppLock] = [
      .locked(BiometryQuestion(kind: .faceID)),
      .locked(BiometryQuestion(kind: .touchID, trouble: .notRecognized)),
      .pin(PinQuestion(clinic: Clinic.sample.name, biometry: .faceID)),
      .pin(PinQuestion(clinic: Clinic.sample.name, trouble: .lost)),
      .pin(PinQuestion(clinic: Clinic.sample.name)),
      .pin(PinQuestion(attempt: 6, attemptsLeft: 4, clinic: Clinic.sample.name)),
      .choose(attempt: 0, again: false, problem: nil), .choose(attempt: 1, again: true, problem: nil),
      .choose(attempt: 2, again: false, problem: .easy), .forgot(clinic: Clinic.sample.name, going: false),
    ]
  }

  extension HelpState {
    public static let sample = HelpState(clinic: .sample, version: "1.0")
  }

  extension NoticeState {
    public static let samples: [NoticeState] = [
      NoticeState(clinic: .sample, notice: .incident(IncidentID(rawValue: "i-7"), at: now)),
      NoticeState(clinic: .sample, notice: .held(2, canWrite: true)),
      NoticeState(clinic: .sample, notice: .begunAnew),
      NoticeState(
        clinic: .sample, notice: .clockWrong(phoneTime: now, clinicTime: now.addingTimeInterval(7_200))),
      NoticeState(clinic: .sample, notice: .update(least: nil), version: "1.2"),
      NoticeState(clinic: .sample, notice: .update(least: "1.4"), version: "1.2"),
      NoticeState(clinic: .sample, notice: .off(since: now, quote: "We are mending a fault.")),
      NoticeState(clinic: .samplePharmacy, notice: .off(since: nil, quote: nil)),
      NoticeState(clinic: .sample, notice: .readOnly(since: now, quote: "Our front desk is moving.")),
    ]
  }

  extension NoticesState {
    public static let sample = NoticesState(
      rows: NoticeState.samples.prefix(2).enumerated().map {
        NoticeRow(id: "\($0)", notice: $1.notice, clinic: $1.clinic, at: now, isNew: $0 == 0)
      })
  }
#endif
