package dev.pericard.bench

import dev.pericard.Account
import dev.pericard.Client
import dev.pericard.Messages
import dev.pericard.SignInMethod
import dev.pericard.join
import dev.pericard.testing.MemoryKeystore
import dev.pericard.toCore
import dev.pericard.world.TestWorld
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel

/** An account with 1,200 messages in 60 threads, synced. */
internal class Stage private constructor(
    /** Its directory goes with it. */
    private val world: TestWorld,
    private val client: Client,
    val account: Account,
) {
    val scope = CoroutineScope(Dispatchers.Default)

    val inbox: Messages = account.messages(account.people.single { it.isSelf }.id)

    suspend fun close() {
        scope.cancel()
        client.shutDown()
        client.close()
        world.close()
    }

    companion object {
        suspend fun set(): Stage {
            val world = TestWorld.start("""{"seed":11,"people":{"ana":{"threads":60,"messages":1200,"totp":false}}}""")
            val client = Client(world.open(MemoryKeystore().toCore()))
            val signIn = client.portal(client.portals.single()).signIn(SignInMethod.NATIVE)
            signIn.core.password(world.user("ana"), world.password("ana", true))
            val account = signIn.finish()
            account.startSync().join()
            return Stage(world, client, account)
        }
    }
}
