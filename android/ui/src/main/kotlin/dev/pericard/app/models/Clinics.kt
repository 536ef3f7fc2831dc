package dev.pericard.app.models

import dev.pericard.Account
import dev.pericard.PortalConfig
import dev.pericard.app.ui.model.Clinic
import java.net.URI

/** What the app's maker configures. */
class Configuration(
    val places: List<ConfiguredPlace>,
    /** The app's version, as it is shown. */
    val version: String,
    /** How the app presents itself to a clinic that was typed or scanned; [PortalConfig.base] is replaced. */
    val others: PortalConfig,
) {
    fun place(clinicId: String): ConfiguredPlace? = places.find { it.clinic.id == clinicId }

    /** How the app presents itself at a base. */
    fun portal(base: String): PortalConfig = places.find { it.portal.base == base }?.portal ?: others.copy(base = base)

    /** The clinic behind a base: as configured, else named by its host. */
    fun clinic(base: String): Clinic = places.find { it.portal.base == base }?.clinic ?: host(base).let { Clinic(base, it, it) }
}

/** A place that the app offers by itself. */
class ConfiguredPlace(val clinic: Clinic, val portal: PortalConfig)

internal fun Configuration.clinic(account: Account): Clinic = clinic(account.portal)

internal fun host(address: String): String = runCatching { URI(address).host }.getOrNull().orEmpty().ifEmpty { address }
