package dev.pericard.app.real

import androidx.compose.ui.test.ExperimentalTestApi
import dev.pericard.PortalConfig
import dev.pericard.app.ui.Checks
import dev.pericard.app.ui.ScreensTest
import dev.pericard.app.ui.stage
import dev.pericard.app.ui.write
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.TestInfo
import java.io.File
import kotlin.time.Duration.Companion.minutes

/** Tests of the app over the real core and the reference portal; what they see is drawn. */
abstract class RealTest {
    private var name = ""

    @BeforeEach
    fun named(info: TestInfo) {
        name = "${javaClass.simpleName}.${info.testMethod.get().name}"
    }

    /** Plays on a phone, and draws what was seen after that: drawing takes longer than what is drawn would wait. */
    internal fun real(
        people: String = ANA,
        faults: String = "",
        manners: String = "",
        native: Boolean = true,
        change: (PortalConfig) -> PortalConfig = { it },
        play: suspend Phone.() -> Unit,
    ) {
        val seen = runBlocking {
            val phone = Phone.of(people, faults, manners, native, this, change)
            try {
                withTimeout(2.minutes) { phone.play() }
            } finally {
                phone.end()
            }
            phone.seen.toList()
        }
        seen.forEach(::draw)
        Gallery(folder).keep(name, seen)
    }

    @OptIn(ExperimentalTestApi::class)
    private fun draw(shot: Shot) = shot.views.forEach { view ->
        stage(shot.app, view) {
            test.captureToImage().write(File(folder, shot.picture(view)))
            assertEquals(emptyList<String>(), Checks(test, view).faults(), shot.picture(view))
        }
    }

    private companion object {
        val folder = File(ScreensTest.folder, "real")
    }
}

/** Ana, who signs in with a password alone. */
internal const val ANA = """{"ana":{"threads":8,"messages":40}}"""

/** Ana with a second factor. */
internal const val ANA_WITH_CODE = """{"ana":{"threads":8,"messages":40,"totp":true,"recovery_codes":8}}"""
