package dev.pericard.app.models

import dev.pericard.PortalPage
import dev.pericard.app.ui.app.AppEvents
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.compose.ComposeEvents
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxEvents
import dev.pericard.app.ui.lock.LockEvents
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.notices.ClosedEvents
import dev.pericard.app.ui.notices.Notice
import dev.pericard.app.ui.notices.NoticeEvents
import dev.pericard.app.ui.notices.NoticeRow
import dev.pericard.app.ui.notices.NoticesEvents
import dev.pericard.app.ui.privacy.AccessLogEvents
import dev.pericard.app.ui.privacy.CopyEvents
import dev.pericard.app.ui.privacy.CopyKind
import dev.pericard.app.ui.privacy.LeavingEvents
import dev.pericard.app.ui.privacy.LeavingWay
import dev.pericard.app.ui.privacy.PrivacyEvents
import dev.pericard.app.ui.records.RecordFrameEvents
import dev.pericard.app.ui.signin.ClinicPageEvents
import dev.pericard.app.ui.signin.ClinicsEvents
import dev.pericard.app.ui.signin.SignInEvents
import dev.pericard.app.ui.signin.WelcomeEvents
import dev.pericard.app.ui.thread.ThreadEvents
import dev.pericard.app.ui.words.Language
import dev.pericard.app.ui.you.AddPersonEvents
import dev.pericard.app.ui.you.Choice
import dev.pericard.app.ui.you.HelpEvents
import dev.pericard.app.ui.you.PeopleEvents
import dev.pericard.app.ui.you.SecondStepDeed
import dev.pericard.app.ui.you.SecondStepEvents
import dev.pericard.app.ui.you.SettingsEvents
import dev.pericard.app.ui.you.YouEvents

/** Gives what the person does to the model of the screen that they see. What comes late, for a screen that is gone, does nothing. */
class ModelEvents(private val app: AppModel) : AppEvents {
    private val device get() = app.device

    override fun select(tab: Tab) = app.select(tab)

    override fun back() = app.back()

    override val welcome = object : WelcomeEvents {
        private val model get() = (app.top as? Page.Welcome)?.model

        override fun choose(clinicId: String) = model?.choose(clinicId).ignored()

        override fun scan() = model?.scan().ignored()

        override fun openAddress() = model?.openAddress().ignored()

        override fun typeAddress(text: String) = model?.typeAddress(text).ignored()

        override fun submitAddress() = model?.submitAddress().ignored()
    }

    override val signIn = object : SignInEvents {
        private val model get() = (app.top as? Page.SignIn)?.model

        override fun typeUserName(text: String) = model?.typeUserName(text).ignored()

        override fun password(userName: String, password: String) = model?.password(userName, password).ignored()

        override fun forgotPassword() = model?.forgotPassword().ignored()

        override fun useBrowser() = model?.useBrowser().ignored()

        override fun openBrowserAgain() = model?.openBrowserAgain().ignored()

        override fun code(digits: String) = model?.code(digits).ignored()

        override fun useRecoveryCode() = model?.useRecoveryCode().ignored()

        override fun useAppCode() = model?.useAppCode().ignored()

        override fun recoveryCode(code: String) = model?.recoveryCode(code).ignored()

        override fun openAuthenticator() = model?.openAuthenticator().ignored()

        override fun copyKey() = model?.copyKey().ignored()

        override fun saveCodes() = model?.saveCodes().ignored()

        override fun printCodes() = model?.printCodes().ignored()

        override fun copyCodes() = model?.copyCodes().ignored()

        override fun keptCodes(kept: Boolean) = model?.keptCodes(kept).ignored()

        override fun finish() = model?.finish().ignored()

        override fun remind(on: Boolean) = model?.remind(on).ignored()

        override fun openHelp() = model?.openHelp().ignored()

        override fun stop() = model?.stop().ignored()
    }

    override val inbox = object : InboxEvents {
        override fun openThread(threadId: String) = app.openThread(threadId)

        override fun openHit(threadId: String, messageId: String) = app.openThread(threadId, messageId)

        override fun compose() = app.compose()

        override fun refresh() = of?.let(app::refresh).ignored()

        override fun search(text: String) = app.inbox?.search(text).ignored()

        override fun closeSearch() = app.inbox?.closeSearch().ignored()

        override fun stopSync() = of?.stopSync().ignored()

        override fun choosePerson() = app.openPeople()

        override fun signInAgain() = this@ModelEvents.signInAgain()

        override fun stepUp() = this@ModelEvents.stepUp()

        override fun callClinic() = call()

        override fun shown(index: Int) = app.inbox?.shown(index).ignored()

        override fun openNotice(banner: InboxBanner) = app.openNotice { row -> row.clinic == of?.clinic && row.tells(banner) }

        override fun knowsOfEnd() = app.inbox?.knowsOfEnd().ignored()
    }

