package dev.pericard.app.models

import dev.pericard.app.ui.app.Screen
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.map

/** A screen in the stack, with the model behind it where it has one of its own. */
internal sealed interface Page {
    val screen: Flow<Screen>

    /** To come back to after the app's death; nothing where that is what the screen below it leads to. */
    val place: Place? get() = null

    /** It shows what an account holds, and goes with it. */
    val isOfRecord: Boolean
        get() = when (this) {
            is Thread, is Compose, is Documents, is Document, is Labs, is LabReport, is LabResult -> true
            is Welcome, is SignIn, is Home, is Clinic, is Privacy, is AccessLog, is Copy, is Leaving, is SecondStep, is AddPerson, is Plain -> false
        }

    /** Puts on disk what was typed last. */
    suspend fun keep() {}

    /** Its place is left for good. */
    suspend fun leave()

    class Welcome(val model: WelcomeModel) : Page {
        override val screen get() = model.state.map(Screen::Welcome)

        override suspend fun leave() = model.close()
    }

    class SignIn(val model: SignInModel) : Page {
        override val screen get() = model.state.map(Screen::SignIn)

        override suspend fun leave() = model.leave()
    }

    class Home(val state: StateFlow<Screen.Home>) : Page {
        override val screen get() = state

        override suspend fun leave() {}
    }

    class Thread(val model: ThreadModel) : Page {
        override val screen get() = model.state.map(Screen::Thread)
        override val place get() = Place.Thread(model.state.value.id, model.from?.value)

        override suspend fun keep() = model.keep()

        override suspend fun leave() = model.leave()
    }

    class Compose(val model: ComposeModel) : Page {
        override val screen get() = model.state.map(Screen::Compose)
        override val place get() = Place.Compose(model.draft?.value)

        override suspend fun keep() = model.keep()

        override suspend fun leave() = model.leave()
    }

    class Documents(val model: DocumentsModel) : Page {
        override val screen get() = model.state.map(Screen::Documents)
        override val place get() = Place.Plain.Documents

        override suspend fun leave() = model.close()
    }

    class Document(val model: DocumentModel) : Page {
        override val screen get() = model.state.map(Screen::OneDocument)
        override val place get() = Place.Document(model.state.value.id)

        override suspend fun leave() = model.close()
    }

    class Labs(val model: LabsModel) : Page {
        override val screen get() = model.state.map(Screen::Labs)
        override val place get() = Place.Plain.Labs

        override suspend fun leave() = model.close()
    }

    class LabReport(val model: LabReportModel) : Page {
        override val screen get() = model.state.map(Screen::LabReport)
        override val place get() = Place.LabReport(model.id.value)

        override suspend fun leave() = model.close()
    }

    class LabResult(val model: LabResultModel) : Page {
        override val screen get() = model.state.map(Screen::LabResult)
        override val place get() = Place.LabResult(model.id.value)

        override suspend fun leave() = model.close()
    }

    class Clinic(val model: ClinicModel) : Page {
        override val screen get() = model.state.map(Screen::OneClinic)
        override val place get() = Place.Clinic(model.account.value)

        override suspend fun leave() = model.close()
    }

    class Privacy(val model: PrivacyModel) : Page {
        override val screen get() = model.state.map(Screen::Privacy)
        override val place get() = Place.Plain.Privacy

        override suspend fun leave() = model.close()
    }

    class AccessLog(val model: AccessLogModel) : Page {
        override val screen get() = model.state.map(Screen::AccessLog)
        override val place get() = Place.Plain.AccessLog

        override suspend fun leave() = model.close()
    }

    class Copy(val model: CopyModel) : Page {
        override val screen get() = model.state.map(Screen::Copy)

        override suspend fun leave() = model.leave()
    }

    class Leaving(val model: LeavingModel) : Page {
        override val screen get() = model.state.map(Screen::Leaving)

        override suspend fun leave() = model.close()
    }

    class SecondStep(val model: SecondStepModel) : Page {
        override val screen get() = model.state.map(Screen::SecondStep)

        override suspend fun leave() = model.close()
    }

    class AddPerson(val model: AddPersonModel) : Page {
        override val screen get() = model.state.map(Screen::AddPerson)

        override suspend fun leave() = model.close()
    }

    /** A screen whose state the app changes itself. */
    class Plain(first: Screen, override val place: Place? = null) : Page {
        val state = MutableStateFlow(first)
        override val screen get() = state

        override suspend fun leave() {}
    }
}
