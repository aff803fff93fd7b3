import SwiftUI
import UIKit

/// The filter on the whole screen, what it costs in a corner, and a way to send its timings.
struct ContentView: View {
    @ObservedObject var filter: LiveFilter
    @State private var shares = false

    var body: some View {
        ZStack(alignment: .bottomLeading) {
            Color.black.ignoresSafeArea()
            FilterView(renderer: filter.renderer).ignoresSafeArea()
            VStack(alignment: .leading, spacing: 8) {
                Text(filter.words)
                    .font(.system(.footnote, design: .monospaced))
                    .foregroundColor(.white)
                    .padding(8)
                    .background(Color.black.opacity(0.55))
                    .cornerRadius(8)
                HStack {
                    Menu(filter.units.rawValue) {
                        ForEach(Units.allCases) { units in
                            Button(units.rawValue) { filter.choose(units) }
                        }
                    }
                    Button("Send timings") {
                        filter.save()
                        shares = true
                    }
                }
                .font(.footnote)
                .padding(8)
                .background(Color.black.opacity(0.55))
                .cornerRadius(8)
            }
            .padding()
        }
        .sheet(isPresented: $shares) {
            ShareSheet(items: [filter.file])
        }
        .statusBar(hidden: true)
    }
}

/// iOS 15 has no ShareLink.
private struct ShareSheet: UIViewControllerRepresentable {
    let items: [Any]

    func makeUIViewController(context: Context) -> UIActivityViewController {
        UIActivityViewController(activityItems: items, applicationActivities: nil)
    }

    func updateUIViewController(_ controller: UIActivityViewController, context: Context) {}
}
