package dev.pericard.app.real

import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.inbox.RowMark
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.signin.Step
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import kotlin.time.Duration.Companion.hours

/** Ana and Mia, for whom she acts. */
class PeopleTest : RealTest() {
    private suspend fun Phone.owners(): List<Owner> {
        does.inbox.choosePerson()
        return app.shows("the people") { it.home?.people }.rows.map { it.owner }
    }

    private suspend fun Phone.adds(look: suspend () -> AppState = { app.shows("whom the clinic names") { it.takeIf(::names) } }) {
        does.inbox.choosePerson()
        app.shows("the people") { it.home?.people }
        does.people.addPerson()
        val found = (look().top as Screen.AddPerson).state.found
        does.addPerson.add(checkNotNull(found).single().patient)
        app.step<Step.Password>()
        password()
        settled()
    }

    private fun names(all: AppState) = (all.top as? Screen.AddPerson)?.state?.found != null

    @Test
    fun somebodyIsAddedLookedAtAndWrittenFor() = real(FAMILY) {
        signIn()
        adds { sees("38-people", "adding", View.Dark, View.Large, View.Arabic, look = ::names) }
        val child = sees("39-inbox-child", "child", View.Dark, View.Large, View.Arabic) { all ->
            all.home?.inbox?.run { owner.actsFor != null && body.isHers() } == true
        }.home?.inbox?.owner
        does.inbox.openThread(app.content().rows.first().id)
        sees("39-inbox-child", "thread") { all -> all.thread?.messages?.isNotEmpty() == true }
        does.thread.write("For Mia")
        does.thread.send()
        does.back()
        sync()
        app.inbox("that it was sent") { (it.body as? InboxBody.Content)?.rows?.firstOrNull()?.mark == RowMark.Sent }
        val people = owners()
        sees("38-people", "family", View.Dark, View.Large, View.Arabic) { all -> all.home?.people?.rows?.size == 2 }
        assertEquals(listOf(true, false), people.map { it.person.isSelf })
        does.people.choose(people.first())
        val own = app.inbox("one's own") { it.owner.person.isSelf && it.body.isWhole() }
        assertTrue((own.body as InboxBody.Content).rows.none { it.preview == "For Mia" })
        restart()
        does.people.choose(app.inbox("one's own") { it.body.isWhole() }.let { owners().last() })
        assertEquals(child?.person?.id, app.inbox("hers, offline as well") { it.owner.actsFor != null && it.body.isHers() }.owner.person.id)
    }

    @Test
    fun anAccessThatEndsIsSaidOnceAndLeavesOnesOwn() = real(FAMILY) {
        signIn()
        adds()
        app.inbox("hers") { it.owner.actsFor != null && it.body.isHers() }
        tells("""{"withdraw_proxy":{"of":"ana","for":"mia","how":"ended"}}""")
        world.advance(25.hours.inWholeSeconds.toULong())
        checkNotNull(app.app.inbox).of.sync()
        sees("39-inbox-child", "ended", View.Dark, View.Large, View.Arabic) { all ->
            all.home?.inbox?.run { owner.person.isSelf && banner is InboxBanner.AccessEnded && body.isWhole() } == true
        }
        does.inbox.knowsOfEnd()
        app.inbox("nothing any more") { it.banner == null }
        assertEquals(1, owners().size)
    }

    private fun InboxBody.isHers() = (this as? InboxBody.Content)?.rows?.size == 2

    private companion object {
        const val FAMILY = """{"ana":{"threads":8,"messages":40,"proxy_for":["mia"]},"mia":{"threads":2,"messages":5}}"""
    }
}
