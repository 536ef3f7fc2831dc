package dev.pericard.testing

import dev.pericard.PersonId
import dev.pericard.SessionState
import dev.pericard.fromCore
import dev.pericard.toCore

/**
 * Somebody for whom the person of a [FakeAccount] acts, such as a child: one of [FakeAccount.others], or of those whom the
 * portal names ([FakeAccount.findable]). Their name tells them from others. [relationship] is what the person is to them.
 */
public class FakePerson(
    public val name: String,
    public val messages: FakeMessages = FakeMessages(),
    public val mayWrite: Boolean = true,
    public val relationship: String? = null,
    public val labs: FakeLabs = FakeLabs(),
    public val documents: FakeDocuments = FakeDocuments(),
) {
    internal val core = ScriptedPerson(name, ScriptedRecord(messages.core, labs.core, documents.core), mayWrite, relationship)

    /** Who they are, among [dev.pericard.Account.people]. */
    public val id: PersonId = PersonId(core.id)

    /** The portal's id of their record, as [dev.pericard.Account.findPeople] gives it. */
    public val patient: String = core.patient

    /** The state of their session. Streams of changes are told when it is set. */
    public var sessionState: SessionState
        get() = core.sessionState.fromCore()
        set(state) {
            core.sessionState = state.toCore()
        }
}
