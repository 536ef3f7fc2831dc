package dev.pericard.app.ui

import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.toPixelMap
import java.awt.image.BufferedImage
import java.awt.image.IndexColorModel
import java.io.File
import javax.imageio.ImageIO

/** Writes a picture with a palette of its 256 commonest colours, which a screen hardly exceeds: a quarter of the bytes. */
fun ImageBitmap.write(file: File) {
    val pixels = toPixelMap().buffer
    val counts = HashMap<Int, Int>()
    pixels.forEach { counts.merge(it and RGB, 1, Int::plus) }
    val exact = counts.size <= COLORS
    // Neighbouring shades share a bucket, so that a thousand steps of a smooth edge do not crowd a rare colour out.
    val buckets = HashMap<Int, MutableList<Int>>()
    counts.keys.forEach { buckets.getOrPut(if (exact) it else it and COARSE) { mutableListOf() } += it }
    val chosen = buckets.values
        .sortedByDescending { bucket -> bucket.sumOf { counts.getValue(it) } }
        .take(COLORS)
        .map { bucket -> bucket.maxBy { counts.getValue(it) } }
        .toIntArray()
    val index = counts.keys.associateWith { color -> chosen.indices.minBy { distance(chosen[it], color) } }
    val model = IndexColorModel(8, chosen.size, chosen, 0, false, -1, java.awt.image.DataBuffer.TYPE_BYTE)
    val image = BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, model)
    val raster = image.raster
    for (y in 0 until height) {
        for (x in 0 until width) raster.setSample(x, y, 0, index.getValue(pixels[y * width + x] and RGB))
    }
    file.parentFile.mkdirs()
    ImageIO.write(image, "png", file)
}

private const val COLORS = 256
private const val RGB = 0xFFFFFF
private const val COARSE = 0xF8F8F8

private fun distance(a: Int, b: Int): Int = (0..16 step 8).sumOf { shift ->
    val d = (a shr shift and 0xFF) - (b shr shift and 0xFF)
    d * d
}
