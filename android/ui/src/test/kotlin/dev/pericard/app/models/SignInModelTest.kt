package dev.pericard.app.models

import dev.pericard.PericardException
import dev.pericard.PortalProblem
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.signin.AddressProblem
import dev.pericard.app.ui.signin.AddressState
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.signin.Wrong
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class SignInModelTest {
    private suspend fun Running.welcome(what: String, look: (AddressState) -> Boolean): AddressState =
        shows(what) { state -> (state.top as? Screen.Welcome)?.state?.address?.takeIf(look) }

    @Test
    fun `from the first run to the inbox, over wrong answers`() = running(FakeCore()) {
        welcome("the first run") { true }
        does.welcome.choose("linden")
        val first = step<Step.Password>()
        assertEquals(true, first.canReset)

        does.signIn.password("ana", "wrong")
        val wrong = step<Step.Password> { it.wrong != null }
        assertEquals(Wrong(4), wrong.wrong)
        assertTrue(wrong.attempt > first.attempt, "the field is not emptied")
        assertEquals("ana", signIn("the name") { true }.userName)

        does.signIn.password("ana", "password")
        assertEquals(true, step<Step.Code>().recovery)
        does.signIn.code("000000")
        assertEquals(Wrong(4), step<Step.Code> { it.wrong != null }.wrong)
        does.signIn.useRecoveryCode()
        step<Step.RecoveryCode>()
        does.signIn.useAppCode()
        step<Step.Code>()
        does.signIn.code("123456")
        assertEquals("Ana Novak", inbox("the inbox") { true }.owner.name)
        content()
    }

    @Test
    fun `an answer that fails says so and can be given again`() {
        val core = FakeCore()
        running(core) {
            welcome("the first run") { true }
            does.welcome.choose("linden")
            step<Step.Password>()
            core.failure = PericardException.Offline()
            does.signIn.password("ana", "password")
            assertEquals(Problem.Offline, signIn("the problem") { it.problem != null }.problem)
            core.failure = null
            does.signIn.password("ana", "password")
            step<Step.Code>()
        }
    }

    @Test
    fun `back ends a sign-in`() = running(FakeCore()) {
        welcome("the first run") { true }
        does.welcome.choose("linden")
        step<Step.Password>()
        does.back()
        welcome("the first run again") { true }
    }

    @Test
    fun `what is typed is looked for, and what is wrong with it is told under it`() {
        val core = FakeCore()
        running(core) {
            does.welcome.openAddress()
            welcome("the field") { true }
            does.welcome.openAddress()
            does.welcome.typeAddress("portal.example")
            core.failure = PericardException.Portal(PortalProblem.NOT_A_PORTAL, null)
            does.welcome.submitAddress()
            assertEquals(AddressProblem.NotAPortal, welcome("the problem") { it.problem != null }.problem)
            does.welcome.typeAddress("portal.example/fhir")
            assertEquals(null, welcome("the field") { it.text == "portal.example/fhir" }.problem)
            core.failure = null
            does.welcome.submitAddress()
            signIn("a sign-in at a place that was typed") { it.clinic.host == "portal.example" }
        }
    }

    @Test
    fun `without a camera the address remains`() {
        val device = TestDevice().apply { scanned = Scanned.NotAllowed }
        running(FakeCore(), device = device) {
            welcome("the first run") { true }
            does.welcome.scan()
            val address = welcome("the field") { it.problem != null }
            assertEquals(AddressState(open = true, problem = AddressProblem.NoCamera), address)
        }
    }
}
