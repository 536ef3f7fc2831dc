package dev.pericard

import dev.pericard.testing.MemoryKeystore
import dev.pericard.world.NetworkState
import dev.pericard.world.TestWorld
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import java.lang.reflect.Modifier
import kotlin.time.Duration.Companion.seconds

/** What a call needs, and so what it fails with where that is not there. */
private enum class Needs { NOTHING, DISK, PORTAL }

/** Everything that calls are made on. */
private class Stage(
    val world: TestWorld,
    val client: Client,
    val portal: Portal,
    val account: Account,
    val run: SyncRun,
    val thread: ThreadId,
    val message: MessageId,
    val signIn: SignIn,
) {
    val inbox = account.ownMessages()
    val person = account.people.single { it.isSelf }.id
    val labs = account.labs(person)
    val documents = account.documents(person)
}

private class Call(val needs: Needs, val make: suspend Stage.() -> Unit)

/** Every call of the API in every state: the answer or the error that belongs there, in time, and nothing else. */
class ContractTest {
    private val calls = mutableMapOf<String, Call>()

    private fun nothing(name: String, make: suspend Stage.() -> Unit) {
        calls[name] = Call(Needs.NOTHING, make)
    }

    private fun disk(name: String, make: suspend Stage.() -> Unit) {
        calls[name] = Call(Needs.DISK, make)
    }

    private fun portal(name: String, make: suspend Stage.() -> Unit) {
        calls[name] = Call(Needs.PORTAL, make)
    }

    init {
        disk("Client.account") { client.account(account.id) }
        disk("Client.accounts") { client.accounts() }
        disk("Client.supportReport") { client.supportReport() }
        disk("Client.resumeSignIn") { client.resumeSignIn() }
        portal("Client.portal") { client.portal(client.portals.single()) }
        nothing("Portal.page") { portal.page(PortalPage.ACCOUNT) }
        portal("Portal.signIn") { portal.signIn(SignInMethod.NATIVE) }
        nothing("SignIn.step") { runCatching { signIn.step() } }
        portal("SignIn.authorizationUrl") { signIn.authorizationUrl() }
        portal("SignIn.password") { signIn.password("ana", "wrong") }
        portal("SignIn.code") { signIn.code("123456") }
        portal("SignIn.recoveryCode") { signIn.recoveryCode("abcd-efgh") }
        portal("SignIn.redirected") { signIn.redirected("app:/back?code=1&state=2") }
        portal("SignIn.finish") { signIn.finish() }
        portal("SignIn.cancel") { signIn.cancel() }
        disk("Account.features") { account.features() }
        disk("Account.accessLog") { account.accessLog() }
        disk("Account.checkAccessLog") { account.checkAccessLog() }
        disk("Account.exportAccessLog") { account.exportAccessLog() }
        disk("Account.export") { account.export(person, ExportFormat.HTML) }
        nothing("Account.policy") { account.policy() }
        portal("Account.checkPolicy") { account.checkPolicy() }
        disk("Account.held") { account.held() }
        disk("Account.incidents") { account.incidents() }
        nothing("Account.documents") { account.documents(person) }
        nothing("Account.labs") { account.labs(person) }
        nothing("Account.messages") { account.messages(person) }
        nothing("Account.portalConfig") { account.portalConfig() }
        disk("Account.startSync") { account.startSync().join() }
        portal("Account.signInAgain") { account.signInAgain(SignInMethod.NATIVE) }
        portal("Account.findPeople") { account.findPeople() }
        portal("Account.addPerson") { account.addPerson(SignInMethod.NATIVE) }
        disk("Account.forgetPerson") { account.forgetPerson(PersonId("none")) }
        portal("Account.stepUp") { account.stepUp(SignInMethod.NATIVE) }
        nothing("AccountLock.state") { account.lock.state() }
        nothing("AccountLock.autoLock") { account.lock.autoLock() }
        disk("AccountLock.setAutoLock") { account.lock.setAutoLock(60.seconds) }
        disk("AccountLock.unlock") { account.lock.unlock("270419") }
        disk("AccountLock.unlockWithKey") { account.lock.unlockWithKey(ByteArray(32)) }
        disk("AccountLock.setPin") { account.lock.setPin(null, "270419") }
        disk("AccountLock.addKey") { account.lock.addKey("270419") }
        disk("AccountLock.removeKey") { account.lock.removeKey() }
        disk("AccountLock.removePin") { account.lock.removePin("270419") }
        nothing("Client.personLeft") { client.personLeft() }
        nothing("Client.personReturned") { client.personReturned() }
        disk("Documents.document") { documents.document(DocumentId("none")) }
        disk("Documents.documents") { documents.documents() }
        disk("Documents.download") { documents.download(FileId("none")) }
        disk("Documents.keepOffline") { documents.keepOffline(DocumentId("none"), true) }
        disk("Documents.openFile") { documents.openFile(FileId("none")) }
        disk("Documents.removeDownload") { documents.removeDownload(FileId("none")) }
        disk("Documents.state") { documents.state() }
        disk("Documents.view") { documents.view(FileId("none")) }
        disk("Labs.markRead") { labs.markRead(LabReportId("none")) }
        disk("Labs.report") { labs.report(LabReportId("none")) }
        disk("Labs.reports") { labs.reports() }
        disk("Labs.result") { labs.result(LabResultId("none")) }
        disk("Labs.state") { labs.state() }
        disk("Labs.trend") { labs.trend(LabResultId("none")) }
        disk("Messages.archivedThreads") { inbox.archivedThreads() }
        disk("Messages.formerTexts") { inbox.formerTexts(message) }
        disk("Messages.message") { inbox.message(message) }
        disk("Messages.messages") { inbox.messages(thread) }
        disk("Messages.messagesAround") { inbox.messagesAround(message) }
        disk("Messages.newerMessages") { inbox.newerMessages(thread, PagePosition("0")) }
        disk("Messages.state") { inbox.state() }
        disk("Messages.thread") { inbox.thread(thread) }
        disk("Messages.threads") { inbox.threads() }
        disk("Messages.draft") { inbox.draft(thread) }
        disk("Messages.drafts") { inbox.drafts() }
        disk("Messages.saveDraft") { inbox.saveDraft(NewMessage("Hello", thread)) }
        disk("Messages.sendDraft") { inbox.sendDraft(DraftId("none")) }
        disk("Messages.discardDraft") { inbox.discardDraft(DraftId("none")) }
        disk("Messages.download") { inbox.download(FileId("none")) }
        disk("Messages.openFile") { inbox.openFile(FileId("none")) }
        disk("Messages.removeDownload") { inbox.removeDownload(FileId("none")) }
        disk("Messages.archive") { inbox.archive(thread) }
        disk("Messages.unarchive") { inbox.unarchive(thread) }
        disk("Messages.markRead") { inbox.markRead(thread) }
        disk("Messages.markUnread") { inbox.markUnread(thread) }
        disk("Messages.recipients") { inbox.recipients() }
        disk("Messages.edit") { inbox.edit(message, "Anew") }
        disk("Messages.outbox") { inbox.outbox() }
        disk("Messages.retry") { inbox.retry(message) }
        disk("Messages.send") { inbox.send(NewMessage("Hello", thread)) }
        disk("Messages.withdraw") { inbox.withdraw(message) }
        portal("TwoFactor.confirm") { account.twoFactor.confirm(EnrolmentId("none"), "123456") }
        portal("TwoFactor.disable") { account.twoFactor.disable() }
        portal("TwoFactor.enrol") { account.twoFactor.enrol() }
        portal("TwoFactor.newRecoveryCodes") { account.twoFactor.newRecoveryCodes() }
        portal("TwoFactor.status") { account.twoFactor.status() }
        nothing("SyncRun.cancel") { run.cancel() }
        // Last: they change the state that the others are tried in.
        disk("Account.forget") { account.forget() }
        disk("Account.signOut") { account.signOut() }
    }

