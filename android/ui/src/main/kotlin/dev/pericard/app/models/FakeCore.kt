package dev.pericard.app.models

import dev.pericard.Account
import dev.pericard.AccountId
import dev.pericard.Feature
import dev.pericard.FeatureCapability
import dev.pericard.PericardException
import dev.pericard.PersonId
import dev.pericard.PortalCapabilities
import dev.pericard.PortalConfig
import dev.pericard.PortalPage
import dev.pericard.SignIn
import dev.pericard.SignInMethod
import dev.pericard.SignInStep
import dev.pericard.app.ui.signin.QrPicture
import dev.pericard.testing.FakeAccount

/**
 * People and messages in memory, without a portal and without the native library: for previews, tests and a look at the app.
 * Any name with the password "password" and the code 123456 signs in.
 */
class FakeCore(val fake: FakeAccount = FakeAccount(), private var signedIn: Boolean = false) : Core {
    /** What signing in fails with next; nothing while all is well. */
    var failure: PericardException? = null

    override suspend fun accounts(): List<Account> = if (signedIn) listOf(fake.account) else emptyList()

    override suspend fun account(id: AccountId): Account = fake.account.takeIf { signedIn && it.id == id } ?: throw PericardException.NotFound()

    override suspend fun find(config: PortalConfig): FoundClinic {
        failure?.let { throw it }
        return FakeClinic()
    }

    override suspend fun resumed(redirect: String?): SignInAttempt? = null

    override suspend fun signInAgain(account: Account, method: SignInMethod, person: PersonId?): SignInAttempt = FakeAttempt(method)

    override suspend fun addPerson(account: Account, method: SignInMethod, patient: String?): SignInAttempt =
        FakeAttempt(method, account.addPerson(method, patient))

    override suspend fun stepUp(account: Account, method: SignInMethod): SignInAttempt = FakeAttempt(method)

    override fun personLeft() {}

    override fun personReturned() {}

    override fun qr(text: String): QrPicture = QrPicture(1, listOf(true))

    private inner class FakeClinic : FoundClinic {
        override val capabilities = PortalCapabilities(
            issuer = "https://portal.example",
            browserSignIn = true,
            nativeSignIn = true,
            pushedRequests = true,
            boundTokens = true,
            signedIdentity = true,
            registration = false,
            twoFactor = true,
            pages = listOf(PortalPage.PASSWORD_RESET, PortalPage.ACCOUNT, PortalPage.SESSIONS),
            features = listOf(
                FeatureCapability(Feature.MESSAGES, readable = true, sendable = true, sendsExactlyOnce = true),
                FeatureCapability(Feature.LABS, readable = true, sendable = false, sendsExactlyOnce = false),
                FeatureCapability(Feature.DOCUMENTS, readable = true, sendable = false, sendsExactlyOnce = false),
            ),
            revocation = true,
            fhirVersion = "4.0.1",
            software = null,
        )

        override fun page(page: PortalPage): String? = "https://portal.example/${page.name.lowercase()}"

        override suspend fun signIn(method: SignInMethod): SignInAttempt = FakeAttempt(method)
    }

    /** [adding] is somebody who is here once it is finished. */
    private inner class FakeAttempt(method: SignInMethod, private val adding: SignIn? = null) : SignInAttempt {
        private var asked: SignInStep =
            if (method == SignInMethod.NATIVE) SignInStep.AskPassword(attemptsLeft = null) else SignInStep.OpenBrowser
        private var left = TRIES

        override fun step(): SignInStep = asked

        override suspend fun authorizationUrl(): String = throw PericardException.Offline()

        override suspend fun redirected(to: String): SignInStep = throw PericardException.Offline()

        override suspend fun password(user: String, password: CharSequence): SignInStep {
            if (!password.contentEquals("password")) throw PericardException.WrongPassword(--left)
            return next(SignInStep.AskCode(attemptsLeft = null, recoveryCode = true))
        }

        override suspend fun code(code: String): SignInStep {
            if (code != "123456") throw PericardException.WrongCode(--left)
            return next(SignInStep.Ready(recoveryCodesLeft = null))
        }

        override suspend fun recoveryCode(code: String): SignInStep = next(SignInStep.Ready(recoveryCodesLeft = 7))

        private fun next(step: SignInStep): SignInStep {
            failure?.let { throw it }
            left = TRIES
            asked = step
            return step
        }

        override suspend fun finish(): Account {
            signedIn = true
            adding?.finish()
            return fake.account
        }

        override suspend fun cancel() = Unit
    }

    private companion object {
        const val TRIES = 5
    }
}
