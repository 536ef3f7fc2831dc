#![allow(clippy::unwrap_used)]

use super::*;

fn lines(source: &str) -> Vec<String> {
    let mut found = declarations(source, "").unwrap();
    found.sort();
    found.into_iter().map(|one| one.text).collect()
}

#[test]
fn what_apps_see_is_told_and_nothing_else() {
    let source = r#"
package dev.pericard.testing
import java.time.Instant as When

/** public class Comment */
@Suppress("x")
public sealed class Step(public val code: String, message: String) : Exception(message) {
    public data object Open : Step("open", "public")
    public class Ask internal constructor(
        /** How many. */
        public val left: Int?,
        internal val core: Core,
    ) : Step("${if (left == null) "}" else ""}", "")
}
public class Letter @JvmOverloads constructor(
    text: String,
    public var at: When = When.now(),
    private val more: Map<String, Int> = mapOf(),
) : Source<Int>, Comparable<Letter> by other(text) {
    public constructor(at: When) : this("", at) { f() }
    init { f() }
    @Throws(Exception::class)
    public suspend fun read(most: Int = 3, done: () -> Unit = {}): List<Int> =
        when (most) {
            0 -> listOf()
            else -> f()
        }
            .map { it }
            ?: listOf()
    internal fun hidden(): Int = 1
    public val size: Int
        get() = if (at == null) 1
        else 2
    public var read: Boolean = false
        private set
    override fun toString(): String = "Letter"
    private class Inner { public fun odd() {} }
    public companion object { public const val MOST: Int = 1 }
}
public enum class Kind(val wire: Int) { FIRST(1), @Deprecated("") SECOND(2) { override fun f() {} }; public fun f() {} }
public val Letter.first: Int get() = 1
public inline fun <T> List<T>.second(): T? where T : Any { return null }
@JvmInline
public value class Id(public val value: String)
public class Bare { public class Made { internal constructor() } }
public typealias Other = Letter
private fun f() = Unit
"#;
    assert_eq!(
        lines(source),
        [
            "class testing.Bare",
            "constructor testing.Bare()",
            "class testing.Bare.Made",
            "@JvmInline value class testing.Id",
            "constructor testing.Id(value: String)",
            "val testing.Id.value: String",
            "enum class testing.Kind",
            "entry testing.Kind.FIRST",
            "@Deprecated(\"\") entry testing.Kind.SECOND",
            "fun testing.Kind.f()",
            "val testing.Kind.wire: Int",
            "class testing.Letter: Source<Int>, Comparable<Letter>",
            "constructor testing.Letter(at: When)",
            "constructor testing.Letter(text: String, at: When = When.now(), more: Map<String, Int> = mapOf())",
            "companion object testing.Letter.Companion",
            "const val testing.Letter.Companion.MOST: Int",
            "var testing.Letter.at: When",
            "extension val testing.Letter.first: Int",
            "@Throws(Exception::class) suspend fun testing.Letter.read(most: Int = 3, done: () -> Unit = {}): List<Int>",
            "val testing.Letter.read: Boolean",
            "val testing.Letter.size: Int",
            "override fun testing.Letter.toString(): String",
            "inline extension fun <T> testing.List<T>.second(): T? where T : Any",
            "typealias testing.Other = Letter",
            "sealed class testing.Step: Exception",
            "class testing.Step.Ask: Step",
            "val testing.Step.Ask.left: Int?",
            "data object testing.Step.Open: Step",
            "val testing.Step.code: String",
        ]
    );
}

#[test]
fn what_is_not_understood_is_no_silence() {
    let package = "package dev.pericard\n";
    for odd in [
        "public macro m",
        "class A { fun f() { public } }",
        "public class A {",
        "}",
        "public val a = 1",
    ] {
        assert!(
            declarations(&format!("{package}{odd}"), "").is_err(),
            "{odd}"
        );
    }
    assert!(declarations("package com.example\n", "").is_err());
}
