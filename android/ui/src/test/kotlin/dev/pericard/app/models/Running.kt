package dev.pericard.app.models

import dev.pericard.ClientId
import dev.pericard.PortalConfig
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.inbox.InboxState
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.signin.SignInState
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.words.Language
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import java.lang.reflect.Modifier
import kotlin.time.Duration.Companion.seconds

/** The app over a core, without its screens: what it shows is [app]'s state, what a person does goes to [does]. */
class Running(val app: AppModel, val device: TestDevice) {
    val does = ModelEvents(app)

    /** Waits until the app shows what is looked for. */
    suspend fun <T : Any> shows(what: String, look: (AppState) -> T?): T = try {
        withTimeout(20.seconds) { app.state.first { look(it) != null } }.let { checkNotNull(look(it)) }
    } catch (_: TimeoutCancellationException) {
        val last = app.state.value
        throw AssertionError("never showed $what; the last was ${told(last.top)} under ${told(last.lock)}")
    }

    suspend fun signIn(what: String, look: (SignInState) -> Boolean): SignInState =
        shows(what) { state -> (state.top as? Screen.SignIn)?.state?.takeIf { !it.busy && look(it) } }

    suspend inline fun <reified S : Step> step(crossinline look: (S) -> Boolean = { true }): S =
        signIn(S::class.simpleName.orEmpty()) { (it.step as? S)?.let(look) == true }.step as S

    suspend fun inbox(what: String, look: (InboxState) -> Boolean): InboxState =
        shows(what) { state -> (state.top as? Screen.Home)?.inbox?.takeIf(look) }

    suspend fun content(): InboxBody.Content = inbox("the inbox") { (it.body as? InboxBody.Content)?.rows?.isNotEmpty() == true }.body as InboxBody.Content
}

/** Runs the app on one thread, as on a phone. */
fun running(core: Core, configuration: Configuration = oneClinic(), device: TestDevice = TestDevice(), test: suspend Running.() -> Unit) = runBlocking {
    val scope = CoroutineScope(coroutineContext + SupervisorJob())
    try {
        val app = AppModel(scope, core, device, configuration) { Language.English }
        app.start()
        Running(app, device).test()
    } finally {
        scope.cancel()
    }
}

val LINDEN = Clinic("linden", "Linden Clinic", "portal.linden.example", phone = "555 0134")

/** One configured place, which may ask for its password in the app. */
fun oneClinic(portal: PortalConfig = FAKE_PORTAL) = Configuration(
    places = listOf(ConfiguredPlace(LINDEN, portal)),
    version = "1.0",
    others = portal.copy(client = ClientId.Dynamic, nativeSignIn = false),
)

private val FAKE_PORTAL = PortalConfig(
    base = "https://portal.example/fhir",
    client = ClientId.Registered("fake"),
    redirect = "com.example.fake:/callback",
    nativeSignIn = true,
)

/** A fresh sign-in that the clinic asked for. */
internal suspend fun Running.signInOnceMore() {
    step<Step.Password>()
    does.signIn.password("ana", "password")
    step<Step.Code>()
    does.signIn.code("123456")
}

/** All that a state holds, for whoever reads why a test failed: the states themselves do not say it. */
private fun told(value: Any?): String = when (value) {
    is List<*> -> value.joinToString(prefix = "[", postfix = "]", transform = ::told)
    is Unprinted -> value.javaClass.declaredFields.filter { !Modifier.isStatic(it.modifiers) }
        .joinToString(prefix = "$value(", postfix = ")") { field -> "${field.name}=${field.apply { isAccessible = true }.get(value).let(::told)}" }
    else -> "$value"
}
