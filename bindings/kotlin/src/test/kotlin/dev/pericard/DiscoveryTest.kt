package dev.pericard

import java.nio.file.Files
import dev.pericard.testing.MemoryKeystore
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class DiscoveryTest {
    @Test
    fun `a portal says what it can`() = test {
        val world = anasWorld()
        world.openClient(MemoryKeystore()).use { client ->
            val portal = client.onlyPortal()
            val can = portal.capabilities
            assertEquals(world.clientConfig().portals.single().base, portal.base)
            assertTrue(can.browserSignIn && can.nativeSignIn && can.revocation, "$can")
            val messages = FeatureCapability(Feature.MESSAGES, readable = true, sendable = true, sendsExactlyOnce = true)
            assertEquals(messages, can.features.first())
            assertTrue(can.features.drop(1).none { it.sendable }, "$can")
            assertTrue(can.fhirVersion.startsWith("4."), can.fhirVersion)
            assertTrue(portal.findings.none { it.verdict == Verdict.WRONG }, "${portal.findings}")
        }
    }

    @Test
    fun `a login page of the network is no portal`() = test {
        val world = anasWorld(faults = """[{"fault":"captive_portal"}]""")
        world.openClient(MemoryKeystore()).use { client ->
            val error = assertInstanceOf(PericardException.Portal::class.java, failure { client.onlyPortal() })
            assertEquals(PortalProblem.NOT_A_PORTAL, error.problem)
        }
    }

    @Test
    fun `another issuer is refused`() = test {
        val world = anasWorld(faults = """[{"fault":"wrong_issuer"}]""")
        world.openClient(MemoryKeystore()).use { client ->
            val error = assertInstanceOf(PericardException.Portal::class.java, failure { client.onlyPortal() })
            assertEquals(PortalProblem.WRONG_ISSUER, error.problem)
        }
    }

    @Test
    fun `no network is Offline`() = test {
        val world = anasWorld()
        world.openClient(MemoryKeystore()).use { client ->
            world.network(dev.pericard.world.NetworkState.DOWN)
            assertInstanceOf(PericardException.Offline::class.java, failure { client.onlyPortal() })
        }
    }

    @Test
    fun `plain http is refused before anything is sent`() = test {
        val folder = Files.createTempDirectory("pericard").toString()
        val portal = PortalConfig("http://portal.example/fhir", ClientId.Registered("app"), "app:/back", false, null, emptyList())
        Client.open(Config(directory = folder, portals = emptyList(), allowLoopbackHttp = false, app = "Test/1"), MemoryKeystore()).use { client ->
            val error = assertInstanceOf(PericardException.InvalidInput::class.java, failure { client.portal(portal) })
            assertEquals(InputProblem.NOT_HTTPS, error.problem)
        }
    }
}
