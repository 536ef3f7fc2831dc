package dev.pericard.app.ui.icons

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.graphics.vector.addPathNodes
import androidx.compose.ui.unit.dp

/** A vector of one outline on the grid of Material Symbols, which lies above the origin. */
internal fun outline(name: String, flip: Boolean, path: String): ImageVector =
    ImageVector.Builder(name, 24.dp, 24.dp, viewportWidth = 960f, viewportHeight = 960f, autoMirror = flip)
        .addGroup(translationY = 960f)
        .addPath(addPathNodes(path), fill = SolidColor(Color.Black))
        .clearGroup()
        .build()
