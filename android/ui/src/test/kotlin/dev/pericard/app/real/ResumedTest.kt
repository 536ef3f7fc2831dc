package dev.pericard.app.real

import dev.pericard.app.models.LINDEN
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.signin.Step
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** A sign-in whose app dies goes on where it was, on what is left on the disk. */
class ResumedTest : RealTest() {
    @Test
    fun atThePassword() = real {
        begin()
        restart()
        seesStep("04-sign-in", "resumed") { it is Step.Password }
        password()
        settled()
    }

    @Test
    fun atTheCode() = real(ANA_WITH_CODE) {
        begin()
        password()
        app.step<Step.Code>()
        restart()
        val code = seesStep("06-code", "resumed") { it is Step.Code } as Step.Code
        assertEquals(true, code.recovery)
        assertEquals(LINDEN, app.app.state.value.signIn?.clinic)
        code()
        settled()
    }

    @Test
    fun atTheNewSecondStep() = real(ENROLS) {
        begin()
        password()
        val before = app.step<Step.Enrol>()
        restart()
        val after = seesStep("09-enrol", "resumed") { it is Step.Enrol } as Step.Enrol
        assertEquals(before.key, after.key)
        world.enrol(who, "otpauth://totp/app?secret=${after.key}")
        code()
        app.step<Step.RecoveryCodes>()
    }

    @Test
    fun atTheRecoveryCodes() = real(ENROLS) {
        begin()
        password()
        world.enrol(who, "otpauth://totp/app?secret=${app.step<Step.Enrol>().key}")
        code()
        val before = app.step<Step.RecoveryCodes>()
        restart()
        val after = seesStep("10-recovery-codes", "resumed") { it is Step.RecoveryCodes } as Step.RecoveryCodes
        assertEquals(before.codes, after.codes)
        does.signIn.keptCodes(true)
        does.signIn.finish()
        settled()
    }

    @Test
    fun inTheBrowser() = real(ANA_WITH_CODE, native = false) {
        var address = ""
        device.browser = { opened -> null.also { address = opened } }
        app.shows("the first run") { it.top as? Screen.Welcome }
        does.welcome.choose(LINDEN.id)
        app.step<Step.Browser>()
        // The person signs in there while the app is gone; the system hands the new one the address that it comes back with.
        restart { device.cameBack = world.browser(address, who, true, "now") }
        settled()
    }

    private companion object {
        const val ENROLS = """{"ana":{"threads":8,"messages":40,"must_enrol":true}}"""
    }
}
