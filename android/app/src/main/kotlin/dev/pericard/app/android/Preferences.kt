package dev.pericard.app.android

import android.content.Context
import dev.pericard.app.models.Settings

/** Small settings in the app's own storage; nothing of it is about the patient but opaque ids. */
internal class Preferences(context: Context) : Settings {
    private val kept = context.getSharedPreferences("app", Context.MODE_PRIVATE)

    override fun get(name: String): String? = kept.getString(name, null)

    override fun set(name: String, value: String?) = kept.edit().putString(name, value).apply()
}
