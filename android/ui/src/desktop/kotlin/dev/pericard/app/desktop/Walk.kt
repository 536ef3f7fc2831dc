package dev.pericard.app.desktop

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import java.awt.Point
import java.awt.Robot
import java.awt.Window
import java.awt.event.InputEvent
import java.awt.event.KeyEvent
import java.nio.file.Files
import java.time.Duration
import java.time.Instant
import javax.accessibility.Accessible
import javax.accessibility.AccessibleContext
import javax.accessibility.AccessibleRole
import javax.accessibility.AccessibleState
import javax.imageio.ImageIO
import kotlin.concurrent.thread
import kotlin.system.exitProcess

/**
 * Goes through the app as a person does who hears it: it finds things by the names that assistive technology reads, and
 * uses mouse and keyboard. [onEnd] closes the window.
 */
internal fun walk(walk: Walk, onEnd: () -> Unit) {
    thread(isDaemon = true, name = "walk") {
        try {
            runBlocking { Walker(walk).go() }
            onEnd()
        } catch (failed: Stuck) {
            System.err.println(failed.message)
            exitProcess(1)
        }
    }
}

/** Something did not come that should have. */
private class Stuck(message: String) : Exception(message)

private class Walker(private val walk: Walk) {
    private val robot = Robot().apply { autoDelay = 20 }
    private var step = 0

    suspend fun go() {
        find("Linden Clinic")
        picture("first run")
        press("Linden Clinic")

        type(field("User name"), walk.user)
        type(field("Password"), walk.password)
        picture("password")
        press("Sign in")

        find("Type your code")
        val code = field("")
        picture("code")
        type(code, totp(walk.secret, Instant.now()))
        press("Send the code")

        val thread = find("a conversation") { all -> all.find { it.role == AccessibleRole.PUSH_BUTTON && it.name.count { c -> c == '.' } > 2 } }
        picture("inbox")
        click(thread)

        val answer = field("")
        find("its messages") { all -> all.find { it.role == AccessibleRole.LABEL && "\n" in it.name } }
        picture("conversation")
        type(answer, ANSWER)
        picture("answer written")
        press("Send message")
        find("the answer, sent") { all -> all.zipWithNext().find { (text, state) -> text.name == ANSWER && state.name.startsWith("Sent") }?.first }
        picture("answer sent")
    }

    private suspend fun field(name: String) = find("the field $name") { all -> all.find { it.role in FIELDS && it.name.startsWith(name) } }

    private suspend fun press(name: String) = click(find(name, AccessibleRole.PUSH_BUTTON))

    private suspend fun click(target: Found) {
        val at = onScreen { target.middle() }
        robot.mouseMove(at.x, at.y)
        robot.mousePress(InputEvent.BUTTON1_DOWN_MASK)
        robot.mouseRelease(InputEvent.BUTTON1_DOWN_MASK)
        delay(SETTLE)
    }

    private suspend fun type(target: Found, text: String) {
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

    private suspend fun find(name: String, role: AccessibleRole? = null): Found =
        find(name) { all -> all.find { it.name.startsWith(name) && (role == null || it.role == role) } }

    /** Waits for what [choose] takes from everything that is shown. */
    private suspend fun find(what: String, choose: (List<Found>) -> Found?): Found {
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

    private fun picture(name: String) {
        Files.createDirectories(walk.pictures)
        val window = Window.getWindows().first { it.isShowing }
        step += 1
        val file = walk.pictures.resolve("%02d %s.png".format(step, name))
        ImageIO.write(robot.createScreenCapture(window.bounds), "png", file.toFile())
        println(file.fileName)
    }

    private companion object {
        const val ANSWER = "Thank you, I will be there"
        const val SETTLE = 250L
        val FIELDS = setOf(AccessibleRole.TEXT, AccessibleRole.PASSWORD_TEXT)
        val PATIENCE: Duration = Duration.ofSeconds(20)
    }
}

/** Something that assistive technology finds. */
private class Found(private val context: AccessibleContext) {
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
