package dev.pericard.app.android

import android.content.Context
import androidx.work.Constraints
import androidx.work.CoroutineWorker
import androidx.work.ExistingPeriodicWorkPolicy
import androidx.work.ExistingWorkPolicy
import androidx.work.NetworkType
import androidx.work.OneTimeWorkRequestBuilder
import androidx.work.PeriodicWorkRequestBuilder
import androidx.work.WorkManager
import androidx.work.WorkerParameters
import dev.pericard.app.models.NOTIFY
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.util.concurrent.TimeUnit.MINUTES
import kotlin.time.Duration.Companion.minutes

/** Fetches what is new, and sends what waits, while no window is there. */
internal class SyncWorker(context: Context, parameters: WorkerParameters) : CoroutineWorker(context, parameters) {
    override suspend fun doWork(): Result {
        val app = applicationContext as PericardApplication
        val news = withContext(Dispatchers.Main) { app.root.syncInBackground(BUDGET) }
        if (!app.isInFront && app.device.settings[NOTIFY] != null) {
            if (news.newMessages) app.notifications.newMessages()
            if (news.notSent) app.notifications.notSent()
        }
        // What failed is tried again with the next one: a clinic that is down is not asked more often.
        return Result.success()
    }

    companion object {
        private const val PERIODIC = "sync"
        private const val ONCE = "send"

        /** The system gives a worker ten minutes. */
        private val BUDGET = 5.minutes
        private const val EVERY_MINUTES = 30L

        private val online = Constraints.Builder().setRequiredNetworkType(NetworkType.CONNECTED).build()

        /** When the system finds it convenient. */
        fun schedule(context: Context) {
            val work = PeriodicWorkRequestBuilder<SyncWorker>(EVERY_MINUTES, MINUTES)
                .setConstraints(online)
                .setInitialDelay(EVERY_MINUTES, MINUTES)
                .build()
            WorkManager.getInstance(context).enqueueUniquePeriodicWork(PERIODIC, ExistingPeriodicWorkPolicy.KEEP, work)
        }

        /** As soon as there is a network, also when the app has ended by then. */
        fun sendWhenOnline(context: Context) {
            val work = OneTimeWorkRequestBuilder<SyncWorker>().setConstraints(online).build()
            WorkManager.getInstance(context).enqueueUniqueWork(ONCE, ExistingWorkPolicy.KEEP, work)
        }
    }
}
