package dev.pericard.stories

import dev.pericard.Account
import dev.pericard.Person
import dev.pericard.PersonId
import dev.pericard.SessionState
import dev.pericard.SignIn
import dev.pericard.SignInMethod

/** Begins a sign-in of somebody for [patient]: anew for who is here already, else for whom the portal names. */
suspend fun StoryContext.begunFor(account: Account, method: SignInMethod, patient: String): SignIn {
    known(patient)?.let { return account.signInAgain(method, it) }
    val id = world.patient(patient)
    if (account.findPeople().none { it.patient == id }) throw Broken("the portal does not name $patient")
    return account.addPerson(method, id)
}

/** Names whom a sign-in has brought. */
fun StoryContext.namePeople(who: String, patient: String?) {
    for (person in account.people) {
        val name = (if (person.isSelf) who else patient) ?: continue
        if (person.id !in people.values) people[who to name] = person.id
    }
}

/** The id of a person of the account whose turn it is. */
fun StoryContext.known(patient: String): PersonId? = people[person to patient]?.takeIf { id -> account.people.any { it.id == id } }

/** The same; a story that names nobody is wrong. */
fun StoryContext.knownPerson(patient: String): Person {
    val id = known(patient)
    return account.people.firstOrNull { it.id == id } ?: throw Broken("$patient is not here")
}

suspend fun StoryContext.actFor(keys: Keys) {
    val who = keys.text("who")
    acting = who.takeUnless { knownPerson(who).isSelf }
    number()
}

suspend fun StoryContext.forgetPerson(keys: Keys) {
    account.forgetPerson(knownPerson(keys.text("who")).id)
    acting = null
}

/** What is expected of the people of an account. */
suspend fun StoryContext.expectPeople(thing: String, keys: Keys) {
    when (thing) {
        "people" -> sameNames("people", keys.texts("names"), account.people.map { nameOf(it.id) })
        "found_people" -> sameNames("found people", keys.texts("names"), account.findPeople().map { world.who(it.patient) })
        else -> {
            val person = knownPerson(keys.text("who"))
            keys.textOrNull("session")?.let { same("session", it, word(person.session)) }
            keys.flagOrNull("may_write")?.let { same("may write", it, person.mayWrite) }
        }
    }
}

private fun StoryContext.nameOf(id: PersonId): String = people.entries.firstOrNull { it.value == id }?.key?.second ?: "somebody"

private fun sameNames(what: String, expected: List<String>, found: List<String>) =
    same(what, expected.sorted().joinToString(), found.sorted().joinToString())

/** The state of a session in a word. */
fun word(state: SessionState): String = when (state) {
    is SessionState.Active -> "active"
    is SessionState.StepUp -> "step_up"
    is SessionState.SignIn -> "sign_in"
    is SessionState.Sealed -> "sealed"
    is SessionState.Locked -> "locked"
    is SessionState.Unusable -> "unusable"
    is SessionState.SignedOut -> "signed_out"
}
