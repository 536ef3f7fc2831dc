package dev.pericard.app.android

import android.app.Application
import androidx.work.Configuration as WorkConfiguration
import dev.pericard.AndroidKeystore
import dev.pericard.Client
import dev.pericard.Config
import dev.pericard.Keystore
import dev.pericard.app.models.Configuration
import dev.pericard.app.models.Core
import dev.pericard.app.models.OpenCore
import dev.pericard.app.models.RootModel
import dev.pericard.app.models.Storage
import dev.pericard.app.ui.words.Language
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.MainScope
import java.io.File

/** The process. What is open lives here and not in a window: windows come and go, and background work has none. */
open class PericardApplication : Application(), WorkConfiguration.Provider {
    internal val scope: CoroutineScope = MainScope()
    internal val notifications by lazy { Notifications(this) }
    internal val device by lazy { AndroidDevice(this, configuration) }
    internal open val root: RootModel by lazy { newRoot() }
    internal val directory by lazy { Directory(File(noBackupFilesDir, "pericard").path, keystore, configuration) }

    /** A window of the app is in front. */
    internal var isInFront = false

    internal val languages: List<String>
        get() = resources.configuration.locales.let { all -> List(all.size()) { all[it].toLanguageTag() } }

    internal val language: Language get() = Language.of(languages)

    protected open val configuration: Configuration by lazy {
        configuration(assets.open("clinics.json").bufferedReader().use { it.readText() }, VERSION)
    }

    protected open val keystore: Keystore by lazy { AndroidKeystore(this) }

    override val workManagerConfiguration: WorkConfiguration get() = WorkConfiguration.Builder().build()

    override fun onCreate() {
        super.onCreate()
        notifications.prepare()
        SyncWorker.schedule(this)
    }

    internal fun newRoot() = RootModel(scope, directory, device, configuration) { language }

    internal companion object {
        const val VERSION = "0.1.0"
    }
}

/** No backup of the system takes it along, and the files are nothing without the phone's keystore. */
internal class Directory(private val path: String, private val keystore: Keystore, private val configuration: Configuration) : Storage {
    var client: Client? = null
        private set

    override suspend fun open(): Core {
        val config = Config(path, "Pericard/${configuration.version}", configuration.places.map { it.portal })
        return OpenCore(Client.open(config, keystore).also { client = it })
    }

    override suspend fun erase() = Client.erase(path, keystore)
}
