package dev.pericard.app.ui.model

import androidx.compose.runtime.Immutable
import java.time.Instant

/** When something was, and how much of that is known. */
@Immutable
data class Moment(val at: Instant, val precision: Precision = Precision.Instant) : Unprinted()

/** How much of a date is known; all but [Instant] are the same in every zone and lie in UTC. */
enum class Precision { Year, Month, Day, LocalTime, Instant }
