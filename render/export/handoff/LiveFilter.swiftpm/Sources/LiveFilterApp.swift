import SwiftUI

@main
struct LiveFilterApp: App {
    @StateObject private var filter = LiveFilter()
    @Environment(\.scenePhase) private var phase

    var body: some Scene {
        WindowGroup {
            ContentView(filter: filter)
                .onChange(of: phase) { phase in
                    if phase == .active {
                        filter.start()
                    } else {
                        filter.stop()
                    }
                }
        }
    }
}
