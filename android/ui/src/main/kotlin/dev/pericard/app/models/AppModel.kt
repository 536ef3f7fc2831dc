package dev.pericard.app.models

import dev.pericard.Account
import dev.pericard.Draft
import dev.pericard.DraftId
import dev.pericard.MessageId
import dev.pericard.MessageState
import dev.pericard.Messages
import dev.pericard.PericardException
import dev.pericard.PersonId
import dev.pericard.PortalConfig
import dev.pericard.SignInMethod
import dev.pericard.ThreadId
import dev.pericard.app.ui.app.Announcement
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Said
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Person
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.notices.NoticeRow
import dev.pericard.app.ui.notices.NoticeState
import dev.pericard.app.ui.notices.NoticesState
import dev.pericard.app.ui.privacy.LeavingWay
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.words.Language
import dev.pericard.app.ui.you.Choice
import dev.pericard.app.ui.you.HelpState
import dev.pericard.app.ui.you.LockSettings
import dev.pericard.app.ui.you.SettingsState
import kotlin.time.Duration
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.flatMapLatest
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** The whole app: the screens that lie on each other, and what leads from one to another. */
@OptIn(ExperimentalCoroutinesApi::class)
class AppModel(
    private val scope: CoroutineScope,
    private val core: Core,
    internal val device: Device,
    private val configuration: Configuration,
    private val systemLanguage: () -> Language,
) {
    private val stack = MutableStateFlow<List<Page>>(emptyList())
    private val announcement = MutableStateFlow<Announcement?>(null)
    private val chosenLanguage = MutableStateFlow(chosenLanguage(device.settings))
    internal val accounts = Accounts(scope, core, configuration, device::now, ::languages)
    private val home = HomeModel(scope, accounts, device, configuration)
    internal val lock = LockModel(scope, accounts, device)
    internal val records = RecordPages(scope, { home.inbox }, device, ::push, ::close)

    /** The language that the person has chosen; nothing is the phone's. */
    val language: StateFlow<Language?> = chosenLanguage

    /** The languages in which the person reads what a clinic says, the favourite first. */
    internal fun languages(): List<String> = listOfNotNull(chosenLanguage.value?.tag) + device.languages

    val state: StateFlow<AppState> = stack
        .flatMapLatest { pages -> if (pages.isEmpty()) flowOf(emptyList()) else combine(pages.map { it.screen }) { it.toList() } }
        .combine(announcement) { screens, said -> AppState(screens, announcement = said) }
        .combine(lock.state) { app, lock -> app.copy(lock = lock) }
        .stateIn(scope, SharingStarted.Eagerly, AppState(emptyList()))

    internal val top: Page? get() = stack.value.lastOrNull()
    internal val owner: Owner? get() = home.owner
    internal val inbox: InboxModel? get() = home.inbox

    /** Shows what is here, then brings it up to date. */
    fun start() {
        scope.launch { begin() }
    }

    /** Returns once something is shown; the person comes back to [places], as far as they are still there. */
    suspend fun begin(places: List<String> = emptyList()) {
        scope.launch { accounts.gone.collect { leaveGone() } }
        scope.launch { accounts.members.collect { leaveMissing() } }
        scope.launch { accounts.sessions.collect { lock.look() } }
        scope.launch { lock.changes.collect { redrawSettings { it.copy(lock = lockSettings()) } } }
        accounts.read()
        lock.look()
        if (accounts.all.isEmpty()) push(welcome(canLeave = false)) else showHome()
        // The list is there before its place in it is looked for.
        home.inbox?.reach()
        comeBack(places)
        resumeSignIn()
    }

    /** Brings the person to [places], unless something lies over the inbox already. */
    suspend fun comeBack(places: List<String>) {
        if (stack.value.singleOrNull() is Page.Home) places.mapNotNull(Place::of).forEach { comeBack(it) }
    }

    /** The screens that lie over the inbox, for [begin] in another process: text of opaque ids. */
    val places: List<String>
        get() = (home.places + stack.value.mapNotNull { it.place }).map { it.text }

    private suspend fun comeBack(place: Place) {
        when (place) {
            is Place.Rows -> home.inbox?.reach(place.count)
            is Place.Thread -> openThread(place.id, from = place.from)
            is Place.Compose -> openCompose(place.draft?.let(::DraftId))
            is Place.Clinic -> openClinic(place.account)
            is Place.Document -> records.openDocument(place.id)
            is Place.LabReport -> records.openReport(place.id)
            is Place.LabResult -> records.openResult(place.id)
            Place.Plain.Records -> select(Tab.Records)
            Place.Plain.Documents -> records.open(RecordKind.Documents)
            Place.Plain.Labs -> records.open(RecordKind.Labs)
            Place.Plain.You -> select(Tab.You)
            Place.Plain.Clinics -> push(clinics())
            Place.Plain.Notices -> push(notices())
            Place.Plain.Privacy -> openPrivacy()
            Place.Plain.AccessLog -> openAccessLog()
            Place.Plain.Settings -> openSettings()
            Place.Plain.Help -> openHelp()
        }
    }

    /** The app is in front again, or the phone is online: what is new is fetched, and a sign-in left for a code goes on. */
    fun toFront() {
        core.personReturned()
        lock.look()
        accounts.all.forEach { it.sync() }
        (top as? Page.SignIn)?.model?.toFront()
    }

    /** The app is no longer in front: what was typed last is on disk when this returns. */
    suspend fun keep() = stack.value.forEach { it.keep() }

    /** No window is in front any more; after [keep], since it may lock at once. */
    fun left() {
        core.personLeft()
        lock.look()
        lock.left()
    }

    /** Fetches what is new within [budget], and sends what waits. */
    suspend fun syncInBackground(budget: Duration): News {
        val (unread, failed) = accounts.unread() to accounts.failed()
        // What is locked says only that there is something.
        val isNews = accounts.all.map { it.syncInBackground(budget) }.any { it }
        return News(newMessages = isNews || accounts.unread() > unread, notSent = accounts.failed() > failed)
    }

    /** A clinic's address came from outside: it is shown as if it had been typed, and asked for when the person says so. */
    fun offer(address: String) {
        if (top !is Page.Welcome) addClinic()
        (top as? Page.Welcome)?.model?.offer(address)
    }

    private suspend fun resumeSignIn() {
        val attempt = try {
            core.resumed(device.unclaimedRedirect())
        } catch (_: PericardException) {
            null
        } ?: return
        val base = device.settings[SIGNING_IN].orEmpty()
        val begin: suspend (SignInMethod) -> SignInAttempt = { method -> core.find(configuration.portal(base)).signIn(method) }
        push(signIn(configuration.clinic(base), attempt, null, begin, resumed = true))
    }

    // The stack.

    internal fun push(page: Page) = stack.update { it + page }

    internal fun pop() {
        val left = top ?: return
        stack.update { it.dropLast(1) }
        scope.launch {
            left.leave()
            home.inbox?.reload()
        }
        when (val page = top) {
            is Page.Privacy -> page.model.look()
            is Page.Plain -> if (page.state.value is Screen.Settings) readSecondStep()
            else -> {}
        }
    }

    private fun replaceAll(page: Page) {
        val left = stack.value
        stack.value = listOf(page)
        scope.launch { left.forEach { if (it !== page) it.leave() } }
    }

    private fun showHome() {
        home.open()
        replaceAll(home.page)
    }

    internal fun showMessages() {
        home.select(Tab.Messages)
        showHome()
        home.inbox?.reload()
    }

    private fun leaveGone() {
        if (accounts.all.isEmpty()) replaceAll(welcome(canLeave = false)) else showHome()
    }

    /** Nothing of a person who has gone stays in sight. */
    private fun leaveMissing() {
        val shown = owner ?: return
        if (accounts.owners.isNotEmpty() && accounts.owners.none { it.person.id == shown.person.id }) showHome()
    }

    internal fun select(tab: Tab) {
        home.select(tab)
        if (tab == Tab.You) scope.launch { home.readNotices() }
    }

    internal fun back() {
        if (lock.state.value != null) return lock.cancel()
        when (val page = top) {
            is Page.SignIn -> page.model.stop()
            is Page.Copy -> if (!page.model.stepBack()) pop()
            is Page.Home -> if (home.inboxIsSearching) home.inbox?.closeSearch() else home.select(Tab.Messages)
            else -> if (stack.value.size > 1) pop()
        }
    }

    private fun say(what: Said) = announcement.update { Announcement(what, (it?.number ?: 0) + 1) }

    // Signing in.

    internal fun addClinic() = push(welcome(canLeave = true))

    private fun welcome(canLeave: Boolean) = Page.Welcome(
        WelcomeModel(scope, core, configuration, device, canLeave) { clinic, config, found ->
            scope.launch { begin(clinic, config, found) }
        },
    )

    private suspend fun begin(clinic: Clinic, config: PortalConfig, found: FoundClinic) {
        val native = config.nativeSignIn && found.capabilities.nativeSignIn
        val attempt = found.signIn(if (native) SignInMethod.NATIVE else SignInMethod.BROWSER)
        device.settings[SIGNING_IN] = config.base
        push(signIn(clinic, attempt, found, found::signIn))
    }

    private fun signIn(
        clinic: Clinic,
        attempt: SignInAttempt,
        found: FoundClinic?,
        begin: suspend (SignInMethod) -> SignInAttempt,
        resumed: Boolean = false,
        onDone: suspend (Account) -> Unit = ::signedIn,
    ) =
        Page.SignIn(
            SignInModel(scope, clinic, core, device, attempt, found, resumed, begin) { end ->
                when (end) {
                    is SignInEnd.Done -> scope.launch { onDone(end.account) }
                    SignInEnd.Stopped -> pop()
                }
            },
        )

    /** Shows whoever was signed in: [person], or else the account's own. */
    private suspend fun signedIn(account: Account, person: String? = null) {
        accounts.read()
        val model = accounts.of(account.id) ?: return
        model.look()
        val owner = model.owners.find { it.person.id == person } ?: model.owners.firstOrNull()
        owner?.let(home::choose)
        home.select(Tab.Messages)
        showHome()
        lock.cover(model)
        model.sync()
    }

    /** After a fresh sign-in the person is back at what they were reading. */
    private fun steppedUp(of: AccountModel) {
        pop()
        of.reopened()
        of.sync()
        when (val page = top) {
            is Page.Copy -> page.model.steppedUp()
            is Page.SecondStep -> page.model.steppedUp()
            else -> {}
        }
    }

    /** A sign-in to an account that is here, for one of its people or for whoever signed in. */
    internal fun signInAgain(of: AccountModel, stepUp: Boolean = false, person: Person? = null) {
        val other = person?.takeIf { !it.isSelf }?.id
        scope.launch {
            try {
                val begin: suspend (SignInMethod) -> SignInAttempt = { method ->
                    if (stepUp) core.stepUp(of.account, method) else core.signInAgain(of.account, method, other?.let(::PersonId))
                }
                signIn(of, begin) { if (stepUp) steppedUp(of) else signedIn(it, other) }
            } catch (_: PericardException) {
                of.sync(asked = true)
            }
        }
    }

    /** By the way that the account's clinic takes. */
    private suspend fun signIn(of: AccountModel, begin: suspend (SignInMethod) -> SignInAttempt, onDone: suspend (Account) -> Unit) {
        val native = of.account.portalConfig().nativeSignIn
        device.settings[SIGNING_IN] = of.account.portal
        val attempt = begin(if (native) SignInMethod.NATIVE else SignInMethod.BROWSER)
        push(signIn(of.clinic, attempt, null, begin, onDone = onDone))
    }

    // Messages.

    internal fun openThread(id: String, message: String? = null, from: String? = null) {
        val inbox = home.inbox ?: return
        if (id.startsWith(DRAFT_ROW)) return compose(DraftId(id.removePrefix(DRAFT_ROW)))
        val messages = inbox.messages ?: return
        val opening = Opening(inbox.subject(id), found = message?.let(::MessageId), from = from?.let(::MessageId))
        push(Page.Thread(ThreadModel(scope, inbox.owner, inbox.of, messages, ThreadId(id), device, opening, ::closeOpened)))
    }

    internal fun compose(draft: DraftId? = null) {
        scope.launch { openCompose(draft) }
    }

    private suspend fun openCompose(draft: DraftId?) {
        val inbox = home.inbox ?: return
        val messages = inbox.messages ?: return
        val kept = try {
            draft?.let { id -> messages.drafts().find { it.id == id } }
        } catch (_: PericardException) {
            // The list says why nothing can be read; what was written is there when it can.
            return
        }
        compose(inbox, messages, kept)
    }

    private fun compose(inbox: InboxModel, messages: Messages, kept: Draft?, subject: String = "") {
        val queued = { id: MessageId ->
            pop()
            tellSending(inbox.of, messages, id)
        }
        push(Page.Compose(ComposeModel(scope, inbox.owner, inbox.of, messages, device, kept, subject, onQueued = queued, onClosed = ::closeOpened)))
    }

    /** A message about one result, which names it. */
    internal fun askAbout(result: String) {
        val inbox = home.inbox ?: return
        val words = (language.value ?: systemLanguage()).words
        inbox.messages?.let { compose(inbox, it, kept = null, words.labAbout(result)) }
    }

    /** Reads anew what is shut. */
    internal fun reloadRecords() {
        home.inbox?.of?.reopened()
    }

    /** It is gone from the record, or all that the account holds is out of sight. */
    private fun close(page: Page) {
        val inbox = home.inbox ?: return
        if (inbox.of.state.value.seenBy(inbox.owner.person.id).run { gone || sessionCloses(inbox.of.account) != null }) return closeOpened()
        stack.update { it - page }
        scope.launch { page.leave() }
    }

    /** What was opened goes with the inbox: nothing of a closed account stays in sight. */
    private fun closeOpened() {
        val left = stack.value.filter { it.isOfRecord }
        stack.update { it - left.toSet() }
        scope.launch { left.forEach { it.leave() } }
    }

    /** Says once what became of a message whose screen is gone. One that still waits says so in its row. */
    private fun tellSending(of: AccountModel, messages: Messages, id: MessageId) {
        scope.launch {
            of.settled()
            try {
                when (messages.message(id).state) {
                    MessageState.Sent -> say(Said.Sent)
                    is MessageState.Failed, MessageState.Unknown -> say(Said.NotSent)
                    MessageState.Queued, MessageState.Sending, MessageState.Received -> {}
                }
            } catch (_: PericardException) {
                // It was taken back, or the account is closed.
            }
        }
    }

    /** The person wants to see it done; that all is here is said only when it was proved. */
    internal fun refresh(of: AccountModel) {
        of.sync(asked = true)
        scope.launch {
            of.settled()
            if (of.state.value.isComplete) say(Said.UpToDate)
        }
    }

    // People, clinics, notices, settings.

    internal fun openPeople() = home.openPeople()

    internal fun closePeople() = home.closePeople()

    internal fun choose(owner: Owner) {
        home.choose(owner)
        home.closePeople()
    }

    internal fun openAddPerson() {
        val of = home.inbox?.of ?: return
        home.closePeople()
        push(Page.AddPerson(AddPersonModel(scope, of) { patient -> addPerson(of, patient) }))
    }

    private suspend fun addPerson(of: AccountModel, patient: String?) {
        val before = of.state.value.people.map { it.id }.toSet()
        signIn(of, { method -> core.addPerson(of.account, method, patient) }) { account ->
            signedIn(account, account.people.find { it.id.value !in before }?.id?.value)
        }
    }

    internal fun openClinics() {
        scope.launch { push(clinics()) }
    }

    private suspend fun clinics() = Page.Plain(Screen.Clinics(accounts.cards()), Place.Plain.Clinics)

    internal fun openClinic(accountId: String) {
        accounts.all.find { it.account.id.value == accountId }?.let { push(Page.Clinic(ClinicModel(scope, it, core, device))) }
    }

    internal fun openNotices() {
        scope.launch { push(notices()) }
    }

    private suspend fun notices() = Page.Plain(Screen.Notices(NoticesState(home.readNotices())), Place.Plain.Notices)

    internal fun openNotice(wanted: (NoticeRow) -> Boolean) {
        scope.launch {
            val row = home.readNotices().find(wanted) ?: return@launch
            device.settings[SEEN + row.id] = "1"
            home.inbox?.reload()
            val rows = NoticesState(home.readNotices())
            (top as? Page.Plain)?.state?.update { if (it is Screen.Notices) Screen.Notices(rows) else it }
            push(Page.Plain(Screen.OneNotice(NoticeState(row.clinic, row.notice))))
        }
    }

    internal fun openHelp() {
        owner?.let { push(Page.Plain(Screen.Help(HelpState(it.clinic, configuration.version)), Place.Plain.Help)) }
    }

    internal fun openSettings() {
        owner?.let { push(Page.Plain(Screen.Settings(settings(it.clinic)), Place.Plain.Settings)) }
        readSecondStep()
    }

    /** A clinic without a second step in the app, and one that does not answer, have nothing of it in the settings. */
    private fun readSecondStep() {
        val of = home.inbox?.of ?: return
        scope.launch {
            val step = try {
                of.secondStep()
            } catch (_: PericardException) {
                return@launch
            }
            redrawSettings { it.copy(secondStep = step) }
        }
    }

    internal fun openSecondStep() {
        val of = home.inbox?.of ?: return
        val model = SecondStepModel(scope, of, { attempt, again -> push(secondStep(of, attempt, again)) }) { signInAgain(of, stepUp = true) }
        push(Page.SecondStep(model))
    }

    /** Setting it up looks as it does while signing in. */
    private fun secondStep(of: AccountModel, attempt: SignInAttempt, again: suspend () -> SignInAttempt) = Page.SignIn(
        SignInModel(scope, of.clinic, core, device, attempt, found = null, begin = { again() }) {
            pop()
            (top as? Page.SecondStep)?.model?.look()
        },
    )

    // What becomes of what is here.

    internal fun openPrivacy() {
        home.inbox?.let { push(Page.Privacy(PrivacyModel(scope, it.of, it.owner, core, device))) }
    }

    internal fun openAccessLog() {
        home.inbox?.of?.let { push(Page.AccessLog(AccessLogModel(scope, it, device) { say(Said.ListSaved) })) }
    }

    internal fun openCopy() {
        val inbox = home.inbox ?: return
        push(Page.Copy(CopyModel(scope, inbox.of, inbox.owner.person, device, lock) { signInAgain(inbox.of, stepUp = true) }))
    }

    internal fun leave(of: AccountModel, way: LeavingWay, person: Person? = null) = push(Page.Leaving(LeavingModel(scope, of, way, person)))

    private fun settings(clinic: Clinic, choosing: Choice? = null) =
        SettingsState(
            clinic,
            lock = lockSettings(),
            notify = if (device.canNotify) device.settings[NOTIFY] != null else null,
            language = language.value ?: systemLanguage(),
            phoneLanguage = chosenLanguage.value == null,
            choosing = choosing,
        )

    private fun lockSettings() = LockSettings(lock.biometry, lock.hasPin, lock.minutes)

    internal fun changePin() = lock.change()

    internal fun lockAfter(minutes: Int) {
        lock.lockAfter(minutes)
        redrawSettings { it.copy(lock = it.lock?.copy(minutes = minutes), choosing = null) }
    }

    internal fun choosing(choice: Choice?) = redrawSettings { it.copy(choosing = choice) }

    /** Stays off where the system, or the person when it asks, does not allow it. */
    internal fun notify(on: Boolean) {
        scope.launch {
            val may = on && device.mayNotify()
            device.settings[NOTIFY] = if (may) "1" else null
            redrawSettings { it.copy(notify = may) }
        }
    }

    internal fun language(language: Language?) {
        device.settings[LANGUAGE] = language?.tag
        chosenLanguage.value = language
        // A clinic's words may be here in that one, too.
        scope.launch { accounts.all.forEach { it.readFeatures() } }
        redrawSettings { it.copy(language = language ?: systemLanguage(), phoneLanguage = language == null, choosing = null) }
    }

    private fun redrawSettings(change: (SettingsState) -> SettingsState) {
        val page = top as? Page.Plain ?: return
        page.state.update { if (it is Screen.Settings) Screen.Settings(change(it.state)) else it }
    }

    private companion object {
        /** The base of the clinic where a sign-in was begun, for one that is resumed. */
        const val SIGNING_IN = "signing in"
    }
}

/** What a sync in the background has brought, as far as a notification says it. */
data class News(val newMessages: Boolean = false, val notSent: Boolean = false) : Unprinted()

/** The setting that the person wants to be told about new messages. */
const val NOTIFY = "notify"

private const val LANGUAGE = "language"

/** Nothing is the phone's. */
internal fun chosenLanguage(settings: Settings): Language? = settings[LANGUAGE]?.let { tag -> Language.entries.find { it.tag == tag } }
