package dev.pericard.app.ui.app

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.compose.ComposeState
import dev.pericard.app.ui.documents.DocumentState
import dev.pericard.app.ui.documents.DocumentsState
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.inbox.InboxState
import dev.pericard.app.ui.labs.LabsState
import dev.pericard.app.ui.labs.ReportState
import dev.pericard.app.ui.labs.ResultState
import dev.pericard.app.ui.lock.LockState
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.notices.NoticeState
import dev.pericard.app.ui.notices.NoticesState
import dev.pericard.app.ui.privacy.AccessLogState
import dev.pericard.app.ui.privacy.CopyState
import dev.pericard.app.ui.privacy.LeavingState
import dev.pericard.app.ui.privacy.PrivacyState
import dev.pericard.app.ui.records.RecordsBody
import dev.pericard.app.ui.records.RecordsState
import dev.pericard.app.ui.signin.ClinicPageState
import dev.pericard.app.ui.signin.ClinicsState
import dev.pericard.app.ui.signin.SignInState
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.signin.WelcomeState
import dev.pericard.app.ui.thread.ThreadState
import dev.pericard.app.ui.you.AddPersonState
import dev.pericard.app.ui.you.HelpState
import dev.pericard.app.ui.you.PeopleState
import dev.pericard.app.ui.you.SecondStepPageState
import dev.pericard.app.ui.you.SettingsState
import dev.pericard.app.ui.you.YouState

/** All that the app shows and says: the screens that lie on each other, the last on top, and the lock over them. */
@Immutable
data class AppState(val stack: List<Screen>, val lock: LockState? = null, val announcement: Announcement? = null) : Unprinted() {
    val top: Screen? get() = stack.lastOrNull()

    /** Back does something inside the app. Recovery codes are not left by it: they are shown once. */
    val takesBack: Boolean
        get() = when (lock) {
            null -> when (val top = top) {
                is Screen.SignIn -> true
                is Screen.Home -> top.takesBack
                else -> stack.size > 1
            }
            is LockState.Choose, is LockState.Forgot -> true
            is LockState.Pin -> lock.optional
            is LockState.Locked, LockState.Cover -> false
        }

    /** Nothing that Back would lead to: the codes have to be kept first. */
    val holdsBack: Boolean get() = lock == null && (top as? Screen.SignIn)?.state?.step is Step.RecoveryCodes
}

/** A screen and its state. [key] names its place, so that what is scrolled and typed there stays with it. */
@Immutable
sealed interface Screen {
    val key: String

    data class Welcome(val state: WelcomeState) : Unprinted(), Screen {
        override val key get() = "welcome"
    }

    data class SignIn(val state: SignInState) : Unprinted(), Screen {
        override val key get() = "sign-in"
    }

    /** The tabs. */
    data class Home(
        val tab: Tab,
        val inbox: InboxState,
        val you: YouState,
        /** New messages of the inbox that is shown. */
        val unread: Int = 0,
        val people: PeopleState? = null,
        val records: RecordsState = RecordsState(inbox.owner, RecordsBody.NotYet),
    ) : Unprinted(), Screen {
        override val key get() = "home"

        val takesBack: Boolean get() = tab != Tab.Messages || inbox.body is InboxBody.Searching
    }

    data class Thread(val state: ThreadState) : Unprinted(), Screen {
        override val key get() = "thread ${state.id}"
    }

    data class Compose(val state: ComposeState) : Unprinted(), Screen {
        override val key get() = "compose"
    }

    data class Documents(val state: DocumentsState) : Unprinted(), Screen {
        override val key get() = "documents"
    }

    data class OneDocument(val state: DocumentState) : Unprinted(), Screen {
        override val key get() = "document ${state.id}"
    }

    data class Labs(val state: LabsState) : Unprinted(), Screen {
        override val key get() = "labs"
    }

    data class LabReport(val state: ReportState) : Unprinted(), Screen {
        override val key get() = "report ${state.id}"
    }

    data class LabResult(val state: ResultState) : Unprinted(), Screen {
        override val key get() = "result ${state.id}"
    }

    data class OneNotice(val state: NoticeState) : Unprinted(), Screen {
        override val key get() = "notice"
    }

    data class Notices(val state: NoticesState) : Unprinted(), Screen {
        override val key get() = "notices"
    }

    data class Clinics(val state: ClinicsState) : Unprinted(), Screen {
        override val key get() = "clinics"
    }

    data class OneClinic(val state: ClinicPageState) : Unprinted(), Screen {
        override val key get() = "clinic ${state.clinic.id}"
    }

    data class Settings(val state: SettingsState) : Unprinted(), Screen {
        override val key get() = "settings"
    }

    data class Privacy(val state: PrivacyState) : Unprinted(), Screen {
        override val key get() = "privacy"
    }

    data class AccessLog(val state: AccessLogState) : Unprinted(), Screen {
        override val key get() = "access log"
    }

    data class Copy(val state: CopyState) : Unprinted(), Screen {
        override val key get() = "copy"
    }

    data class Leaving(val state: LeavingState) : Unprinted(), Screen {
        override val key get() = "leaving"
    }

    data class SecondStep(val state: SecondStepPageState) : Unprinted(), Screen {
        override val key get() = "second step"
    }

    data class AddPerson(val state: AddPersonState) : Unprinted(), Screen {
        override val key get() = "add person"
    }

    data class Help(val state: HelpState) : Unprinted(), Screen {
        override val key get() = "help"
    }
}

enum class Tab { Messages, Records, You }