    override val closed = object : ClosedEvents {
        override fun choosePerson() = app.openPeople()

        override fun signInAgain() = this@ModelEvents.signInAgain()

        override fun useAnotherAccount() = app.addClinic()

        override fun stepUp() = this@ModelEvents.stepUp()

        override fun callClinic() = call()

        override fun tryNow() {
            of?.sync(asked = true)
            app.inbox?.reload()
        }

        override fun openNetworkSettings() = device.openNetworkSettings()
    }

    override val thread = object : ThreadEvents {
        private val model get() = (app.top as? Page.Thread)?.model

        override fun write(text: String) = model?.write(text).ignored()

        override fun send() = model?.send().ignored()

        override fun attach() = model?.attach().ignored()

        override fun removeFile(fileId: String) = model?.removeFile(fileId).ignored()

        override fun retry(messageId: String) = model?.retry(messageId).ignored()

        override fun withdraw(messageId: String) = model?.withdraw(messageId).ignored()

        override fun decide(messageId: String) = model?.decide(messageId).ignored()

        override fun stopDeciding() = model?.stopDeciding().ignored()

        override fun call() = model?.call().ignored()

        override fun download(fileId: String) = model?.download(fileId).ignored()

        override fun stopDownload(fileId: String) = model?.stopDownload(fileId).ignored()

        override fun openFile(fileId: String) = model?.openFile(fileId).ignored()

        override fun copy(messageId: String) = model?.copy(messageId).ignored()

        override fun older() = model?.older().ignored()

        override fun shownFrom(messageId: String?) = model?.shownFrom(messageId).ignored()

        override fun archive(archived: Boolean) = model?.archive(archived).ignored()

        override fun stepUp() = this@ModelEvents.stepUp()
    }

    override val compose = object : ComposeEvents {
        private val model get() = (app.top as? Page.Compose)?.model

        // A message stays with the person for whom it was begun; the chip in the inbox changes whom one looks at.
        override fun changePerson() = Unit

        override fun chooseRecipients() = model?.chooseRecipients().ignored()

        override fun searchRecipients(text: String) = model?.searchRecipients(text).ignored()

        override fun toggleRecipient(id: String) = model?.toggleRecipient(id).ignored()

        override fun stopChoosing() = model?.stopChoosing().ignored()

        override fun subject(text: String) = model?.subject(text).ignored()

        override fun text(text: String) = model?.text(text).ignored()

        override fun attach() = model?.attach().ignored()

        override fun removeFile(fileId: String) = model?.removeFile(fileId).ignored()

        override fun send() = model?.send().ignored()

        override fun stepUp() = this@ModelEvents.stepUp()

        override fun close() = app.back()
    }

    override val recordFrame = object : RecordFrameEvents {
        override fun choosePerson() = app.openPeople()

        override fun stepUp() = this@ModelEvents.stepUp()

        override fun signInAgain() = this@ModelEvents.signInAgain()

        override fun callClinic() = call()

        override fun tryNow() {
            of?.sync(asked = true)
            app.reloadRecords()
        }
    }

    private val ofRecords = RecordModelEvents(app)
    override val records get() = ofRecords.records
    override val documents get() = ofRecords.documents
    override val document get() = ofRecords.document
    override val labs get() = ofRecords.labs
    override val labReport get() = ofRecords.labReport
    override val labResult get() = ofRecords.labResult

    override val notice = object : NoticeEvents {
        private val shown get() = (plain as? Screen.OneNotice)?.state

        override fun call() = shown?.clinic?.phone?.let(device::call).ignored()

        override fun readMessages() = app.showMessages()

        override fun copyReport() = (shown?.notice as? Notice.Incident)?.let { device.copy(it.report, secret = false) }.ignored()

        override fun write() = app.compose()

        override fun openClockSettings() = device.openClockSettings()

        override fun clockIsSet() {
            of?.sync(asked = true)
            app.back()
        }

        override fun openStore() = device.openStore()

        override fun close() = app.back()
    }

    override val notices = object : NoticesEvents {
        override fun open(id: String) = app.openNotice { it.id == id }
    }

    override val clinics = object : ClinicsEvents {
        override fun open(accountId: String) = app.openClinic(accountId)

        override fun signInAgain(accountId: String) =
            app.accounts.all.find { it.account.id.value == accountId }?.let { app.signInAgain(it) }.ignored()

        override fun add() = app.addClinic()
    }

    override val clinic = object : ClinicPageEvents {
        private val model get() = (app.top as? Page.Clinic)?.model

        override fun openAccountPage() = model?.openAccountPage().ignored()

        override fun signOut() = model?.let { app.leave(it.of, LeavingWay.SignOut) }.ignored()
    }

    override val you = object : YouEvents {
        override fun choosePerson() = app.openPeople()

        override fun openNotices() = app.openNotices()

        override fun openClinics() = app.openClinics()

        override fun openPrivacy() = app.openPrivacy()

        override fun openSettings() = app.openSettings()

        override fun openHelp() = app.openHelp()
    }

    override val people = object : PeopleEvents {
        override fun choose(owner: Owner) = app.choose(owner)

        override fun addPerson() = app.openAddPerson()

        override fun addClinic() {
            app.closePeople()
            app.addClinic()
        }

        override fun close() = app.closePeople()
    }

