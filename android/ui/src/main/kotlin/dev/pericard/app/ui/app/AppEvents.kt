package dev.pericard.app.ui.app

import dev.pericard.app.ui.compose.ComposeEvents
import dev.pericard.app.ui.documents.DocumentEvents
import dev.pericard.app.ui.documents.DocumentsEvents
import dev.pericard.app.ui.inbox.InboxEvents
import dev.pericard.app.ui.labs.LabsEvents
import dev.pericard.app.ui.labs.ReportEvents
import dev.pericard.app.ui.labs.ResultEvents
import dev.pericard.app.ui.lock.LockEvents
import dev.pericard.app.ui.notices.ClosedEvents
import dev.pericard.app.ui.notices.NoticeEvents
import dev.pericard.app.ui.notices.NoticesEvents
import dev.pericard.app.ui.privacy.AccessLogEvents
import dev.pericard.app.ui.privacy.CopyEvents
import dev.pericard.app.ui.privacy.LeavingEvents
import dev.pericard.app.ui.privacy.PrivacyEvents
import dev.pericard.app.ui.records.RecordFrameEvents
import dev.pericard.app.ui.records.RecordsEvents
import dev.pericard.app.ui.signin.ClinicPageEvents
import dev.pericard.app.ui.signin.ClinicsEvents
import dev.pericard.app.ui.signin.SignInEvents
import dev.pericard.app.ui.signin.WelcomeEvents
import dev.pericard.app.ui.thread.ThreadEvents
import dev.pericard.app.ui.you.AddPersonEvents
import dev.pericard.app.ui.you.HelpEvents
import dev.pericard.app.ui.you.PeopleEvents
import dev.pericard.app.ui.you.SecondStepEvents
import dev.pericard.app.ui.you.SettingsEvents
import dev.pericard.app.ui.you.YouEvents

/** What the person does, screen by screen. */
interface AppEvents {
    val welcome: WelcomeEvents
    val clinics: ClinicsEvents
    val clinic: ClinicPageEvents
    val signIn: SignInEvents
    val inbox: InboxEvents
    val closed: ClosedEvents
    val thread: ThreadEvents
    val compose: ComposeEvents
    val records: RecordsEvents
    val recordFrame: RecordFrameEvents
    val documents: DocumentsEvents
    val document: DocumentEvents
    val labs: LabsEvents
    val labReport: ReportEvents
    val labResult: ResultEvents
    val notice: NoticeEvents
    val notices: NoticesEvents
    val you: YouEvents
    val settings: SettingsEvents
    val help: HelpEvents
    val people: PeopleEvents
    val addPerson: AddPersonEvents
    val lock: LockEvents
    val privacy: PrivacyEvents
    val accessLog: AccessLogEvents
    val copy: CopyEvents
    val leaving: LeavingEvents
    val secondStep: SecondStepEvents

    fun select(tab: Tab)

    /** The system's Back, or the arrow of a bar: closes what is on top. */
    fun back()
}
