package dev.pericard.app.ui.app

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.material3.Badge
import androidx.compose.material3.BadgedBox
import androidx.compose.material3.Icon
import androidx.compose.material3.NavigationBar
import androidx.compose.material3.NavigationBarItem
import androidx.compose.material3.NavigationBarItemDefaults
import androidx.compose.material3.NavigationRail
import androidx.compose.material3.NavigationRailItem
import androidx.compose.material3.NavigationRailItemDefaults
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Mark
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.inbox.InboxScreen
import dev.pericard.app.ui.records.RecordsScreen
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.thread.ThreadScreen
import dev.pericard.app.ui.thread.ThreadState
import dev.pericard.app.ui.words.Words
import dev.pericard.app.ui.you.PeopleSheet
import dev.pericard.app.ui.you.YouScreen

/** The tabs: below on a phone, at the side where there is room; on wide windows with the open thread beside the list. */
@Composable
internal fun HomeScreen(home: Screen.Home, thread: ThreadState?, events: AppEvents, width: Dp) {
    if (width < MEDIUM) {
        Column(Modifier.fillMaxSize()) {
            Box(Modifier.weight(1f)) { TabContent(home, null, events) }
            BottomTabs(home, events::select)
        }
    } else {
        Row(Modifier.fillMaxSize().background(Pericard.palette.background)) {
            SideTabs(home, events::select)
            if (width >= WIDE && home.tab == Tab.Messages) {
                Box(Modifier.width(LIST)) { TabContent(home, thread?.id, events) }
                Box(Modifier.weight(1f).fillMaxHeight(), contentAlignment = Alignment.Center) {
                    if (thread == null) {
                        Mark(Pericard.palette.divider, Pericard.palette.divider, Modifier.size(96.dp))
                    } else {
                        ThreadScreen(thread, events.thread, events::back, beside = true)
                    }
                }
            } else {
                Box(Modifier.weight(1f)) { TabContent(home, null, events) }
            }
        }
    }
    home.people?.let { PeopleSheet(it, events.people) }
}

private val LIST = 400.dp

@Composable
private fun TabContent(home: Screen.Home, selected: String?, events: AppEvents) {
    when (home.tab) {
        Tab.Messages -> InboxScreen(home.inbox, events.inbox, events.closed, selected = selected)
        Tab.Records -> RecordsScreen(home.records, events.records, events.recordFrame, events.closed)
        Tab.You -> YouScreen(home.you, events.you)
    }
}

@Composable
private fun BottomTabs(home: Screen.Home, onSelect: (Tab) -> Unit) {
    // Labels grow with the text, and the bar with its labels.
    val height = if (Pericard.largeText) 104.dp else 80.dp
    NavigationBar(Modifier.heightIn(min = height), containerColor = Pericard.palette.background) {
        Tab.entries.forEach { tab ->
            NavigationBarItem(
                selected = tab == home.tab,
                onClick = { onSelect(tab) },
                icon = { TabIcon(tab, home) },
                label = { Text(tab.label(Pericard.words), style = Pericard.type.label) },
                colors = NavigationBarItemDefaults.colors(
                    selectedIconColor = Pericard.palette.onPrimaryContainer,
                    selectedTextColor = Pericard.palette.text,
                    unselectedIconColor = Pericard.palette.textSoft,
                    unselectedTextColor = Pericard.palette.textSoft,
                ),
            )
        }
    }
}

@Composable
private fun SideTabs(home: Screen.Home, onSelect: (Tab) -> Unit) {
    NavigationRail(containerColor = Pericard.palette.background) {
        Tab.entries.forEach { tab ->
            NavigationRailItem(
                selected = tab == home.tab,
                onClick = { onSelect(tab) },
                icon = { TabIcon(tab, home) },
                label = { Text(tab.label(Pericard.words), style = Pericard.type.label) },
                colors = NavigationRailItemDefaults.colors(
                    selectedIconColor = Pericard.palette.onPrimaryContainer,
                    selectedTextColor = Pericard.palette.text,
                    unselectedIconColor = Pericard.palette.textSoft,
                    unselectedTextColor = Pericard.palette.textSoft,
                ),
            )
        }
    }
}

/** The icon with the number of what is new; the number is read in words. */
@Composable
private fun TabIcon(tab: Tab, home: Screen.Home) {
    val words = Pericard.words
    val (count, spoken) = when (tab) {
        Tab.Messages -> home.unread to words.inboxUnreadA11y(home.unread)
        Tab.Records -> home.records.news to words.recordsNewA11y(home.records.news)
        Tab.You -> home.you.newNotices to words.noticesNewA11y(home.you.newNotices)
    }
    BadgedBox({
        if (count > 0) {
            Badge(
                Modifier.semantics { contentDescription = spoken },
                containerColor = Pericard.palette.heart,
                contentColor = Pericard.palette.onHeart,
            ) { Text(words.language.number(count), style = TextStyle(fontSize = with(LocalDensity.current) { 11.dp.toSp() })) }
        }
    }) { Icon(tab.icon(tab == home.tab), null) }
}

private fun Tab.label(words: Words): String = when (this) {
    Tab.Messages -> words.tabMessages
    Tab.Records -> words.tabRecords
    Tab.You -> words.tabYou
}

private fun Tab.icon(selected: Boolean): ImageVector = when (this) {
    Tab.Messages -> if (selected) Icons.messagesFilled else Icons.messages
    Tab.Records -> Icons.records
    Tab.You -> if (selected) Icons.youFilled else Icons.you
}
