// swift-tools-version: 5.7

// An App Playground: Xcode 14 or later opens this folder and runs it on a phone; Swift Playgrounds 4
// does on an iPad.

import AppleProductTypes
import PackageDescription

let package = Package(
    name: "LiveFilter",
    platforms: [
        .iOS("15.2")
    ],
    products: [
        .iOSApplication(
            name: "LiveFilter",
            targets: ["LiveFilter"],
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
                .portrait
            ],
            capabilities: [
                .camera(purposeString: "The filter paints what the camera sees. Nothing is recorded.")
            ]
        )
    ],
    targets: [
        .executableTarget(
            name: "LiveFilter",
            path: "Sources",
            // Copied as it is and compiled on the phone at the first start: whether a package's
            // resources are compiled while it is built depends on who builds it.
            resources: [
                .copy("Resources")
            ]
        )
    ]
)
