package dev.pericard

import dev.pericard.world.TestWorld
import java.util.concurrent.ConcurrentLinkedQueue
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlin.time.Duration.Companion.minutes

/** A client in this world. */
suspend fun TestWorld.openClient(keystore: Keystore): Client = calling { Client(open(keystore.toCore())) }

/** How this world's clients are configured. */
fun TestWorld.clientConfig(): Config = config().fromCore()

/** A world that is collected takes its directory along; those of a test stay until it has ended. */
private val worlds = ConcurrentLinkedQueue<TestWorld>()

/** Starts a world for the test that runs. */
suspend fun startWorld(portal: String): TestWorld = TestWorld.start(portal).also(worlds::add)

/** A world with Ana in it, who signs in with a password alone. */
suspend fun anasWorld(threads: Int = 2, messages: Int = 6, faults: String = "[]"): TestWorld = startWorld(
    """{"people":{"ana":{"threads":$threads,"messages":$messages,"totp":false}},"faults":$faults}""",
)

/** The portal that this world's app is configured for. */
suspend fun Client.onlyPortal(): Portal = portal(portals.single())

/** Ana's account, signed in natively. */
suspend fun TestWorld.signInAna(client: Client): Account {
    val signIn = client.onlyPortal().signIn(SignInMethod.NATIVE)
    check(signIn.step() is SignInStep.AskPassword) { "asked for ${signIn.step()}" }
    val step = signIn.password(user("ana"), password("ana", true).decodeToString())
    check(step is SignInStep.Ready) { "asked for $step" }
    return signIn.finish()
}

/** Her own messages. */
fun Account.ownMessages(): Messages = messages(people.single { it.isSelf }.id)

/** A test that may suspend, and that hangs for no longer than two minutes. */
fun test(body: suspend kotlinx.coroutines.CoroutineScope.() -> Unit): Unit = try {
    runBlocking { withTimeout(2.minutes, body) }
} finally {
    worlds.clear()
}

/** The failure of [body] as an error of the core. */
suspend inline fun failure(crossinline body: suspend () -> Unit): Throwable = try {
    body()
    throw AssertionError("did not fail")
} catch (error: Exception) {
    error
}
