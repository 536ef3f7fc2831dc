package dev.pericard.app.android

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent

/**
 * Notifications without content: no name, no clinic, no subject, no number. So they may stand on the lock screen, and no
 * switch shows more.
 */
internal class Notifications(private val context: Context) {
    private val manager = context.getSystemService(NotificationManager::class.java)

    val areOn: Boolean get() = manager.areNotificationsEnabled()

    /** The system shows the channel by its name in the phone's language. */
    fun prepare() {
        val name = context.getString(R.string.tab_messages)
        manager.createNotificationChannel(NotificationChannel(CHANNEL, name, NotificationManager.IMPORTANCE_DEFAULT))
    }

    fun newMessages() = post(NEW, R.string.push_message, R.string.push_open)

    fun notSent() = post(NOT_SENT, R.string.push_unsent, R.string.push_unsent_text)

    fun codeAgain() = post(CODE, R.string.push_codeWait, null)

    /** The app is in front and says everything itself. */
    fun clear() = manager.cancelAll()

    private fun post(id: Int, title: Int, text: Int?) {
        val open = Intent(context, MainActivity::class.java).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK or Intent.FLAG_ACTIVITY_SINGLE_TOP)
        val notification = Notification.Builder(context, CHANNEL)
            .setSmallIcon(R.drawable.ic_notification)
            .setColor(context.getColor(R.color.primary))
            .setContentTitle(context.getString(title))
            .setContentText(text?.let(context::getString))
            .setContentIntent(PendingIntent.getActivity(context, 0, open, PendingIntent.FLAG_IMMUTABLE))
            .setVisibility(Notification.VISIBILITY_PUBLIC)
            .setAutoCancel(true)
            .build()
        // Without the person's leave the system drops it.
        manager.notify(id, notification)
    }

    private companion object {
        const val CHANNEL = "messages"
        const val NEW = 1
        const val NOT_SENT = 2
        const val CODE = 3
    }
}
