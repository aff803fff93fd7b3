import LiveFilter
import SwiftUI
import UIKit

@main
struct LiveFilterApp: App {
    @UIApplicationDelegateAdaptor(AppDelegate.self) private var delegate
    @StateObject private var session = FilterSession()
    @Environment(\.scenePhase) private var phase

    var body: some Scene {
        WindowGroup {
            ContentView(session: session)
                .onAppear { turn(on: true) }
                .onChange(of: phase) { phase in
                    if phase == .active {
                        turn(on: true)
                    } else if phase == .background {
                        turn(on: false)
                    }
                }
        }
    }

    @MainActor
    private func turn(on isOn: Bool) {
        // A filter is looked at, not touched: the display would go dark.
        UIApplication.shared.isIdleTimerDisabled = isOn
        if isOn {
            session.start()
        } else {
            session.stop()
        }
    }
}

/// Keeps the screen as the filter's pictures are held.
final class AppDelegate: NSObject, UIApplicationDelegate {
    private lazy var isLandscape = (try? FilterFacts.bundled())?.isLandscape ?? false

    func application(
        _ application: UIApplication, supportedInterfaceOrientationsFor window: UIWindow?
    ) -> UIInterfaceOrientationMask {
        isLandscape ? .landscapeRight : .portrait
    }
}
