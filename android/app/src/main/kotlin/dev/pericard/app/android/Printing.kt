package dev.pericard.app.android

import android.app.Activity
import android.content.Context
import android.graphics.Paint
import android.graphics.Typeface
import android.os.Bundle
import android.os.CancellationSignal
import android.os.ParcelFileDescriptor
import android.print.PageRange
import android.print.PrintAttributes
import android.print.PrintDocumentAdapter
import android.print.PrintDocumentInfo
import android.print.PrintManager
import android.print.pdf.PrintedPdfDocument
import java.io.FileOutputStream
import java.io.IOException

/** Hands a few lines of text, such as recovery codes, to the system's printing. They are in no file of the app's. */
internal fun print(activity: Activity, text: String) {
    activity.getSystemService(PrintManager::class.java).print("Pericard", Lines(activity, text.lines()), null)
}

/** One page; a list that is longer than a page is cut at its end. */
private class Lines(private val context: Context, private val lines: List<String>) : PrintDocumentAdapter() {
    private lateinit var attributes: PrintAttributes

    override fun onLayout(
        old: PrintAttributes?,
        new: PrintAttributes,
        cancelled: CancellationSignal?,
        callback: LayoutResultCallback,
        extras: Bundle?,
    ) {
        attributes = new
        val info = PrintDocumentInfo.Builder("codes.pdf").setContentType(PrintDocumentInfo.CONTENT_TYPE_DOCUMENT).setPageCount(1).build()
        callback.onLayoutFinished(info, old != new)
    }

    override fun onWrite(pages: Array<PageRange>, to: ParcelFileDescriptor, cancelled: CancellationSignal?, callback: WriteResultCallback) {
        val document = PrintedPdfDocument(context, attributes)
        try {
            val page = document.startPage(0)
            val paint = Paint().apply {
                typeface = Typeface.MONOSPACE
                textSize = SIZE
            }
            lines.forEachIndexed { at, line -> page.canvas.drawText(line, MARGIN, MARGIN + (at + 1) * LEADING, paint) }
            document.finishPage(page)
            FileOutputStream(to.fileDescriptor).use(document::writeTo)
            callback.onWriteFinished(arrayOf(PageRange.ALL_PAGES))
        } catch (_: IOException) {
            callback.onWriteFailed(null)
        } finally {
            document.close()
        }
    }

    /** In points. */
    private companion object {
        const val SIZE = 14f
        const val LEADING = 24f
        const val MARGIN = 56f
    }
}
