package dev.pericard.testing

import dev.pericard.MessageState
import dev.pericard.Recipient
import dev.pericard.RecipientId
import dev.pericard.RecipientKind
import java.time.Duration
import java.time.Instant

/**
 * Letters as a patient has them: a result, an appointment, a conversation in Arabic, and messages in every state of sending.
 * [now] is when they are looked at.
 */
public fun sampleMessages(now: Instant = Instant.now()): FakeMessages {
    fun ago(hours: Long) = now - Duration.ofHours(hours)
    val kos = "Dr. Petra Kos"
    val lab = "Linden Clinic, laboratory"
    return FakeMessages(
        listOf(
            FakeLetter("Your blood test", lab, "Your results are ready. Everything is within the usual range.", ago(1), unread = true),
            FakeLetter("Blood pressure", kos, "Please measure it twice a day for two weeks.", ago(76)),
            FakeLetter("Blood pressure", null, "In the morning it is 138 to 86. Is that too high?", ago(50)),
            FakeLetter("Blood pressure", kos, "A little. Go on measuring, and bring the list along.", ago(27)),
            FakeLetter("Blood pressure", null, "I will. Thank you!", ago(26), state = MessageState.Queued),
            FakeLetter("Appointment on Monday", "Reception", "You are expected at 9:40.", ago(120)),
            FakeLetter("Appointment on Monday", null, "Could it be an hour later?", ago(119), state = MessageState.Failed(422)),
            FakeLetter("Repeat prescription", null, "May I have Ramipril 5 mg again?", ago(200), state = MessageState.Unknown),
            FakeLetter("نتيجة الفحص", "د. هبة منصور", "النتيجة جيدة. نلتقي الشهر القادم.", ago(300)),
        ),
        listOf(
            Recipient(RecipientId("fake-recipient-1"), kos, "General practitioner", RecipientKind.PERSON),
            Recipient(RecipientId("fake-recipient-2"), "Cardiology", "", RecipientKind.TEAM),
            Recipient(RecipientId("fake-recipient-3"), "Linden Clinic", "", RecipientKind.ORGANIZATION),
        ),
    )
}
