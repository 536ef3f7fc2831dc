package dev.pericard.app.ui

import dev.pericard.app.ui.app.AppEvents
import java.lang.reflect.Proxy

/** Events that are written down: `inbox.openThread(1)`. What only tells what is in sight goes to [scrolled]. */
class Recorder {
    val calls = mutableListOf<String>()
    val scrolled = mutableListOf<String>()

    val events: AppEvents = record(AppEvents::class.java, "") as AppEvents

    private fun record(type: Class<*>, path: String): Any =
        Proxy.newProxyInstance(type.classLoader, arrayOf(type)) { proxy, method, arguments ->
            val name = method.name
            when {
                name == "equals" -> proxy === arguments?.single()
                name == "hashCode" -> System.identityHashCode(proxy)
                name == "toString" -> path
                method.returnType.isInterface -> record(method.returnType, name.removePrefix("get").replaceFirstChar(Char::lowercase) + ".")
                else -> {
                    val told = if (name.startsWith("shown") || name == "appeared") scrolled else calls
                    told += "$path$name(${arguments.orEmpty().joinToString()})"
                    null
                }
            }
        }
}
