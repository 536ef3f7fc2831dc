package dev.pericard.app.android

import android.Manifest.permission.HIDE_OVERLAY_WINDOWS
import androidx.work.testing.WorkManagerTestInitHelper
import dev.pericard.ClientId
import dev.pericard.PortalConfig
import dev.pericard.app.models.Configuration
import dev.pericard.app.models.ConfiguredPlace
import dev.pericard.app.models.RootModel
import dev.pericard.app.ui.model.Clinic
import dev.pericard.testing.MemoryKeystore
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch
import org.robolectric.Shadows.shadowOf
import java.io.File
import java.security.cert.CertificateFactory

/** The app as it ships, but for two things: its one clinic is the reference portal, and its keys are in memory. */
class TestApplication : PericardApplication() {
    override val configuration: Configuration by lazy {
        val roots = listOf(File(of("certificate")).inputStream().use { CertificateFactory.getInstance("X.509").generateCertificate(it).encoded })
        val portal = PortalConfig(of("base"), ClientId.Registered("pericard"), REDIRECT, nativeSignIn = true, extraRoots = roots)
        Configuration(
            places = listOf(ConfiguredPlace(Clinic("linden", "Linden Clinic", "portal.linden.example", phone = "555 0134"), portal)),
            version = VERSION,
            others = portal.copy(client = ClientId.Dynamic, nativeSignIn = false),
        )
    }

    /** Robolectric has no `AndroidKeyStore`. */
    public override val keystore = MemoryKeystore()
    private var lives = mutableListOf<RootModel>()

    override val root: RootModel get() = lives.lastOrNull() ?: newRoot().also(lives::add)

    /** The process ends, as far as the app can tell: what it held is gone, and the next window begins from the disk. */
    fun dies(): Job = scope.launch {
        directory.client?.shutDown()
        lives += newRoot()
    }

    override fun onCreate() {
        WorkManagerTestInitHelper.initializeTestWorkManager(this, workManagerConfiguration)
        // The system gives it to every app that asks.
        shadowOf(this).grantPermissions(HIDE_OVERLAY_WINDOWS)
        super.onCreate()
    }

    companion object {
        const val REDIRECT = "dev.pericard.app:/callback"

        /** What the test was started with. */
        fun of(name: String): String = checkNotNull(System.getProperty("pericard.$name")) { "-Dpericard.$name is missing" }
    }
}
