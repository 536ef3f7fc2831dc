package dev.pericard.app.android

import android.Manifest.permission.POST_NOTIFICATIONS
import android.content.Context
import android.content.Intent
import android.net.Uri
import androidx.activity.ComponentActivity
import androidx.activity.result.contract.ActivityResultContract
import androidx.activity.result.contract.ActivityResultContracts.CreateDocument
import androidx.activity.result.contract.ActivityResultContracts.OpenDocument
import androidx.activity.result.contract.ActivityResultContracts.RequestPermission
import kotlinx.coroutines.CompletableDeferred

/** What only a window can ask the system. The answer may come to the window after it, since the system may end this one. */
internal class Errands(private val activity: ComponentActivity, private val device: () -> AndroidDevice) {
    private val opens = activity.registerForActivityResult(OpenDocument()) { device().document.answer(it) }
    private val saves = activity.registerForActivityResult(CreateTyped()) { device().place.answer(it) }
    private val asks = activity.registerForActivityResult(RequestPermission()) { device().allowed.answer(it) }

    val context: ComponentActivity get() = activity

    fun chooseDocument() = opens.launch(arrayOf("*/*"))

    fun choosePlace(name: String, contentType: String = ANYTHING) = saves.launch(NamedType(name, contentType))

    fun askForNotifications() = asks.launch(POST_NOTIFICATIONS)
}

/** A file to make, and what it is, so that its place knows which app opens it. */
private class NamedType(val name: String, val contentType: String)

/** [CreateDocument] knows the type before the name. */
private class CreateTyped : ActivityResultContract<NamedType, Uri?>() {
    private val plain = CreateDocument(ANYTHING)

    override fun createIntent(context: Context, input: NamedType): Intent = plain.createIntent(context, input.name).setType(input.contentType)

    override fun parseResult(resultCode: Int, intent: Intent?): Uri? = plain.parseResult(resultCode, intent)
}

private const val ANYTHING = "application/octet-stream"

/** One question at a time; another one takes the answer from the one before. */
internal class Question<T> {
    private var waiting: CompletableDeferred<T?>? = null

    suspend fun ask(put: () -> Unit): T? {
        waiting?.complete(null)
        val mine = CompletableDeferred<T?>().also { waiting = it }
        put()
        return mine.await()
    }

    /** What comes when nobody asks, as after the app's death, is dropped. */
    fun answer(with: T?) {
        waiting?.complete(with)
        waiting = null
    }
}

internal typealias Document = Question<Uri>
