package dev.pericard.stories

import dev.pericard.Account
import dev.pericard.ChangeSet
import dev.pericard.Client
import dev.pericard.Documents
import dev.pericard.DraftId
import dev.pericard.EnrolmentId
import dev.pericard.Labs
import dev.pericard.MessageId
import dev.pericard.MessageThread
import dev.pericard.Messages
import dev.pericard.PagePosition
import dev.pericard.PersonId
import dev.pericard.SessionState
import dev.pericard.SignIn
import dev.pericard.ThreadId
import dev.pericard.calling
import dev.pericard.changes
import dev.pericard.world.TestWorld
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** Where one story plays: its world, and what the story has named so far. */
class StoryContext private constructor(val world: TestWorld, client: Client, private val scope: CoroutineScope) {

    var client: Client = client
        private set
    var who: String? = null
        private set

    /** For whom they act, where that is not themselves. */
    var acting: String? = null

    /** A sign-in whose question is still open, and whose it is. */
    var signingIn: Pair<String, SignIn>? = null

    /** What the last sync counted without fetching it. */
    var news = 0L

    /** Where the next sign-in is left, and how; see the verb `leave`. */
    var leaving: Pair<String, String>? = null

    /** An enrolment that waits for its code: its id and the secret's address. */
    var enrolment: Pair<EnrolmentId, String>? = null

    /** A recovery code that was used or replaced. */
    var spent: String? = null

    /** The people whom sign-ins brought, by who signed in and whose record it is. */
    val people = mutableMapOf<Pair<String, String>, PersonId>()

    /** Messages by the name that the story gave them. */
    val messages = mutableMapOf<String, MessageId>()

    /** Drafts likewise. */
    val drafts = mutableMapOf<String, DraftId>()

    private val accounts = mutableMapOf<String, Account>()
    private val numbered = mutableMapOf<Pair<String, String?>, List<ThreadId>>()
    private val heard = MutableStateFlow<List<ChangeSet>>(emptyList())
    private var listening: Job? = null

    val account: Account
        get() = accountOrNull ?: throw Broken("nobody is signed in")
    val accountOrNull: Account?
        get() = who?.let(accounts::get)

    /** Whose turn it is. */
    val person: String
        get() = who ?: throw Broken("nobody is signed in")
    val inbox: Messages
        get() = account.messages(patient)
    val labs: Labs
        get() = account.labs(patient)
    val documents: Documents
        get() = account.documents(patient)

    /** Whose record it is. */
    private val patient: PersonId
        get() = acting?.let { knownPerson(it).id } ?: account.people.single { it.isSelf }.id

    /** What changed since it was last asked for. */
    val changes get() = heard

    fun signedIn(who: String, account: Account) {
        accounts[who] = account
        switch(who)
    }

    fun switch(who: String) {
        if (who !in accounts) throw Broken("$who has no account here")
        this.who = who
        acting = null
        listen()
    }

    fun forgotten(all: Boolean) {
        if (all) accounts.clear() else accounts.remove(who)
        numbered.keys.removeAll { it.first == who }
        people.keys.removeAll { it.first == who }
        who = null
        listening?.cancel()
    }

    fun everyAccount(): List<Account> = accounts.values.toList()

    private fun listen() {
        listening?.cancel()
        val changes = account.changes
        // Undispatched: the stream has begun when this returns.
        listening = scope.launch(start = CoroutineStart.UNDISPATCHED) { changes.collect { set -> heard.update { it + set } } }
    }

    /** Drops everything and opens again from disk, as after the process ended. */
    suspend fun restart() {
        listening?.cancel()
        val ids = accounts.filterValues { it.session !is SessionState.SignedOut }.mapValues { it.value.id }
        val inside = signingIn?.first
        accounts.clear()
        signingIn = null
        client.shutDown()
        client = opened(world)
        ids.forEach { (who, id) -> accounts[who] = client.account(id) }
        if (inside != null) signingIn = client.resumeSignIn()?.let { inside to it }
        if (accountOrNull != null) listen()
    }

    /** All threads as the client lists them, newest first. */
    suspend fun threads(): List<MessageThread> = pages { after -> inbox.threads(after, PAGE).let { it.threads to it.after } }

    /** Numbers the threads at their first appearance; later ones never change a number. */
    suspend fun number() {
        val whose = whose ?: return
        if (whose !in numbered) numbered[whose] = threads().map { it.id }
    }

    /** Whose threads are numbered: of an account, and of whom its person acts for. */
    private val whose: Pair<String, String?>?
        get() = who?.let { it to acting }

    fun thread(number: Int): ThreadId {
        val ids = numbered[whose] ?: throw Broken("threads have no numbers before the first sync")
        return ids.getOrNull(number) ?: throw Broken("there is no thread $number of ${ids.size}")
    }

    fun draftNamed(name: String): DraftId = drafts[name] ?: throw Unfit("no draft was named `$name`")

    fun message(name: String): MessageId = messages[name] ?: throw Unfit("no message was named `$name`")

    suspend fun <T> pages(page: suspend (PagePosition?) -> Pair<List<T>, PagePosition?>): List<T> {
        val all = mutableListOf<T>()
        var after: PagePosition? = null
        do {
            val (items, next) = page(after)
            all += items
            after = next
        } while (after != null)
        return all
    }

    companion object {
        /** Small, so that stories cross page boundaries. */
        const val PAGE = 7

        /** On the keystore that the world keeps across restarts. */
        private suspend fun opened(world: TestWorld): Client = calling { Client(world.open(world.keystore())) }

        suspend fun set(portal: String, scope: CoroutineScope): StoryContext {
            val world = TestWorld.start(portal)
            return StoryContext(world, opened(world), scope)
        }
    }
}
