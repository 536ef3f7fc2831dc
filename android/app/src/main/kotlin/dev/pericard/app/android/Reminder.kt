package dev.pericard.app.android

import android.content.Context
import androidx.work.ExistingWorkPolicy
import androidx.work.OneTimeWorkRequestBuilder
import androidx.work.WorkManager
import androidx.work.Worker
import androidx.work.WorkerParameters
import java.time.Duration
import java.time.Instant

/** Says that a code can be tried again. The system may be some minutes late. */
internal class Reminder(context: Context, parameters: WorkerParameters) : Worker(context, parameters) {
    override fun doWork(): Result {
        (applicationContext as PericardApplication).notifications.codeAgain()
        return Result.success()
    }

    companion object {
        private const val NAME = "code again"

        fun schedule(context: Context, at: Instant, now: Instant) {
            val wait = Duration.between(now, at).coerceAtLeast(Duration.ZERO)
            val work = OneTimeWorkRequestBuilder<Reminder>().setInitialDelay(wait).build()
            WorkManager.getInstance(context).enqueueUniqueWork(NAME, ExistingWorkPolicy.REPLACE, work)
        }

        fun cancel(context: Context) {
            WorkManager.getInstance(context).cancelUniqueWork(NAME)
        }
    }
}
