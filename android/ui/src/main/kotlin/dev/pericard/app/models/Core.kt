package dev.pericard.app.models

import dev.pericard.Account
import dev.pericard.AccountId
import dev.pericard.Client
import dev.pericard.PericardException
import dev.pericard.PersonId
import dev.pericard.Portal
import dev.pericard.PortalCapabilities
import dev.pericard.PortalConfig
import dev.pericard.PortalPage
import dev.pericard.QrCode
import dev.pericard.SignIn
import dev.pericard.SignInMethod
import dev.pericard.SignInStep
import dev.pericard.app.ui.signin.QrPicture
import dev.pericard.resumeSignIn

/**
 * Where the app begins in the core. Accounts and messages are the package's own, real or of its fakes; what the package has
 * no fakes for is behind these interfaces.
 */
interface Core {
    /** Every account on this device, those that cannot be used among them. */
    suspend fun accounts(): List<Account>

    suspend fun account(id: AccountId): Account

    /** Asks a clinic what it can do. */
    suspend fun find(config: PortalConfig): FoundClinic

    /** The sign-in that was under way when the app ended, with what the browser has come back with since. */
    suspend fun resumed(redirect: String?): SignInAttempt?

    /** For [person], where it is not for whoever signed in. */
    suspend fun signInAgain(account: Account, method: SignInMethod, person: PersonId? = null): SignInAttempt

    /** A sign-in for another person of the account; nobody where the clinic's page asks for whom. */
    suspend fun addPerson(account: Account, method: SignInMethod, patient: String?): SignInAttempt

    suspend fun stepUp(account: Account, method: SignInMethod): SignInAttempt

    /** No window of the app is in front. */
    fun personLeft()

    /** One is again. */
    fun personReturned()

    /** The QR code of an authenticator's address. */
    fun qr(text: String): QrPicture
}

/** A clinic that answered. */
interface FoundClinic {
    val capabilities: PortalCapabilities

    /** The address of one of its own pages. */
    fun page(page: PortalPage): String?

    suspend fun signIn(method: SignInMethod): SignInAttempt
}

/** A sign-in under way: [SignIn], with what is not a member of it. */
interface SignInAttempt {
    @Throws(PericardException::class)
    fun step(): SignInStep

    suspend fun authorizationUrl(): String

    suspend fun redirected(to: String): SignInStep

    suspend fun password(user: String, password: CharSequence): SignInStep

    suspend fun code(code: String): SignInStep

    suspend fun recoveryCode(code: String): SignInStep

    suspend fun finish(): Account

    suspend fun cancel()
}

/** The core itself. */
class OpenCore(private val client: Client) : Core {
    override suspend fun accounts(): List<Account> = client.accounts()

    override suspend fun account(id: AccountId): Account = client.account(id)

    override suspend fun find(config: PortalConfig): FoundClinic = Found(client.portal(config))

    override suspend fun resumed(redirect: String?): SignInAttempt? = client.resumeSignIn(redirect)?.let(::Attempt)

    override suspend fun signInAgain(account: Account, method: SignInMethod, person: PersonId?): SignInAttempt =
        Attempt(account.signInAgain(method, person))

    override suspend fun addPerson(account: Account, method: SignInMethod, patient: String?): SignInAttempt =
        Attempt(account.addPerson(method, patient))

    override suspend fun stepUp(account: Account, method: SignInMethod): SignInAttempt = Attempt(account.stepUp(method))

    override fun personLeft() = client.personLeft()

    override fun personReturned() = client.personReturned()

    override fun qr(text: String): QrPicture = QrCode(text).let { code -> QrPicture(code.side, code.modules.map { it == DARK }) }

    private companion object {
        const val DARK: Byte = 1
    }
}

private class Found(private val portal: Portal) : FoundClinic {
    override val capabilities: PortalCapabilities get() = portal.capabilities

    override fun page(page: PortalPage): String? = portal.page(page)

    override suspend fun signIn(method: SignInMethod): SignInAttempt = Attempt(portal.signIn(method))
}

private class Attempt(private val signIn: SignIn) : SignInAttempt {
    override fun step(): SignInStep = signIn.step()

    override suspend fun authorizationUrl(): String = signIn.authorizationUrl()

    override suspend fun redirected(to: String): SignInStep = signIn.redirected(to)

    override suspend fun password(user: String, password: CharSequence): SignInStep = signIn.password(user, password)

    override suspend fun code(code: String): SignInStep = signIn.code(code)

    override suspend fun recoveryCode(code: String): SignInStep = signIn.recoveryCode(code)

    override suspend fun finish(): Account = signIn.finish()

    override suspend fun cancel() = signIn.cancel()
}
