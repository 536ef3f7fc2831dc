#![allow(clippy::unwrap_used)]

use super::*;

fn lines(source: &str) -> Vec<String> {
    let mut found = declarations(&[("a.swift".to_owned(), source.to_owned())], "").unwrap();
    found.sort();
    found.into_iter().map(|one| one.text).collect()
}

#[test]
fn what_apps_see_is_told_and_nothing_else() {
    let source = r#"
public import Foundation
internal import PericardCore
/// public struct Comment {}
public struct Letter: Hashable, Sendable {
  public var text: String = "}" + f {
    "public"
  }
  public private(set) var count = 0
  public let id: ID
  let core: Int
  public var isRead: Bool { count > 0 }
  public var name: String { get async throws { "" } }
  public var both: Int { get { 1 } set { print(newValue) } }
  public var seen: Int = 1 { didSet { f() } }
  public init?(
    _ text: String, at: Date = Date(),
    done: @escaping () -> Void = {}
  ) async
    throws
  {
    self.text = ""
  }
  private struct Inner { public func odd() {} }
  public enum Kind { case a, b(Int, c: [String: Int]); case raw }
}
extension Letter: CustomStringConvertible { public var description: String { "" } }
extension Letter.Inner: Hashable { public func more() {} }
extension PericardCore.Letter: Error { package func fromCore() -> Letter { Letter() } }
public protocol Keeper: AnyObject { var one: Int { get }; func keep(_ it: Letter) throws -> [Letter] }
#if os(iOS)
  extension Letter { @MainActor @available(iOS 17, *) public func show() {} }
#endif
"#;
    // `count` has no type of its own, so that one is told of.
    let error = declarations(&[("a.swift".into(), source.into())], "").unwrap_err();
    assert!(error.contains("needs a type"), "{error}");
    let typed = source.replace("var count = 0", "var count: Int = 0");
    assert_eq!(
        lines(&typed),
        [
            "protocol Keeper: AnyObject",
            "func Keeper.keep(_ it: Letter) throws -> [Letter]",
            "var Keeper.one: Int { get }",
            "extension Letter: CustomStringConvertible",
            "struct Letter: Hashable, Sendable",
            "enum Letter.Kind",
            "case Letter.Kind.a",
            "case Letter.Kind.b(Int, c: [String: Int])",
            "case Letter.Kind.raw",
            "var Letter.both: Int { get set }",
            "var Letter.count: Int { get }",
            "var Letter.description: String { get }",
            "let Letter.id: ID",
            "Letter.init?(_ text: String, at: Date = Date(), done: @escaping () -> Void = {}) async throws",
            "var Letter.isRead: Bool { get }",
            "var Letter.name: String { get async throws }",
            "var Letter.seen: Int { get set }",
            "@MainActor @available(iOS 17, *) func Letter.show()  // os(iOS)",
            "var Letter.text: String { get set }",
        ]
    );
}

#[test]
fn what_is_not_understood_is_no_silence() {
    for odd in [
        "public macro m() = x",
        "struct A { func f() { public } }",
        "public struct A {",
        "}",
    ] {
        assert!(
            declarations(&[("a.swift".into(), odd.into())], "").is_err(),
            "{odd}"
        );
    }
}
