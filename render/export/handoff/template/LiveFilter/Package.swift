// swift-tools-version: 5.7

import PackageDescription

let package = Package(
    name: "LiveFilter",
    platforms: [
        .iOS(.v15)
    ],
    products: [
        .library(name: "LiveFilter", targets: ["LiveFilter"])
    ],
    targets: [
        .target(
            name: "LiveFilter",
            // Copied as it is, and compiled on the phone at the first start: whether a package's
            // models are compiled while it is built depends on what builds it. The folder must not
            // be called Resources: a flat bundle that holds one cannot be signed for iOS.
            resources: [
                .copy("Model")
            ]
        )
    ]
)
