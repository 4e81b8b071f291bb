// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "rspipe",
  targets: [
    .systemLibrary(name: "CBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CGDAL", pkgConfig: "gdal", providers: [.apt(["libgdal-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    // Kernels are optimised in debug builds too: a naive loop at -O0 is 100 times slower.
    .target(
      name: "CKernels", dependencies: ["CBLAS"],
      cSettings: [.unsafeFlags(["-O3", "-fno-math-errno"])]),
    .target(name: "YAML", dependencies: ["CYAML"]),
    .target(name: "Configuration", dependencies: ["YAML"]),
    .target(name: "Engine", dependencies: ["CKernels"]),
    .target(name: "Models", dependencies: ["Engine", "Configuration", "YAML"]),
    .target(name: "Accuracy"),
    .target(
      name: "Training",
      dependencies: ["CKernels", "Engine", "Models", "Configuration", "Accuracy"]),
    .target(name: "Rasters", dependencies: ["CGDAL"]),
    .target(name: "Simulation"),
    .target(
      name: "Pipelines",
      dependencies: [
        "Accuracy", "Configuration", "Engine", "Models", "Rasters", "Simulation", "Training",
        "YAML",
      ]),
    .executableTarget(
      name: "rspipe",
      dependencies: [
        "Accuracy", "Configuration", "Engine", "Models", "Pipelines", "Rasters", "YAML",
      ]),

    .target(name: "TestSupport", dependencies: ["Engine"], path: "Tests/TestSupport"),
    .testTarget(name: "YAMLTests", dependencies: ["YAML"]),
    .testTarget(name: "ConfigurationTests", dependencies: ["Configuration", "YAML"]),
    .testTarget(name: "EngineTests", dependencies: ["Engine", "CKernels", "TestSupport"]),
    .testTarget(name: "ModelsTests", dependencies: ["Models", "Engine", "TestSupport"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Training", "Models", "Engine", "Configuration", "YAML", "TestSupport"]),
    .testTarget(name: "AccuracyTests", dependencies: ["Accuracy", "Engine", "TestSupport"]),
    .testTarget(name: "RastersTests", dependencies: ["Rasters", "TestSupport"]),
    .testTarget(name: "SimulationTests", dependencies: ["Simulation"]),
    .testTarget(
      name: "PipelinesTests",
      dependencies: [
        "Configuration", "Engine", "Models", "Pipelines", "Rasters", "Training", "TestSupport",
        "YAML",
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: ["rspipe", "Configuration", "Pipelines", "Rasters", "TestSupport"],
      exclude: ["Golden"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)
