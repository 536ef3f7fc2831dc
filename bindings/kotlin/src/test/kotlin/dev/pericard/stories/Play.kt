package dev.pericard.stories

import dev.pericard.PericardException
import dev.pericard.world.WorldException
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.withTimeout
import kotlin.time.Duration.Companion.minutes

/** Plays a story to its end, or throws [Unfit] or [Broken] with the step that did not hold. */
suspend fun play(story: Story) = coroutineScope {
    val stage = try {
        StoryContext.set(story.portal, this)
    } catch (error: WorldException) {
        throw Broken("the world did not start: ${error.message}")
    }
    try {
        story.steps.forEachIndexed { index, json ->
            val keys = Keys(json)
            try {
                withTimeout(2.minutes) { stage.step(keys) }
            } catch (error: TimeoutCancellationException) {
                throw Broken("step ${index + 1} $json: took longer than two minutes")
            } catch (error: Unfit) {
                throw Unfit("step ${index + 1} $json: ${error.message}")
            } catch (error: Broken) {
                throw Broken("step ${index + 1} $json: ${error.message}")
            } catch (error: WorldException) {
                throw Broken("step ${index + 1} $json: the world says ${error.message}")
            }
        }
    } finally {
        coroutineContext.cancelChildren()
        stage.client.shutDown()
    }
}

private suspend fun StoryContext.step(keys: Keys) {
    val verb = keys.textOrNull("do")
    val thing = keys.textOrNull("expect")
    val announced = keys.part("fails")?.let(::Failure)
    if ((verb == null) == (thing == null)) throw Unfit("a step has either `do` or `expect`")
    if (thing != null && announced != null) throw Unfit("`fails` belongs to `do`")
    try {
        if (verb != null) carryOut(verb, keys) else expect(thing.orEmpty(), keys)
        keys.done()
    } catch (error: PericardException) {
        if (announced == null) throw Broken("failed with ${Failure.describe(error)}")
        announced.check(error)
        return
    }
    if (announced != null) throw Broken("did not fail, though it should with $announced")
}