    override val addPerson = object : AddPersonEvents {
        private val model get() = (app.top as? Page.AddPerson)?.model

        override fun add(patient: String) = model?.add(patient).ignored()

        override fun chooseThere() = model?.add(null).ignored()

        override fun lookAgain() = model?.look().ignored()
    }

    override val settings = object : SettingsEvents {
        override fun openChoice(choice: Choice) = app.choosing(choice)

        override fun closeChoice() = app.choosing(null)

        override fun language(language: Language?) = app.language(language)

        override fun biometry(on: Boolean) = app.lock.biometry(on)

        override fun changePin() = app.changePin()

        override fun lockAfter(minutes: Int) = app.lockAfter(minutes)

        override fun openSecondStep() = app.openSecondStep()

        override fun notify(on: Boolean) = app.notify(on)
    }

    override val privacy = object : PrivacyEvents {
        private val model get() = (app.top as? Page.Privacy)?.model

        override fun openLog() = app.openAccessLog()

        override fun copy() = app.openCopy()

        override fun openSessionsPage() = model?.openPage(PortalPage.SESSIONS).ignored()

        override fun openAccountPage() = model?.openPage(PortalPage.ACCOUNT).ignored()

        override fun signOut() = model?.let { app.leave(it.of, LeavingWay.SignOut) }.ignored()

        override fun forgetPerson() = model?.let { app.leave(it.of, LeavingWay.Forget, it.owner.person) }.ignored()

        override fun forget() = model?.let { app.leave(it.of, LeavingWay.Forget) }.ignored()
    }

    override val accessLog = object : AccessLogEvents {
        private val model get() = (app.top as? Page.AccessLog)?.model

        override fun earlier() = model?.earlier().ignored()

        override fun save() = model?.save().ignored()

        override fun changePin() = app.changePin()

        override fun call() = this@ModelEvents.call()
    }

    override val copy = object : CopyEvents {
        private val model get() = (app.top as? Page.Copy)?.model

        override fun choose(kind: CopyKind) = model?.choose(kind).ignored()

        override fun begin() = model?.begin().ignored()

        override fun signInAgain() = model?.signInAgain().ignored()

        override fun stop() = model?.stop().ignored()

        override fun again() = model?.again().ignored()

        override fun close() = app.pop()
    }

    override val leaving = object : LeavingEvents {
        private val model get() = (app.top as? Page.Leaving)?.model

        override fun sendFirst() = model?.sendFirst().ignored()

        override fun leave() = model?.go().ignored()

        override fun stay() = app.back()
    }

    override val secondStep = object : SecondStepEvents {
        private val model get() = (app.top as? Page.SecondStep)?.model

        override fun lookAgain() = model?.lookAgain().ignored()

        override fun setUp() = model?.does(SecondStepDeed.SetUp).ignored()

        override fun newCodes() = model?.does(SecondStepDeed.NewCodes).ignored()

        override fun askToTurnOff() = model?.askToTurnOff().ignored()

        override fun turnOff() = model?.does(SecondStepDeed.TurnOff).ignored()

        override fun keepOn() = model?.keepOn().ignored()

        override fun signInAgain() = model?.signInAgain().ignored()
    }

    override val help = object : HelpEvents {
        override fun call() = this@ModelEvents.call()

        override fun write() = app.compose()
    }

    override val lock = object : LockEvents {
        override fun appeared() = app.lock.appeared()

        override fun unlock() = app.lock.unlock()

        override fun usePin() = app.lock.usePin()

        override fun pin(digits: String) = app.lock.pin(digits)

        override fun forgotPin() = app.lock.forgotPin()

        override fun forget() = app.lock.forget()

        override fun cancel() = app.lock.cancel()
    }

    private val of: AccountModel? get() = app.inbox?.of
    private val plain: Screen? get() = (app.top as? Page.Plain)?.state?.value

    /** For whom one looks at: everybody's session is their own. */
    private fun signInAgain() = of?.let { app.signInAgain(it, person = app.owner?.person) }.ignored()

    private fun stepUp() = of?.let { app.signInAgain(it, stepUp = true) }.ignored()

    private fun call() = app.owner?.clinic?.phone?.let(device::call).ignored()
}

/** Whether there was somebody to do it makes no difference. */
internal fun Any?.ignored() = Unit

private fun NoticeRow.tells(banner: InboxBanner): Boolean = when (banner) {
    is InboxBanner.Stopped -> id == rowOf(banner.incidentId)
    is InboxBanner.BegunAnew -> id == rowOf(banner.incidentId)
    is InboxBanner.Held -> notice is Notice.Held
    InboxBanner.ClockWrong -> notice is Notice.ClockWrong
    is InboxBanner.UpdateRequired -> (notice as? Notice.Update)?.least == banner.least
    InboxBanner.Off -> notice is Notice.Off
    InboxBanner.ReadOnly -> notice is Notice.ReadOnly
    else -> false
}
