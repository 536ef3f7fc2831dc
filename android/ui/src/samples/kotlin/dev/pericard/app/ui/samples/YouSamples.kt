package dev.pericard.app.ui.samples

import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.inbox.RowMark
import dev.pericard.app.ui.inbox.ThreadRow
import dev.pericard.app.ui.lock.BiometryTrouble
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.signin.Standing
import dev.pericard.app.ui.you.AddPersonState
import dev.pericard.app.ui.you.BiometrySetting
import dev.pericard.app.ui.you.Choice
import dev.pericard.app.ui.you.FoundRow
import dev.pericard.app.ui.you.HelpState
import dev.pericard.app.ui.you.LockSettings
import dev.pericard.app.ui.you.PeopleState
import dev.pericard.app.ui.you.PersonRow
import dev.pericard.app.ui.you.SecondStepState
import dev.pericard.app.ui.you.SettingsState
import dev.pericard.app.ui.you.YouState

internal fun People.you(newNotices: Int = 0) =
    YouState(owner, listOf(say("Leo", "ليو"), say("Teresa", "تيريزا")), newNotices, needSignIn = 1, version = "1.2")

private fun People.settings(change: SettingsState.() -> SettingsState = { this }) = shows(
    home(tab = Tab.You),
    Screen.Settings(
        SettingsState(
            linden,
            LockSettings(BiometrySetting.On, hasPin = true, minutes = 1),
            SecondStepState(on = true, codesLeft = 2),
            notify = true,
            language = language,
        ).change(),
    ),
)

private fun People.biometry(setting: BiometrySetting) = settings { copy(lock = LockSettings(setting, hasPin = true, minutes = 1)) }

private fun People.adding(found: List<FoundRow>?, problem: Problem? = null) = shows(home(), Screen.AddPerson(AddPersonState(linden, found, problem = problem)))

private fun People.children(): List<ThreadRow> = listOf(
    ThreadRow(
        "1",
        say("Dr. Sofia Lindqvist", "د. صوفيا ليندكفيست"),
        subject = say("Leo’s cough", "سعال ليو"),
        preview = say("It sounds like it is getting better. Keep him at home until Monday.", "يبدو أنه يتحسن. أبقيه في المنزل حتى الاثنين."),
        at = at("2026-11-05T08:05:00Z"),
        unread = 1,
    ),
    ThreadRow(
        "2",
        desk,
        team = true,
        subject = say("Check-up at seven years", "فحص سن السابعة"),
        preview = say("Thursday is fine, thank you.", "الخميس مناسب، شكرًا."),
        at = at("2026-11-02T09:30:00Z"),
        mark = RowMark.Sent,
    ),
    ThreadRow(
        "3",
        say("School nurse", "ممرضة المدرسة"),
        team = true,
        subject = say("Vaccination card", "بطاقة التطعيم"),
        preview = say("Please bring the yellow booklet.", "يُرجى إحضار الدفتر الأصفر."),
        at = day("2026-10-19"),
    ),
)

internal val youSamples: List<Sample> = listOf(
    Sample("38-people", "choosing") {
        val rows = listOf(
            PersonRow(owner, unread = 3),
            PersonRow(Owner(leo, linden), unread = 1),
            PersonRow(Owner(teresa.copy(canWrite = false), linden)),
            PersonRow(Owner(ana.copy(id = "ana at harbour"), harbour), standing = Standing.SignedOut),
        )
        shows(home(people = PeopleState(rows, owner, canAdd = true)))
    },
    Sample("38-people", "severalAccounts") {
        val first = Owner(ana, linden, number = 1)
        val nobody = ana.copy(id = "nobody", name = "", color = 1)
        val owners = listOf(first, Owner(leo, linden, number = 1), Owner(nobody, linden, number = 2), Owner(leo.copy(id = "leo2"), linden, number = 2))
        shows(home(owner = owners[2], people = PeopleState(owners.map { PersonRow(it) }, owners[2])))
    },
    Sample("38-people", "adding") { adding(listOf(FoundRow("leo", leo.name, say("Your son", "ابنك")), FoundRow("teresa", teresa.name, null))) },
    Sample("38-people", "addingNobody") { adding(emptyList()) },
    Sample("38-people", "addingAsks") { adding(null) },
    Sample("38-people", "addingFailed") { adding(null, Problem.Offline) },
    Sample("39-inbox-child", "child") { shows(home(InboxBody.Content(children()), owner = Owner(leo, linden))) },
    Sample("39-inbox-child", "empty") { shows(home(InboxBody.Empty, owner = Owner(leo, linden), canWrite = false)) },
    Sample("39-inbox-child", "searching") { shows(home(InboxBody.Searching("cough", emptyList()), owner = Owner(leo, linden))) },
    Sample("39-inbox-child", "thread") { shows(home(InboxBody.Content(children()), owner = Owner(leo, linden)), Screen.Thread(thread().state.copy(owner = Owner(leo, linden)))) },
    Sample("39-inbox-child", "ended") { shows(home(banner = InboxBanner.AccessEnded(leo.name))) },
    Sample("54-you", "you") { shows(home(tab = Tab.You, unread = 3, newNotices = 1)) },
    Sample("54-you", "help") { shows(home(tab = Tab.You), Screen.Help(HelpState(linden, "1.2"))) },
    Sample("57-settings", "settings") { settings() },
    Sample("57-settings", "least") {
        settings { copy(lock = LockSettings(null, hasPin = false, minutes = 0), secondStep = SecondStepState(false, null), notify = false) }
    },
    Sample("57-settings", "biometryLost") { biometry(BiometrySetting.Off(BiometryTrouble.Lost)) },
    Sample("57-settings", "biometryLockedOut") { biometry(BiometrySetting.Off(BiometryTrouble.LockedOut)) },
    Sample("57-settings", "biometryFailed") { biometry(BiometrySetting.Off(BiometryTrouble.Unavailable)) },
    Sample("57-settings", "biometryNotEnrolled") { biometry(BiometrySetting.NotEnrolled) },
    Sample("57-settings", "lockAfter") { settings { copy(choosing = Choice.LockAfter) } },
    Sample("57-settings", "language") { settings { copy(choosing = Choice.Language) } },
)
