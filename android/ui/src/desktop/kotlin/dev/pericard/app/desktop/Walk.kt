package dev.pericard.app.desktop

import dev.pericard.app.ui.words.English
import kotlinx.coroutines.runBlocking
import java.nio.file.Path
import java.time.Instant
import javax.accessibility.AccessibleRole
import kotlin.concurrent.thread
import kotlin.system.exitProcess

/** A way through the app from the first run to an answer sent, then without the portal; each step leaves a picture in [pictures]. */
internal class Walk(
    private val pictures: Path,
    private val user: String,
    private val password: String,
    private val secret: String,
    /** The process of the portal, which is ended on the way. */
    private val portal: Long,
) {
    private val words = English
    private val finger = Finger(pictures)

    /** Walks on a thread of its own. [onEnd] closes the window; whatever fails ends the program. */
    fun start(onEnd: () -> Unit) {
        thread(isDaemon = true, name = "walk") {
            try {
                runBlocking { go() }
                onEnd()
            } catch (failed: Exception) {
                System.err.println(failed.stackTraceToString())
                exitProcess(1)
            }
        }
    }

    private suspend fun go() = with(finger) {
        signIn()
        read()
        search()
        write()
        you()
        offline()
    }

    private suspend fun Finger.signIn() {
        find("Linden Clinic")
        picture("first run")
        press("Linden Clinic")

        type(field(words.signInUser), user)
        type(field(words.signInPassword), "a guess")
        press(words.signInTitle)
        find("that it was wrong") { all -> all.find { "not right" in it.name } }
        picture("wrong password")
        type(field(words.signInPassword), password)
        press(words.signInTitle)

        find(words.codeTitle)
        picture("code")
        type(field(""), totp(secret, Instant.now()))
        press(words.codeSend)
    }

    private suspend fun Finger.read() {
        find(words.inboxSearch)
        find("a full screen of conversations") { all -> all.filter(::isConversation).takeIf { it.size > SCREENFUL }?.first() }
        picture("inbox")
        click(conversation())
        find("its messages") { all -> all.find { it.role == AccessibleRole.LABEL && "\n" in it.name } }
        picture("conversation")
        type(field(words.threadWrite), ANSWER)
        picture("answer written")
        press(words.threadSend)
        find("the answer, sent") { all -> all.zipWithNext().find { (text, state) -> text.name == ANSWER && state.name.startsWith("Sent") }?.first }
        picture("answer sent")
        press(words.commonBack)
    }

    private suspend fun Finger.search() {
        press(words.inboxSearch)
        type(field(words.inboxSearch), "appoint")
        find("what was found") { all -> all.find { it.role == AccessibleRole.PUSH_BUTTON && "ppoint" in it.name } }
        picture("search")
        press(words.commonBack)
    }

    private suspend fun Finger.write() {
        press(words.inboxNew)
        type(field(words.newAbout), "Next visit")
        type(field(words.newText), "Could it be an hour later")
        picture("new message")
        press(words.commonClose)
        find("the draft in the list") { all -> all.find { "Next visit" in it.name } }
        picture("draft kept")
    }

    private suspend fun Finger.you() {
        click(tab(words.tabYou))
        find(words.youSettings)
        picture("you")
        click(tab(words.tabMessages))
    }

    /** From here on nothing answers: what is here is read, and what is written waits. */
    private suspend fun Finger.offline() {
        ProcessHandle.of(portal).ifPresent { it.destroyForcibly() }
        click(conversation())
        type(field(words.threadWrite), LATER)
        press(words.threadSend)
        find(words.stateQueued)
        picture("waiting to send")
        press(words.commonBack)
        find(words.offlineTitle)
        picture("offline")
    }

    /** Its label inside says the same; the tab itself is what can be pressed. */
    private suspend fun Finger.tab(name: String) = find("the tab $name") { all -> all.find { it.name == name && it.role != AccessibleRole.LABEL } }

    /** The first one that is no draft: its row says who, about what, the beginning, and when. */
    private suspend fun Finger.conversation() =
        find("a conversation") { all -> all.find(::isConversation) }

    private fun isConversation(found: Found) =
        found.role == AccessibleRole.PUSH_BUTTON && words.inboxDraft !in found.name && found.name.count { it == '.' } > 2

    private companion object {
        const val SCREENFUL = 5
        const val ANSWER = "Thank you, I will be there"
        const val LATER = "I will bring the list"
    }
}
