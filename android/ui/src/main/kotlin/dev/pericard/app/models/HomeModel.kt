package dev.pericard.app.models

import dev.pericard.SessionState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.inbox.InboxState
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.notices.NoticeRow
import dev.pericard.app.ui.records.RecordsBody
import dev.pericard.app.ui.records.RecordsState
import dev.pericard.app.ui.you.PeopleState
import dev.pericard.app.ui.you.PersonRow
import dev.pericard.app.ui.you.YouState
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.dropWhile
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.merge
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** The tabs, for the person whose messages are looked at. Another person's inbox is another model: nothing is carried over. */
internal class HomeModel(
    private val scope: CoroutineScope,
    private val accounts: Accounts,
    private val device: Device,
    private val configuration: Configuration,
) {
    private data class Around(val tab: Tab = Tab.Messages, val notices: List<NoticeRow> = emptyList(), val people: PeopleState? = null) : Unprinted()

    private val around = MutableStateFlow(Around())
    private var drawing: Job? = null
    private var looking: Job? = null
    private var shown: MutableStateFlow<Screen.Home>? = null

    var inbox: InboxModel? = null
        private set

    /** Of the same person as the inbox. */
    private var records: RecordsModel? = null

    val owner: Owner? get() = inbox?.owner
    val inboxIsSearching: Boolean get() = inbox?.state?.value?.body is InboxBody.Searching && around.value.tab == Tab.Messages

    /** The page of this home; [open] comes first. */
    val page: Page.Home get() = Page.Home(checkNotNull(shown))

    /** Shows whoever was looked at last, or else the first. */
    fun open() {
        val kept = device.settings[CHOSEN]
        val owners = accounts.owners
        show(
            owners.find { it.person.id == owner?.person?.id }
                ?: owners.find { name(it) == kept }
                // Whoever is gone leaves the others of the account in sight.
                ?: inbox?.of?.owners?.firstOrNull()
                ?: owners.first(),
        )
    }

    fun choose(owner: Owner) {
        device.settings[CHOSEN] = name(owner)
        show(owner)
    }

    /** Opaque ids only. */
    private fun name(owner: Owner) = "${accounts.of(owner)?.account?.id?.value}/${owner.person.id}"

    internal fun isShown(owner: Owner): Boolean = inbox?.owner?.person?.id == owner.person.id && inbox?.of == accounts.of(owner)

    private fun show(owner: Owner) {
        val of = accounts.of(owner) ?: return
        if (isShown(owner)) return
        inbox?.close()
        records?.close()
        drawing?.cancel()
        val model = InboxModel(scope, owner, of, device).also { inbox = it }
        val kinds = RecordsModel(scope, owner, of).also { records = it }
        val flow = shown ?: MutableStateFlow(home(model.state.value)).also { shown = it }
        flow.value = home(model.state.value)
        drawing = scope.launch {
            launch { of.state.map { it.rules }.distinctUntilChanged().dropWhile { it == ALL_WELL }.collect { readNotices() } }
            combine(model.state, kinds.state, around) { state, _, _ -> home(state) }.collect { flow.value = it }
        }
        of.sync()
    }

    private fun home(state: InboxState): Screen.Home {
        val around = around.value
        val owner = state.owner
        val you = YouState(
            owner,
            actingFor = inbox?.of?.state?.value?.people.orEmpty().filter { !it.isSelf }.map { it.name },
            newNotices = around.notices.count { it.isNew },
            needSignIn = accounts.needSignIn,
            version = configuration.version,
            hasLock = false,
        )
        val records = records?.state?.value ?: RecordsState(owner, RecordsBody.NotYet)
        return Screen.Home(around.tab, state, you, inbox?.unread ?: 0, around.people, records)
    }

    val places: List<Place>
        get() {
            val tab = when (around.value.tab) {
                Tab.Messages -> null
                Tab.Records -> Place.Plain.Records
                Tab.You -> Place.Plain.You
            }
            return listOfNotNull(inbox?.place, tab)
        }

    fun select(tab: Tab) = around.update { it.copy(tab = tab) }

    fun openPeople() {
        val chosen = owner ?: return
        val counts = mutableMapOf<String, Int>()
        around.update { it.copy(people = people(chosen, counts)) }
        looking?.cancel()
        looking = scope.launch {
            launch { accounts.all.map { it.state }.merge().collect { drawPeople(counts) } }
            // The sheet waits for no count.
            accounts.owners.forEach { counts[it.person.id] = accounts.unread(it) }
            drawPeople(counts)
        }
    }

    private fun drawPeople(counts: Map<String, Int>) = around.update { it.copy(people = it.people?.run { people(chosen, counts) }) }

    private fun people(chosen: Owner, counts: Map<String, Int>): PeopleState {
        val session = inbox?.of?.state?.value?.session
        return PeopleState(
            accounts.owners.map { PersonRow(it, counts[it.person.id] ?: 0, accounts.standing(it)) },
            chosen,
            canAdd = session is SessionState.Active || session is SessionState.StepUp,
        )
    }

    fun closePeople() {
        looking?.cancel()
        around.update { it.copy(people = null) }
    }

    suspend fun readNotices(): List<NoticeRow> {
        val rows = notices(accounts.all, device, configuration.version)
        around.update { it.copy(notices = rows) }
        return rows
    }

    private companion object {
        const val CHOSEN = "chosen"
    }
}
