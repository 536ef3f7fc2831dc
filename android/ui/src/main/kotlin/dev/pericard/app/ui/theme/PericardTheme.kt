package dev.pericard.app.ui.theme

import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.ColorScheme
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Shapes
import androidx.compose.material3.Typography
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.remember
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.unit.LayoutDirection
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.words.Formats
import dev.pericard.app.ui.words.Language
import dev.pericard.app.ui.words.Words

/** How the app looks and speaks, as the phone's settings and the person's choices say. */
@Immutable
data class Look(
    val formats: Formats,
    val dark: Boolean = false,
    val highContrast: Boolean = false,
) : Unprinted() {
    val language: Language get() = formats.language
}

val LocalPalette = staticCompositionLocalOf { Palette.Light }
val LocalType = staticCompositionLocalOf<Type> { error("PericardTheme is missing") }
val LocalWords = staticCompositionLocalOf<Words> { error("PericardTheme is missing") }
val LocalFormats = staticCompositionLocalOf<Formats> { error("PericardTheme is missing") }

/** What screens read from the theme: `Pericard.palette.text`, `Pericard.type.body`, `Pericard.words.commonOk`. */
object Pericard {
    val palette: Palette @Composable get() = LocalPalette.current
    val type: Type @Composable get() = LocalType.current
    val words: Words @Composable get() = LocalWords.current
    val formats: Formats @Composable get() = LocalFormats.current

    /** Text is so large that rows stack and bars scroll with what is under them. */
    val largeText: Boolean @Composable get() = LocalDensity.current.fontScale >= 1.4f
}

@Composable
fun PericardTheme(look: Look, content: @Composable () -> Unit) {
    val palette = when {
        look.dark && look.highContrast -> Palette.DarkHigh
        look.dark -> Palette.Dark
        look.highContrast -> Palette.LightHigh
        else -> Palette.Light
    }
    val fontScale = LocalDensity.current.fontScale
    val type = remember(look.language, fontScale) { Type(look.language, fontScale) }
    val direction = if (look.language.rightToLeft) LayoutDirection.Rtl else LayoutDirection.Ltr
    CompositionLocalProvider(
        LocalPalette provides palette,
        LocalType provides type,
        LocalWords provides look.language.words,
        LocalFormats provides look.formats,
        LocalLayoutDirection provides direction,
    ) {
        MaterialTheme(palette.scheme(look.dark), shapes, type.material(), content)
    }
}

private val shapes = Shapes(
    extraSmall = RoundedCornerShape(Radius.chip),
    small = RoundedCornerShape(Radius.chip),
    medium = RoundedCornerShape(Radius.field),
    large = RoundedCornerShape(Radius.card),
    extraLarge = RoundedCornerShape(Radius.sheet),
)

private fun Palette.scheme(dark: Boolean): ColorScheme {
    val base = if (dark) darkColorScheme() else lightColorScheme()
    return base.copy(
        primary = primary,
        onPrimary = onPrimary,
        primaryContainer = primaryContainer,
        onPrimaryContainer = onPrimaryContainer,
        secondary = primary,
        onSecondary = onPrimary,
        secondaryContainer = primaryContainer,
        onSecondaryContainer = onPrimaryContainer,
        tertiary = heart,
        onTertiary = onHeart,
        background = background,
        onBackground = text,
        surface = surface,
        onSurface = text,
        surfaceVariant = surfaceSunken,
        onSurfaceVariant = textSoft,
        surfaceTint = primary,
        surfaceContainerLowest = surface,
        surfaceContainerLow = background,
        surfaceContainer = background,
        surfaceContainerHigh = surfaceSunken,
        surfaceContainerHighest = surfaceRaised,
        error = error,
        onError = onError,
        errorContainer = errorContainer,
        onErrorContainer = onErrorContainer,
        outline = outline,
        outlineVariant = divider,
        scrim = scrim,
    )
}

private fun Type.material() = Typography(
    displaySmall = number,
    headlineMedium = screenTitle,
    headlineSmall = title,
    titleLarge = barTitle,
    titleMedium = headline,
    titleSmall = label,
    bodyLarge = body,
    bodyMedium = support,
    bodySmall = caption,
    labelLarge = headline,
    labelMedium = label,
    labelSmall = caption,
)
