import LiveFilter
import SwiftUI

/// The filter on the whole screen; in a corner what it takes, and two buttons.
struct ContentView: View {
    @ObservedObject var session: FilterSession
    @State private var isSharing = false

    var body: some View {
        ZStack(alignment: .bottomLeading) {
            Color.black.ignoresSafeArea()
            FilterView(session: session).ignoresSafeArea()
            VStack(alignment: .leading, spacing: 8) {
                Text(session.trouble ?? words)
                    .font(.system(.footnote, design: .monospaced))
                HStack(spacing: 16) {
                    Menu(session.units.rawValue) {
                        ForEach(ComputeUnits.offered) { units in
                            Button(units.rawValue) { session.use(units) }
                        }
                    }
                    Button("Send timings") {
                        isSharing = session.write()
                    }
                    .disabled(session.figures.medianMs == nil)
                }
                .font(.footnote)
            }
            .padding(10)
            .foregroundColor(.white)
            .background(Color.black.opacity(0.55))
            .cornerRadius(10)
            .padding()
        }
        .statusBar(hidden: true)
        .sheet(isPresented: $isSharing) {
            ShareSheet(items: [session.timingsFile])
        }
    }

    @MainActor
    private var words: String {
        let figures = session.figures
        guard let median = figures.medianMs else {
            return "\(session.title)\nloading the model"
        }
        let line = String(
            format: "%ld of %.4g fps  %.1f ms  %ld dropped  ", figures.shown, figures.wanted, median,
            figures.dropped)
        return "\(session.title)\n\(line)\(figures.thermal)"
    }
}
