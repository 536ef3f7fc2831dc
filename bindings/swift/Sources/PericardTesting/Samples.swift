public import Foundation
import Pericard

extension FakeMessages {
  /// Letters as a patient has them: a result, an appointment, a conversation in Arabic, and messages in every state of
  /// sending. `now` is when they are looked at.
  public static func sample(now: Date = Date()) -> FakeMessages {
    func ago(_ hours: Double) -> Date { now.addingTimeInterval(-hours * 3_600) }
    let kos = "Dr. Petra Kos"
    let lab = "Linden Clinic, laboratory"
    return FakeMessages(
      [
        FakeLetter(
          "Your blood test", from: lab, "Your results are ready. Everything is within the usual range.", at: ago(1),
          unread: true),
        FakeLetter("Blood pressure", from: kos, "Please measure it twice a day for two weeks.", at: ago(76)),
        FakeLetter("Blood pressure", "In the morning it is 138 to 86. Is that too high?", at: ago(50)),
        FakeLetter("Blood pressure", from: kos, "A little. Go on measuring, and bring the list along.", at: ago(27)),
        FakeLetter("Blood pressure", "I will. Thank you!", at: ago(26), state: .queued),
        FakeLetter("Appointment on Monday", from: "Reception", "You are expected at 9:40.", at: ago(120)),
        FakeLetter("Appointment on Monday", "Could it be an hour later?", at: ago(119), state: .failed(status: 422)),
        FakeLetter("Repeat prescription", "May I have Ramipril 5 mg again?", at: ago(200), state: .unknown),
        FakeLetter("نتيجة الفحص", from: "د. هبة منصور", "النتيجة جيدة. نلتقي الشهر القادم.", at: ago(300)),
      ],
      recipients: [
        Recipient(
          id: RecipientID(rawValue: "fake-recipient-1"), name: kos, role: "General practitioner", kind: .person),
        Recipient(id: RecipientID(rawValue: "fake-recipient-2"), name: "Cardiology", role: "", kind: .team),
        Recipient(id: RecipientID(rawValue: "fake-recipient-3"), name: "Linden Clinic", role: "", kind: .organization),
      ])
  }
}
