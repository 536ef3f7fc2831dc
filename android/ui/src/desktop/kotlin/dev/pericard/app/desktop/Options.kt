package dev.pericard.app.desktop

import java.nio.file.Path

/** What the program was started with. */
internal class Options(
    /** The portal; nothing for people in memory. */
    val base: String?,
    /** The certificate, in PEM, that a portal on this machine is to be trusted by. */
    val certificate: Path?,
    /** Does by itself what a person would, and ends. */
    val walk: Walk?,
) {
    companion object {
        fun of(arguments: Array<String>): Options {
            val values = arguments.toList().windowed(2).filter { it.first().startsWith("--") }.associate { (name, value) -> name to value }
            val walk = values["--walk"]?.let { folder ->
                Walk(Path.of(folder), user = values.getValue("--user"), password = values.getValue("--password"), secret = values.getValue("--secret"))
            }
            require("--fake" in arguments || "--base" in values) { "--fake, or --base <address> --certificate <file>" }
            return Options(values["--base"], values["--certificate"]?.let(Path::of), walk)
        }
    }
}

/** A way through the app from the first run to an answer sent; a picture of each step goes to [pictures]. */
internal class Walk(val pictures: Path, val user: String, val password: String, val secret: String)
