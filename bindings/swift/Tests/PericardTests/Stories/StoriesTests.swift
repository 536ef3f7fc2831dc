import Foundation
import Pericard
import PericardTestWorld
import Testing

/// The stories that all three languages run, each a case of its own.
@Suite(.serialized) struct StoriesTests {
  @Test(.timeLimit(.minutes(10)), arguments: Story.folder())
  func stories(file: URL) async throws {
    var name = file.lastPathComponent
    do {
      let story = try Story(file: file)
      name = story.name
      if story.killsTheCore {
        say("skipped", name, "kill is for Rust alone")
        return
      }
      try await play(story)
      say("ok", name)
    } catch {
      say("FAILED", name, "\(error)")
      throw error
    }
  }

  @Test func thereAreStories() {
    #expect(!Story.folder().isEmpty)
  }
}

/// The line that the tasks of this repository read, alike in three languages.
private func say(_ word: String, _ name: String, _ why: String? = nil) {
  let reason = why.map { "\t" + $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") } ?? ""
  FileHandle.standardOutput.write(Data("story \(word) \(name)\(reason)\n".utf8))
}

/// Plays a story to its end, or throws ``Unfit`` or ``Broken`` with the step that did not hold.
private func play(_ story: Story) async throws {
  let stage: StoryContext
  do {
    stage = try await StoryContext(portal: story.portal)
  } catch let error as WorldError {
    throw Broken("the world did not start: \(error)")
  }
  do {
    for (index, json) in story.steps.enumerated() {
      let step = "step \(index + 1) \(Json.object(json)): "
      do {
        try await stage.step(Keys(json))
      } catch let error as Unfit {
        throw Unfit(step + error.description)
      } catch let error as Broken {
        throw Broken(step + error.description)
      } catch let error as WorldError {
        throw Broken(step + "the world says \(error)")
      }
    }
  } catch {
    try? await stage.end()
    throw error
  }
  try await stage.end()
}

extension StoryContext {
  fileprivate func step(_ given: Keys) async throws {
    var keys = given
    let verb = try keys.textIfThere("do")
    let thing = try keys.textIfThere("expect")
    let announced = try keys.part("fails").map { try Failure($0) }
    guard (verb == nil) != (thing == nil) else { throw Unfit("a step has either `do` or `expect`") }
    if thing != nil && announced != nil { throw Unfit("`fails` belongs to `do`") }
    do {
      if let verb {
        try await carryOut(verb, &keys)
      } else if let thing {
        try await expect(thing, &keys)
      }
      try keys.done()
    } catch let error as PericardError {
      guard let announced else { throw Broken("failed with \(error)") }
      try announced.check(error)
      return
    }
    if let announced { throw Broken("did not fail, though it should with \(announced)") }
  }
}
