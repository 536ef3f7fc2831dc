package dev.pericard.app.real

import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.notices.Notice

/** What the core itself draws by lot, and so differs in each run, as the pictures show it: the number of an incident. */
internal fun AppState.steady(): AppState = copy(
    stack = stack.map { screen ->
        val notice = (screen as? Screen.OneNotice)?.state?.notice as? Notice.Incident
        if (notice == null) screen else screen.copy(state = screen.state.copy(notice = notice.copy(number = "7F2K")))
    },
)
