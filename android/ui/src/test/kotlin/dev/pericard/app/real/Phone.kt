package dev.pericard.app.real

import dev.pericard.Client
import dev.pericard.ClientId
import dev.pericard.Config
import dev.pericard.KeystoreException
import dev.pericard.PortalConfig
import dev.pericard.app.models.AppModel
import dev.pericard.app.models.Configuration
import dev.pericard.app.models.ConfiguredPlace
import dev.pericard.app.models.LINDEN
import dev.pericard.app.models.ModelEvents
import dev.pericard.app.models.OpenCore
import dev.pericard.app.models.Running
import dev.pericard.app.models.TestDevice
import dev.pericard.app.models.settled
import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.samples.SAMPLE_NOW
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.words.Language
import dev.pericard.app.ui.you.SettingsState
import dev.pericard.calling
import dev.pericard.fromCore
import dev.pericard.testing.MemoryKeystore
import dev.pericard.toCore
import dev.pericard.world.TestWorld
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration.Companion.seconds

/**
 * A phone with the app on it, over the real core, with a portal of the reference portal's process; [who] holds it.
 *
 * Everybody at the portal, its clock and its randomness are the same in each run, so that the pictures are too.
 */
internal class Phone private constructor(val world: TestWorld, private val above: CoroutineScope, private val native: Boolean) {
    var who = "ana"
    val device = TestDevice(SAMPLE_NOW)
    val keys = KeysInMemory()

    /** What was seen and is to be drawn. */
    val seen = mutableListOf<Shot>()

    private lateinit var client: Client
    private lateinit var scope: CoroutineScope
    lateinit var app: Running
        private set

    val does: ModelEvents get() = app.does

    /** Where the app keeps its files. */
    var directory: String = world.config().directory

    /** The portal as the app's maker has configured it; [native] is whether the app may ask for the password itself. */
    private val portal: PortalConfig
        get() = world.config().portals.single().fromCore().let { if (native) it else it.copy(nativeSignIn = false) }

    /** A sync that runs behind what is shown has ended. */
    suspend fun settledBehind() = app.app.accounts.all.forEach { it.settled() }

    /** Lets time pass. An answer that is under way would tell the time from before. */
    suspend fun passes(seconds: ULong) {
        settledBehind()
        world.advance(seconds)
    }

    /** Moves the time on until no sync waits any more for an answer that never comes. */
    suspend fun givesUp() {
        while (app.app.accounts.all.any { it.state.value.sync != null }) {
            world.advance(60u)
            withTimeoutOrNull(1.seconds) { settledBehind() }
        }
    }

    private suspend fun open(places: List<String> = emptyList(), change: (PortalConfig) -> PortalConfig) {
        val portal = change(portal)
        client = calling { Client(world.openAs(Config(directory, "PericardApp/1.0", listOf(portal)).toCore(), keys.toCore())) }
        scope = CoroutineScope(above.coroutineContext + SupervisorJob())
        val configuration = Configuration(
            places = listOf(ConfiguredPlace(LINDEN, portal)),
            version = "1.0",
            others = portal.copy(client = ClientId.Dynamic, nativeSignIn = false),
        )
        val model = AppModel(scope, OpenCore(client), device, configuration) { Language.English }
        app = Running(model, device)
        scope.launch { model.begin(places) }
    }

    /** The app dies, and is opened again on what it left; the person comes back to [places]. */
    suspend fun restart(places: List<String> = emptyList(), meanwhile: suspend () -> Unit = {}) {
        put()
        meanwhile()
        open(places) { it }
    }

    private suspend fun put() {
        scope.cancel()
        client.shutDown()
    }

    /** Waits until the app shows what is looked for, and keeps it for its picture. */
    suspend fun sees(screen: String, state: String, vararg also: View, look: (AppState) -> Boolean): AppState {
        val shown = app.shows("$screen.$state") { it.takeIf(look) }
        seen += Shot(screen, state, listOf(View.Light) + also, shown)
        return shown
    }

    suspend fun seesStep(screen: String, state: String, vararg also: View, look: (Step) -> Boolean): Step {
        val shown = sees(screen, state, *also) { all -> all.signIn?.let { !it.busy && look(it.step) } == true }
        return checkNotNull(shown.signIn).step
    }

    suspend fun seesBody(screen: String, state: String, vararg also: View, look: (InboxBody) -> Boolean): InboxBody {
        val shown = sees(screen, state, *also) { all -> all.home?.inbox?.body?.let(look) == true }
        return checkNotNull(shown.home).inbox.body
    }

    /** The settings; what the clinic knows of the second step comes last. */
    suspend fun seesSettings(state: String, vararg also: View, look: (SettingsState) -> Boolean = { true }) {
        sees("57-settings", state, *also) { all -> all.lock == null && all.settings?.let { it.secondStep != null && look(it) } == true }
    }

    /** Waits until the tab says that there is a notice: it is read after what it tells of. */
    suspend fun badged() {
        app.shows("a new notice") { it.home?.takeIf { home -> home.you.newNotices > 0 } }
    }

    /** From the first run to the first question. */
    suspend fun begin() {
        app.shows("the first run") { it.top as? Screen.Welcome }
        does.welcome.choose(LINDEN.id)
        app.signIn("the first question") { true }
    }

    fun password(right: Boolean = true) = does.signIn.password(world.user(who), world.password(who, right).decodeToString())

    suspend fun code(kind: String = "now") = does.signIn.code(world.code(who, kind))

    /** From the first run to an inbox with everything in it. */
    suspend fun signIn() {
        begin()
        password()
        settled()
    }

    /** Waits for the inbox and the end of the sync. */
    suspend fun settled() {
        app.shows("the inbox") { it.home }
        settledBehind()
        app.inbox("what was fetched") { it.body !is InboxBody.FirstSync }
    }

    /** Fetches what is new, as by pulling the list down. */
    suspend fun sync() {
        does.inbox.refresh()
        checkNotNull(app.app.inbox).of.settled()
    }

    suspend fun tells(command: String) {
        world.portal(command)
    }

    suspend fun end() = put()

    companion object {
        /** With it Ana is called as in the mock-ups, and all is written in one language. */
        private const val SEED = 36

        suspend fun of(people: String, faults: String, manners: String, native: Boolean, above: CoroutineScope, change: (PortalConfig) -> PortalConfig): Phone {
            val spec = """{"people":$people,"faults":[$faults],"seed":$SEED,"repeats_from":"$SAMPLE_NOW"$manners}"""
            return Phone(TestWorld.start(spec), above, native).also { it.open(change = change) }
        }
    }
}

internal val AppState.home: Screen.Home? get() = top as? Screen.Home
internal val AppState.signIn get() = (top as? Screen.SignIn)?.state
internal val AppState.thread get() = (top as? Screen.Thread)?.state
internal val AppState.settings get() = (top as? Screen.Settings)?.state
internal val AppState.compose get() = (top as? Screen.Compose)?.state

/** A keystore that can lose the keys of what accounts hold, and keep them to itself. */
internal class KeysInMemory : MemoryKeystore() {
    /** As before the first unlock of a phone. */
    @Volatile
    var isLocked = false

    override fun load(name: String): ByteArray? {
        if (isLocked && CONTENT in name) throw KeystoreException.Unavailable()
        return super.load(name)
    }

    fun loseContentKeys() = names.filter { CONTENT in it }.forEach(::delete)

    private companion object {
        /** In the names of the keys of what an account holds. */
        const val CONTENT = ".content."
    }
}
