package dev.pericard.app.desktop

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.withContext
import java.awt.Point
import java.awt.Robot
import java.awt.Window
import java.awt.event.InputEvent
import java.awt.event.KeyEvent
import java.awt.image.BufferedImage
import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration
import java.time.Instant
import javax.accessibility.Accessible
import javax.accessibility.AccessibleContext
import javax.accessibility.AccessibleRole
import javax.accessibility.AccessibleState
import javax.imageio.ImageIO

/** Something did not come that should have. */
internal class Stuck(message: String) : Exception(message)

/** Mouse and keyboard of somebody who finds things by the names that assistive technology reads. */
internal class Finger(private val pictures: Path) {
    private val robot = Robot().apply { autoDelay = 20 }
    private var step = 0

    suspend fun field(name: String) = find("the field $name") { all -> all.find { it.role in FIELDS && it.name.startsWith(name) } }

    suspend fun press(name: String) = click(find(name, AccessibleRole.PUSH_BUTTON))

    suspend fun click(target: Found) {
        val at = onScreen { target.middle() }
        robot.mouseMove(at.x, at.y)
        robot.mousePress(InputEvent.BUTTON1_DOWN_MASK)
        robot.mouseRelease(InputEvent.BUTTON1_DOWN_MASK)
        delay(SETTLE)
    }

    suspend fun type(target: Found, text: String) {
        click(target)
        text.forEach(::key)
        delay(SETTLE)
    }

    private fun key(char: Char) {
        val code = KeyEvent.getExtendedKeyCodeForChar(char.code)
        if (char.isUpperCase()) robot.keyPress(KeyEvent.VK_SHIFT)
        robot.keyPress(code)
        robot.keyRelease(code)
        if (char.isUpperCase()) robot.keyRelease(KeyEvent.VK_SHIFT)
    }

    suspend fun find(name: String, role: AccessibleRole? = null): Found =
        find(name) { all -> all.find { it.name.startsWith(name) && (role == null || it.role == role) } }

    /** Waits for what [choose] takes from everything that is shown. */
    suspend fun find(what: String, choose: (List<Found>) -> Found?): Found {
        val end = Instant.now() + PATIENCE
        while (true) {
            val all = onScreen { everything() }
            choose(all.filter { it.isShown })?.let { return it }
            if (Instant.now() > end) {
                picture("stuck")
                throw Stuck("`$what` did not come; there are: ${all.map { "${it.role} ${it.name}" }.distinct()}")
            }
            delay(SETTLE)
        }
    }

    /** The window's thread owns all that is asked here. */
    private suspend fun <T> onScreen(ask: () -> T): T = withContext(Dispatchers.Main) { ask() }

    private fun everything(): List<Found> = Window.getWindows().filter { it.isShowing }.flatMap { (it as Accessible).accessibleContext.below() }

    /** As fine as the screen is. */
    suspend fun picture(name: String) {
        delay(SETTLE)
        val window = Window.getWindows().first { it.isShowing }
        val finest = robot.createMultiResolutionScreenCapture(window.bounds).resolutionVariants.last()
        val image = BufferedImage(finest.getWidth(null), finest.getHeight(null), BufferedImage.TYPE_INT_RGB)
        image.createGraphics().drawImage(finest, 0, 0, null)
        step += 1
        Files.createDirectories(pictures)
        val file = pictures.resolve("%02d-%s.png".format(step, name.replace(' ', '-')))
        ImageIO.write(image, "png", file.toFile())
        println(file.fileName)
    }

    private companion object {
        const val SETTLE = 250L
        val FIELDS = setOf(AccessibleRole.TEXT, AccessibleRole.PASSWORD_TEXT)
        val PATIENCE: Duration = Duration.ofSeconds(20)
    }
}

/** Something that assistive technology finds. */
internal class Found(private val context: AccessibleContext) {
    val name: String = context.accessibleName.orEmpty()
    val role: AccessibleRole? = context.accessibleRole
    val isShown: Boolean = context.accessibleStateSet?.contains(AccessibleState.SHOWING) ?: true

    fun middle(): Point {
        val component = checkNotNull(context.accessibleComponent)
        val at = component.locationOnScreen
        val size = component.size
        return Point(at.x + size.width / 2, at.y + size.height / 2)
    }
}

private fun AccessibleContext.below(): List<Found> =
    listOf(Found(this)) + (0 until accessibleChildrenCount).mapNotNull { getAccessibleChild(it)?.accessibleContext }.flatMap { it.below() }
