package dev.pericard.app.models

import dev.pericard.PericardException
import dev.pericard.PortalConfig
import dev.pericard.app.ui.app.Screen
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Duration

/** What a clinic offers may change while the app runs. */
class OffersTest {
    /** A clinic that says whether it takes messages, or nothing. */
    private class Desk(private val fake: FakeCore = FakeCore(signedIn = true)) : Core by fake {
        var takesMessages = false
        var failure: PericardException? = null
        var asked = 0

        override suspend fun find(config: PortalConfig): FoundClinic {
            asked += 1
            failure?.let { throw it }
            val found = fake.find(config)
            val features = found.capabilities.features.map { it.copy(sendable = takesMessages) }
            return object : FoundClinic by found {
                override val capabilities = found.capabilities.copy(features = features)
            }
        }
    }

    private fun at(desk: Desk, test: suspend Running.() -> Unit) = running(desk) {
        inbox("that it takes no messages") { !it.canWrite }
        assertEquals(1, desk.asked)
        test()
    }

    /** The app comes to the front and nothing is asked: what a sync leads to has begun when the next one has ended. */
    private suspend fun Running.isNotAsked(desk: Desk) {
        val before = desk.asked
        repeat(2) {
            app.toFront()
            app.accounts.all.single().settled()
        }
        assertEquals(before, desk.asked)
    }

    @Test
    fun `an answer is taken for a quarter of an hour`() {
        val desk = Desk()
        at(desk) {
            desk.takesMessages = true
            device.time += Duration.ofSeconds(899)
            isNotAsked(desk)
            device.time += Duration.ofSeconds(1)
            app.toFront()
            inbox("that it takes messages") { it.canWrite }
            assertEquals(2, desk.asked)
            // A clock that was set back does not keep what is old.
            desk.takesMessages = false
            device.time -= Duration.ofDays(1)
            app.toFront()
            inbox("that it takes none") { !it.canWrite }
        }
    }

    @Test
    fun `who pulls the list down wants to know it`() {
        val desk = Desk()
        at(desk) {
            desk.takesMessages = true
            isNotAsked(desk)
            does.inbox.refresh()
            inbox("that it takes messages") { it.canWrite }
            assertEquals(2, desk.asked)
        }
    }

    @Test
    fun `who opens the clinic's page wants to know it, and the inbox knows it too`() {
        val desk = Desk()
        at(desk) {
            desk.takesMessages = true
            does.you.openClinics()
            shows("the clinics") { it.top as? Screen.Clinics }
            does.clinics.open("fake-account")
            shows("that it takes messages") { all -> (all.top as? Screen.OneClinic)?.state?.offers?.takeIf { it.canWrite } }
            does.back()
            does.back()
            inbox("that it takes messages") { it.canWrite }
        }
    }

    @Test
    fun `what is known stays where the clinic does not answer, and it is asked again`() {
        val desk = Desk()
        at(desk) {
            desk.failure = PericardException.Offline()
            desk.takesMessages = true
            device.time += Duration.ofHours(1)
            app.toFront()
            does.you.openClinics()
            shows("the clinics") { it.top as? Screen.Clinics }
            does.clinics.open("fake-account")
            val page = shows("that it does not answer") { all -> (all.top as? Screen.OneClinic)?.state?.takeIf { it.problem != null } }
            assertEquals(false, page.offers?.canWrite)
            does.back()
            does.back()
            assertTrue(desk.asked > 1)
            desk.failure = null
            app.toFront()
            inbox("that it takes messages") { it.canWrite }
        }
    }
}
