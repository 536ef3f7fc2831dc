package dev.pericard.app.ui

import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsFocused
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertTextContains
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTextReplacement
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.samples.People
import dev.pericard.app.ui.signin.SignInState
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.signin.Wrong
import dev.pericard.app.ui.words.Language
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

@OptIn(ExperimentalTestApi::class)
class SignInTest {
    private val people = People(Language.English)

    private fun asks(step: Step) = AppState(listOf(Screen.SignIn(SignInState(people.linden, "ana", step))))

    private val Stage.code get() = test.onNodeWithContentDescription(words.codeA11y(6))

    @Test
    fun `a pasted code loses its spaces and dashes and is sent once`() = stage(asks(Step.Code(digits = 6))) {
        code.performTextReplacement("440 6-36")
        test.waitForIdle()
        code.performTextReplacement("440636")
        test.waitForIdle()
        test.onNodeWithText(words.codeSend).performClick()
        assertEquals(listOf("signIn.code(440636)"), calls)
    }

    @Test
    fun `a code of unknown length waits for the button`() = stage(asks(Step.Code(digits = null))) {
        test.onNodeWithContentDescription(words.codeA11yUnknown).performTextInput("12345678")
        test.waitForIdle()
        assertEquals(emptyList<String>(), calls)
        test.onNodeWithText(words.codeSend).performClick()
        assertEquals(listOf("signIn.code(12345678)"), calls)
    }

    @Test
    fun `a wrong code empties the field, which keeps the focus, and is said at once`() = stage(asks(Step.Code(digits = 6))) {
        code.performTextInput("111111")
        test.waitForIdle()
        state = asks(Step.Code(1, Wrong(2), 6))
        test.waitForIdle()
        code.assertIsFocused()
        val assertive = SemanticsMatcher.expectValue(SemanticsProperties.LiveRegion, LiveRegionMode.Assertive)
        test.onNode(assertive and hasText(words.codeWrong(2))).assertExists()
        code.performTextInput("222222")
        test.waitForIdle()
        assertEquals(listOf("signIn.code(111111)", "signIn.code(222222)"), calls)
    }

    @Test
    fun `a wrong password is emptied and the name stays`() = stage(asks(Step.Password())) {
        test.onNodeWithContentDescription(words.signInPassword).performTextInput("secret")
        test.onNode(hasText(words.signInTitle) and SemanticsMatcher.keyIsDefined(SemanticsActions.OnClick)).performClick()
        state = asks(Step.Password(1, Wrong(3)))
        test.waitForIdle()
        test.onNodeWithContentDescription(words.signInPassword).assertIsFocused()
        test.onNode(hasText("ana") and SemanticsMatcher.keyIsDefined(SemanticsActions.SetText)).assertExists()
        test.onNode(hasText(words.signInTitle) and SemanticsMatcher.keyIsDefined(SemanticsActions.OnClick)).performClick()
        assertEquals(listOf("signIn.password(ana, secret)"), calls)
    }

    @Test
    fun `nothing is turned on before the code is there`() = stage(sample("09-enrol.key")) {
        test.onNodeWithText(words.enrolTurnOn).assertIsNotEnabled()
        code.performTextInput("123456")
        test.waitForIdle()
        assertEquals(listOf("signIn.code(123456)"), calls)
    }

    @Test
    fun `recovery codes are finished only when they are kept`() {
        stage(sample("10-recovery-codes.notKept")) {
            test.onNodeWithText(words.recoveryFinish).assertIsNotEnabled()
            test.onNodeWithText(words.recoveryKept).performClick()
            assertEquals(listOf("signIn.keptCodes(true)"), calls)
        }
        stage(sample("10-recovery-codes.kept")) { test.onNodeWithText(words.recoveryFinish).assertIsEnabled() }
    }

    @Test
    fun `a pin is sent once when it is whole, and read as a number of digits`() = stage(sample("12-lock-pin.asked")) {
        repeat(6) { test.onNodeWithText("4").performClick() }
        test.onNodeWithText("4").performClick()
        test.onNodeWithContentDescription(words.pinA11y(6)).assertExists()
        assertEquals(listOf("lock.pin(444444)"), calls)
    }

    @Test
    fun `what is typed stands in its field, however late the state follows`() =
        stage(AppState(listOf(Screen.SignIn(SignInState(people.linden, "", Step.Password()))))) {
            val name = test.onNodeWithContentDescription(words.signInUser)
            "ana".forEach { name.performTextInput(it.toString()) }
            name.assertTextContains("ana")
            // The state has come as far as the second letter; then as far as all of them.
            for (late in listOf("an", "ana")) {
                state = AppState(listOf(Screen.SignIn(SignInState(people.linden, late, Step.Password()))))
                test.waitForIdle()
                name.assertTextContains("ana")
            }
            test.onNodeWithContentDescription(words.signInPassword).performTextInput("secret")
            test.onNode(hasText(words.signInTitle) and SemanticsMatcher.keyIsDefined(SemanticsActions.OnClick)).performClick()
            assertEquals("signIn.password(ana, secret)", calls.last())
        }
}