    /** What has no place in the matrix: the client's own life, and what needs a file on the device; see their tests. */
    private val elsewhere = setOf(
        "Client.pause", "Client.resume", "Client.shutDown", "Client.close", "AccountLock.lock", "FileDownload.cancel", "FileReader.read", "FileReader.seek",
        "FileReader.close",
    )

    private suspend fun stage(world: TestWorld, keystore: Keystore = MemoryKeystore()): Stage {
        val client = world.openClient(keystore)
        val portal = client.onlyPortal()
        val account = world.signInAna(client)
        val run = account.startSync()
        run.join()
        val thread = account.ownMessages().threads().threads.first().id
        val message = account.ownMessages().messages(thread).messages.first().id
        return Stage(world, client, portal, account, run, thread, message, portal.signIn(SignInMethod.NATIVE))
    }

    @Test
    fun `no call is left out`() {
        val classes = listOf(
            Client::class, Portal::class, SignIn::class, Account::class, AccountLock::class, Messages::class, Labs::class, Documents::class,
            TwoFactor::class, SyncRun::class, FileDownload::class, FileReader::class,
        )
        val all = classes.flatMap { of ->
            of.java.declaredMethods.filter { Modifier.isPublic(it.modifiers) && !it.isSynthetic && !it.isBridge }
                .map { it.name.substringBefore('-') }
                .filter { !it.startsWith("get") && it !in setOf("equals", "hashCode", "toString") }
                .filter { "\$pericard" !in it && "\$default" !in it }
                .map { "${of.simpleName}.$it" }
        }
        assertEquals(emptySet<String>(), all.toSet() - calls.keys - elsewhere, "calls without a line")
        assertEquals(emptySet<String>(), (calls.keys + elsewhere) - all.toSet(), "lines without a call")
    }

    /** Makes every call; each must end in time, with an answer or with one of the package's exceptions. */
    private suspend fun outcomes(stage: Stage): Map<String, PericardException?> = calls.mapValues { (name, call) ->
        withTimeout(30.seconds) {
            try {
                call.make(stage)
                null
            } catch (error: PericardException) {
                assertTrue(error.message.orEmpty().isNotEmpty(), name)
                error
            }
        }
    }

