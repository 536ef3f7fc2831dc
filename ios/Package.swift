// swift-tools-version:6.0
import PackageDescription

// What the app does, without its screens: it builds and is tested wherever the core runs. `project.yml` makes the app of it.
let package = Package(
  name: "PericardApp",
  platforms: [.iOS(.v17), .macOS(.v14)],
  products: [.library(name: "AppModel", targets: ["AppModel"])],
  dependencies: [.package(name: "Pericard", path: "..")],
  targets: [
    .target(
      name: "AppModel",
      dependencies: [.product(name: "Pericard", package: "Pericard")],
      swiftSettings: [.swiftLanguageMode(.v6)]
    )
  ]
)

// The tests need the test library; `cargo xtask test` says where it lies.
if let library = Context.environment["PERICARD_WORLD_LIB"] {
  package.targets.append(
    .testTarget(
      name: "AppModelTests",
      dependencies: [
        "AppModel",
        .product(name: "Pericard", package: "Pericard"),
        .product(name: "PericardTesting", package: "Pericard"),
        .product(name: "PericardTestWorld", package: "Pericard"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6)],
      linkerSettings: [.unsafeFlags(["-L", library, "-Xlinker", "-rpath", "-Xlinker", library])]
    ))
}
