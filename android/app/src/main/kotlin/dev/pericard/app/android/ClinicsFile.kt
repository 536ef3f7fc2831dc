package dev.pericard.app.android

import dev.pericard.ClientId
import dev.pericard.PortalConfig
import dev.pericard.app.models.Configuration
import dev.pericard.app.models.ConfiguredPlace
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.ClinicKind
import org.json.JSONObject
import java.net.URI
import kotlin.time.Duration.Companion.days

/**
 * The clinics that the app is made for, and how it comes back from the pages of any other: `assets/clinics.json`, which is
 * all that has to be changed for an app of one's own. The iOS app reads a file of the same shape.
 *
 * `policyKeys` is the JWKS with whose keys a clinic signs what it switches on and off; without, it switches nothing.
 *
 * At a clinic that a person has typed the app registers itself, and signs in by the browser.
 */
internal fun configuration(json: String, version: String): Configuration {
    val file = JSONObject(json)
    val redirect = file.getString("redirect")
    val clinics = file.getJSONArray("clinics")
    return Configuration(
        places = List(clinics.length()) { place(clinics.getJSONObject(it), redirect) },
        version = version,
        others = PortalConfig(base = "", client = ClientId.Dynamic, redirect = redirect, lease = 30.days),
    )
}

private fun place(entry: JSONObject, redirect: String): ConfiguredPlace {
    val base = entry.getString("base")
    val clinic = Clinic(
        id = base,
        name = entry.getString("name"),
        host = URI(base).host,
        kind = ClinicKind.entries.first { it.name.equals(entry.optString("kind", "clinic"), ignoreCase = true) },
        phone = entry.optString("phone").ifEmpty { null },
        emergency = entry.optString("emergency", "112"),
    )
    val portal = PortalConfig(
        base = base,
        client = ClientId.Registered(entry.getString("clientID")),
        redirect = entry.optString("redirect", redirect),
        nativeSignIn = entry.optBoolean("nativeSignIn"),
        lease = entry.optInt("leaseDays").takeIf { it > 0 }?.days,
        policyKeys = entry.optJSONObject("policyKeys")?.toString(),
    )
    return ConfiguredPlace(clinic, portal)
}
