// swift-tools-version: 5.7

// An app, not only a package: Xcode 14 or later opens this folder and runs it on a phone. A plain
// Swift package could not be run.

import AppleProductTypes
import PackageDescription

let package = Package(
    name: "LiveFilterApp",
    platforms: [
        .iOS("15.2")
    ],
    products: [
        .iOSApplication(
            name: "Live Filter",
            targets: ["LiveFilterApp"],
            bundleIdentifier: "org.example.LiveFilter",
            displayVersion: "1.0",
            bundleVersion: "1",
            appIcon: .placeholder(icon: .camera),
            accentColor: .presetColor(.orange),
            supportedDeviceFamilies: [
                .phone,
                .pad
            ],
            supportedInterfaceOrientations: [
                .portrait,
                .landscapeRight
            ],
            capabilities: [
                .camera(purposeString: "The filter paints what the camera sees. Nothing is recorded.")
            ],
            // The app's documents in Files and in Finder: the timings.
            additionalInfoPlistContentFilePath: "AdditionalInfo.plist"
        )
    ],
    dependencies: [
        .package(path: "../LiveFilter")
    ],
    targets: [
        .executableTarget(
            name: "LiveFilterApp",
            dependencies: [
                .product(name: "LiveFilter", package: "LiveFilter")
            ],
            path: "Sources"
        )
    ]
)
