package dev.pericard.app.ui.components

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.Icon
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.OutlinedTextFieldDefaults
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.contentType
import androidx.compose.ui.semantics.error
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.VisualTransformation
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space

/** A field with its label above it, where it stays while one types. */
@Composable
fun LabelledField(
    label: String,
    value: String,
    onChange: (String) -> Unit,
    modifier: Modifier = Modifier,
    contentType: ContentType? = null,
    wrong: String? = null,
    keyboard: KeyboardOptions = KeyboardOptions.Default,
    actions: KeyboardActions = KeyboardActions.Default,
    hidden: VisualTransformation = VisualTransformation.None,
    placeholder: String? = null,
    enabled: Boolean = true,
    fieldModifier: Modifier = Modifier,
    trailing: (@Composable () -> Unit)? = null,
) {
    Column(modifier) {
        Text(
            label,
            Modifier.padding(bottom = Space.xs).clearAndSetSemantics {},
            style = Pericard.type.label,
            color = Pericard.palette.text,
        )
        OutlinedTextField(
            value,
            onChange,
            fieldModifier.fillMaxWidth().semantics {
                contentDescription = label
                if (contentType != null) this.contentType = contentType
                if (wrong != null) error(wrong)
            },
            enabled = enabled,
            textStyle = Pericard.type.body,
            placeholder = placeholder?.let { { Text(it, style = Pericard.type.body) } },
            trailingIcon = trailing,
            isError = wrong != null,
            visualTransformation = hidden,
            keyboardOptions = keyboard,
            keyboardActions = actions,
            singleLine = true,
            shape = RoundedCornerShape(Radius.field),
            colors = OutlinedTextFieldDefaults.colors(
                unfocusedContainerColor = Pericard.palette.surface,
                focusedContainerColor = Pericard.palette.surface,
                errorContainerColor = Pericard.palette.surface,
            ),
        )
        if (wrong != null) WrongLine(wrong)
    }
}

/** Says at once what was wrong, under what was wrong. */
@Composable
fun WrongLine(text: String, modifier: Modifier = Modifier, hint: String? = null) {
    Row(
        modifier.padding(top = Space.s).semantics(mergeDescendants = true) { liveRegion = LiveRegionMode.Assertive },
        verticalAlignment = Alignment.Top,
    ) {
        Icon(Icons.failedFilled, null, Modifier.padding(top = 1.dp).size(18.dp), tint = Pericard.palette.error)
        Column(Modifier.padding(start = Space.s)) {
            val style = if (hint == null) Pericard.type.support else Pericard.type.label
            Text(text, style = style, color = Pericard.palette.error)
            if (hint != null) Text(hint, style = Pericard.type.support, color = Pericard.palette.textSoft)
        }
    }
}
