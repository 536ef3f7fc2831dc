// swift-tools-version:6.0
import Foundation
import PackageDescription

// `cargo xtask bindings` generates PericardCore and its C header from the built library. On a Mac `ios/xcframework.sh` makes
// the library a framework, which an app can carry.
let framework = "build/PericardCoreFFI.xcframework"
let hasFramework = FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/\(framework)")
let core: Target =
  hasFramework
  ? .binaryTarget(name: "PericardCoreFFI", path: framework)
  : .systemLibrary(name: "PericardCoreFFI", path: "bindings/swift/generated/core/PericardCoreFFI")

let package = Package(
  name: "Pericard",
  platforms: [.iOS(.v16), .macOS(.v13)],
  products: [
    .library(name: "Pericard", targets: ["Pericard"]),
    .library(name: "PericardTesting", targets: ["PericardTesting"]),
  ],
  targets: [
    core,
    .target(
      name: "PericardCore",
      dependencies: ["PericardCoreFFI"],
      path: "bindings/swift/generated/core/PericardCore",
      swiftSettings: [.swiftLanguageMode(.v5)],
      linkerSettings: hasFramework ? [] : [.linkedLibrary("pericard_ffi")]
    ),
    .target(
      name: "Pericard",
      dependencies: ["PericardCore"],
      // What is written by hand, and what is made of the core's metadata.
      path: "bindings/swift",
      exclude: [
        "Bench", "Sources/Pericard/Pericard.docc", "Sources/Pericard/PrivacyInfo.xcprivacy", "Sources/PericardTesting",
        "Sources/PericardTestWorld", "Tests", "generated/core", "generated/empty", "generated/guide", "generated/world",
      ],
      sources: ["Sources/Pericard", "generated/facade"],
      swiftSettings: [.swiftLanguageMode(.v6)]
    ),
    .target(
      name: "PericardTesting",
      dependencies: ["Pericard"],
      path: "bindings/swift/Sources/PericardTesting",
      swiftSettings: [.swiftLanguageMode(.v6)]
    ),
  ]
)

// The tests of this repository. Packages that depend on this one see nothing of what follows: SwiftPM
// refuses a tagged dependency whose products carry unsafe flags.
if let library = Context.environment["PERICARD_WORLD_LIB"] {
  // The models of the iOS app, a package of its own, are tested in the same world.
  package.products.append(.library(name: "PericardTestWorld", targets: ["PericardTestWorld"]))
  package.targets += [
    .systemLibrary(
      name: "PericardWorldFFI", path: "bindings/swift/generated/world/PericardWorldFFI"),
    .target(
      name: "PericardWorld",
      dependencies: ["PericardCore", "PericardWorldFFI"],
      path: "bindings/swift/generated/world/PericardWorld",
      swiftSettings: [.swiftLanguageMode(.v5)]
    ),
    // The world as an app sees it: with the façade's types.
    .target(
      name: "PericardTestWorld",
      dependencies: ["Pericard", "PericardCore", "PericardWorld"],
      path: "bindings/swift/Sources/PericardTestWorld",
      swiftSettings: [.swiftLanguageMode(.v6)]
    ),
    // The samples of the guide, as `cargo xtask bindings` takes them out of its pages.
    .target(
      name: "PericardGuide",
      dependencies: ["Pericard", "PericardTesting"],
      path: "bindings/swift/generated/guide",
      swiftSettings: [.swiftLanguageMode(.v6)]
    ),
    .testTarget(
      name: "PericardTests",
      dependencies: ["Pericard", "PericardGuide", "PericardTesting", "PericardTestWorld"],
      path: "bindings/swift/Tests/PericardTests",
      swiftSettings: [.swiftLanguageMode(.v6)],
      linkerSettings: [.unsafeFlags(["-L", library, "-Xlinker", "-rpath", "-Xlinker", library])]
    ),
  ]
  // `cargo xtask bench` measures what crossing costs.
  if Context.environment["PERICARD_BENCH"] != nil {
    let linked: [LinkerSetting] = [.unsafeFlags(["-L", library, "-Xlinker", "-rpath", "-Xlinker", library])]
    func program(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
      .executableTarget(
        name: name, dependencies: dependencies, path: "bindings/swift/Bench/\(folder)",
        swiftSettings: [.swiftLanguageMode(.v6)], linkerSettings: linked)
    }
    package.targets += [
      .systemLibrary(name: "PericardEmptyFFI", path: "bindings/swift/generated/empty/PericardEmptyFFI"),
      .target(
        name: "PericardEmpty",
        dependencies: ["PericardEmptyFFI"],
        path: "bindings/swift/generated/empty/PericardEmpty",
        swiftSettings: [.swiftLanguageMode(.v5)],
        linkerSettings: [.linkedLibrary("pericard_empty")]
      ),
      program("PericardBench", "Calls", ["Pericard", "PericardWorld"]),
      program("PericardFirst", "First", ["Pericard"]),
      program("PericardEmptyFirst", "EmptyFirst", ["PericardEmpty"]),
      program("PericardLoad", "Load", []),
    ]
  }
}