    /** Whether a call reads a person's record. */
    private fun isOfRecord(name: String): Boolean = name.substringBefore('.') in setOf("Messages", "Labs", "Documents")

    private fun assertClosed(outcomes: Map<String, PericardException?>) {
        val others = outcomes.filter { (name, error) -> calls.getValue(name).needs != Needs.NOTHING && error !is PericardException.Closed }
        assertEquals(emptyMap<String, PericardException?>(), others)
    }

    @Test
    fun `paused, everything that needs disk or portal is Closed, and works again afterwards`() = test {
        val stage = stage(anasWorld())
        stage.client.pause()
        assertClosed(outcomes(stage))
        stage.client.resume()
        assertTrue(stage.inbox.threads().threads.isNotEmpty())
        stage.client.shutDown()
    }

    @Test
    fun `shut down, everything that needs disk or portal is Closed`() = test {
        val stage = stage(anasWorld())
        stage.client.shutDown()
        assertClosed(outcomes(stage))
    }

    @Test
    fun `signed out, the account's calls say so and the client goes on`() = test {
        val stage = stage(anasWorld())
        stage.account.signOut()
        val outcomes = outcomes(stage)
        val answered = outcomes.filter { (name, error) -> isOfRecord(name) && error == null }
        assertEquals(emptySet<String>(), answered.keys)
        assertEquals(null, outcomes.getValue("Client.accounts"))
        stage.client.shutDown()
    }

    @Test
    fun `revoked at the portal, the cache is sealed and every call that reads it says why`() = test {
        val stage = stage(anasWorld())
        stage.world.portal("""{"revoke":"ana"}""")
        runCatching { stage.account.startSync().join() }
        val outcomes = outcomes(stage)
        val wrong = outcomes.filter { (name, error) -> isOfRecord(name) && error !is PericardException.SignInRequired }
        assertEquals(emptyMap<String, PericardException?>(), wrong)
        stage.client.shutDown()
    }

    @Test
    fun `a keystore that throws is an error of every call that needs it, and none of the others`() = test {
        val keystore = object : MemoryKeystore() {
            @Volatile
            var broken = false

            override fun load(name: String): ByteArray? = if (broken) throw IllegalStateException("broken") else super.load(name)

            override fun store(name: String, value: ByteArray) = if (broken) error("broken") else super.store(name, value)

            override fun delete(name: String) = if (broken) error("broken") else super.delete(name)
        }
        val stage = stage(anasWorld(), keystore)
        keystore.broken = true
        val outcomes = outcomes(stage)
        assertEquals(null, outcomes.getValue("Messages.threads"))
        assertTrue(outcomes.values.none { it is PericardException.Internal }, "$outcomes")
        stage.client.shutDown()
    }

    @TestFactory
    fun `a cancelled caller is free at once, whatever the portal does`(): List<DynamicTest> =
        calls.filterValues { it.needs == Needs.PORTAL }.map { (name, call) ->
            DynamicTest.dynamicTest(name) {
                test {
                    val stage = stage(anasWorld())
                    stage.world.network(NetworkState.STALLED)
                    val calling = launch(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { runCatching { call.make(stage) } }
                    withTimeout(5.seconds) { calling.cancelAndJoin() }
                    withTimeout(10.seconds) { stage.client.shutDown() }
                }
            }
        }

    @Test
    fun `a panic ends its call and nothing else`() = test {
        val stage = stage(anasWorld())
        stage.world.explode("canary")
        runCatching { stage.client.portal(stage.client.portals.single()) }
        assertTrue(stage.inbox.threads().threads.isNotEmpty())
        stage.client.shutDown()
    }

    @Test
    fun `thirty-two tasks on one account`() = test {
        val stage = stage(anasWorld(threads = 4, messages = 40))
        List(32) { number ->
            async(Dispatchers.Default) {
                repeat(10) {
                    when (number % 4) {
                        0 -> stage.inbox.send(NewMessage("From $number", subject = "Together"))
                        1 -> stage.inbox.threads()
                        2 -> stage.inbox.search("the")
                        else -> runCatching { stage.account.startSync().join() }
                    }
                }
            }
        }.awaitAll()
        stage.account.startSync().join()
        assertEquals(0, stage.inbox.outbox().size)
        stage.client.shutDown()
    }

    @Test
    fun `ten thousand handles come and go, and the last frees the directory`() = test {
        val world = anasWorld()
        val keystore = MemoryKeystore()
        use10000(world, keystore)
        // A client is open as long as one of its objects is held: if it opens again, none of them is left.
        val again = withTimeout(60.seconds) {
            var client: Client? = null
            while (client == null) {
                System.gc()
                delay(50)
                client = try {
                    world.openClient(keystore)
                } catch (_: PericardException.InUse) {
                    null
                }
            }
            client
        }
        assertEquals(1, again.accounts().size)
        again.shutDown()
    }

    private suspend fun use10000(world: TestWorld, keystore: Keystore) {
        val client = world.openClient(keystore)
        val account = world.signInAna(client)
        repeat(10_000) { account.messages(account.people.first().id) }
    }
}
