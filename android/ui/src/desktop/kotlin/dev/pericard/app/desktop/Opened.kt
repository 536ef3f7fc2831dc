package dev.pericard.app.desktop

import dev.pericard.Client
import dev.pericard.ClientId
import dev.pericard.Config
import dev.pericard.PortalConfig
import dev.pericard.app.models.Configuration
import dev.pericard.app.models.ConfiguredPlace
import dev.pericard.app.models.Core
import dev.pericard.app.models.Device
import dev.pericard.app.models.FakeCore
import dev.pericard.app.models.OpenCore
import dev.pericard.app.models.Storage
import dev.pericard.app.ui.model.Clinic
import dev.pericard.testing.MemoryKeystore
import java.io.ByteArrayInputStream
import java.nio.file.Files
import java.nio.file.Path
import java.security.cert.CertificateFactory

/** What the app runs on, and how it is put away. */
internal class Opened(
    val storage: Storage,
    val device: Device,
    val configuration: Configuration,
    private val back: Loopback,
    private val folder: Folder? = null,
) {
    suspend fun close() {
        back.close()
        folder?.close()
    }

    companion object {
        private fun portal(base: String, back: Loopback, roots: List<ByteArray> = emptyList()) =
            PortalConfig(base, ClientId.Registered("pericard"), back.redirect, nativeSignIn = true, extraRoots = roots)

        private fun configuration(place: PortalConfig) = Configuration(
            places = listOf(ConfiguredPlace(Clinic("linden", "Linden Clinic", "portal.linden.example", phone = "555 0134"), place)),
            version = VERSION,
            others = place.copy(client = ClientId.Dynamic, nativeSignIn = false),
        )

        fun at(options: Options): Opened {
            val roots = options.certificate?.let { listOf(der(it)) }.orEmpty()
            val back = Loopback()
            val place = portal(checkNotNull(options.base), back, roots)
            val folder = Folder(place)
            return Opened(folder, DesktopDevice(back), configuration(place), back, folder)
        }

        fun inMemory(): Opened {
            val back = Loopback()
            return Opened(InMemory(), DesktopDevice(back), configuration(portal("https://portal.linden.example/fhir", back)), back)
        }

        private fun der(pem: Path): ByteArray =
            CertificateFactory.getInstance("X.509").generateCertificate(ByteArrayInputStream(Files.readAllBytes(pem))).encoded
    }
}

/** The app's version, as it stands under You. */
private const val VERSION = "0.1.0"

/** People in memory. */
private class InMemory : Storage {
    override suspend fun open(): Core = FakeCore()

    override suspend fun erase() = Unit
}

/** A folder that goes with the window. */
internal class Folder(private val place: PortalConfig) : Storage {
    private val path = Files.createTempDirectory("pericard-app")
    /** The keys go with the window, as all that they open does. */
    private val keys = MemoryKeystore()
    private var client: Client? = null

    override suspend fun open(): Core {
        val opened = Client.open(Config(path.toString(), "PericardApp/$VERSION", listOf(place)), keys)
        client = opened
        return OpenCore(opened)
    }

    override suspend fun erase() = Client.erase(path.toString(), keys)

    suspend fun close() {
        client?.shutDown()
        path.toFile().deleteRecursively()
    }
}
