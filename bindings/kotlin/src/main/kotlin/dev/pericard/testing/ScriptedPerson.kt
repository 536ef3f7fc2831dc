package dev.pericard.testing

import dev.pericard.internal.ChangeSet
import dev.pericard.internal.Person
import dev.pericard.internal.SessionState

/** What a [FakePerson] stands on: somebody of an account in memory, in the core's own shapes. */
internal class ScriptedPerson(
    val name: String,
    val record: ScriptedRecord,
    val mayWrite: Boolean,
    val relationship: String?,
) {
    val id = "fake-person-$name"
    val patient = "fake-patient-$name"

    @Volatile
    var account: ScriptedAccount? = null
        set(account) {
            field = account
            record.fail(account?.failure)
            record.tell { set -> account?.tell(set) }
        }

    @Volatile
    var sessionState: SessionState = SessionState.Active
        set(state) {
            field = state
            account?.tell(ChangeSet(emptyList(), outbox = false, session = false, features = false, people = true))
        }

    /** As the account shows them; what closes the account closes everybody's. */
    fun person(of: SessionState): Person {
        val shared = of is SessionState.Locked || of is SessionState.SignedOut || of is SessionState.Unusable
        return Person(id, name, isSelf = false, if (shared) of else sessionState, mayWrite)
    }
}
