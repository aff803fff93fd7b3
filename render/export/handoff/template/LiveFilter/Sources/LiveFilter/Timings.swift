import Foundation

/// The milliseconds of every prediction, by the parts of the chip that made it.
///
/// Safe to call from any queue.
final class Timings {
    /// Fewer say nothing; from so many minutes on a run is called sustained.
    private static let leastSamples = 30
    private static let leastMinutes = 3.0
    private static let minute = 60.0

    private struct Prediction {
        let end: Double
        let ms: Double
    }

    private let network: String
    private let size: String
    private let lock = NSLock()
    private var units = ComputeUnits.all
    private var firstMinute: [Prediction] = []
    private var lastMinute: [Prediction] = []
    private var longest: [ComputeUnits: Double] = [:]
    private var measured: [ComputeUnits: TimingsFile.Measurement] = [:]

    init(network: String, size: String) {
        self.network = network
        self.size = size
    }

    /// A run begins, from a model that is warm; what it replaces is kept.
    func begin(_ units: ComputeUnits) {
        lock.lock()
        defer { lock.unlock() }
        keep()
        self.units = units
        firstMinute = []
        lastMinute = []
    }

    /// A prediction of `ms` milliseconds that ended at `end`, seconds of a clock that never jumps.
    func add(_ ms: Double, endingAt end: Double) {
        lock.lock()
        defer { lock.unlock() }
        let prediction = Prediction(end: end, ms: ms)
        let start = firstMinute.first?.end ?? end
        if end - start < Timings.minute {
            firstMinute.append(prediction)
        }
        lastMinute.append(prediction)
        if let stale = lastMinute.firstIndex(where: { end - $0.end < Timings.minute }), stale > 0 {
            lastMinute.removeFirst(stale)
        }
    }

    /// Pictures within the second before `now`, and the median of the last few seconds.
    func recent(at now: Double) -> (shown: Int, medianMs: Double?) {
        lock.lock()
        defer { lock.unlock() }
        let shown = lastMinute.reversed().prefix(while: { now - $0.end < 1 }).count
        let few = lastMinute.suffix(60).map { $0.ms }
        return (shown, few.isEmpty ? nil : Timings.median(few))
    }

    /// All that was measured, a measurement for each choice of units; nil while there is none.
    func file() -> TimingsFile? {
        lock.lock()
        defer { lock.unlock() }
        keep()
        let measurements = ComputeUnits.allCases.compactMap { measured[$0] }
        return measurements.isEmpty ? nil : TimingsFile(measurements: measurements)
    }

    /// Of two runs with the same units the longer one counts.
    private func keep() {
        guard
            firstMinute.count >= Timings.leastSamples,
            let start = firstMinute.first?.end, let end = lastMinute.last?.end,
            end - start >= longest[units] ?? 0
        else { return }
        longest[units] = end - start
        let single = firstMinute.map { ($0.ms * 1000).rounded() / 1000 }
        let minutes = (end - start) / Timings.minute
        let isSustained = minutes >= Timings.leastMinutes
        measured[units] = TimingsFile.Measurement(
            network: network, size: size, units: units, medianMs: Timings.median(single),
            p95Ms: Timings.share(0.95, of: single), samples: single.count,
            sustainedMs: isSustained ? Timings.median(lastMinute.map { $0.ms }) : nil,
            sustainedAfterMinutes: isSustained ? minutes.rounded(.down) : nil, latenciesMs: single)
    }

    /// As render has them: of an even number the mean of the middle two.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The value that such a share of them does not exceed.
    static func share(_ share: Double, of values: [Double]) -> Double {
        let sorted = values.sorted()
        let place = Int((share * Double(sorted.count)).rounded(.up)) - 1
        return sorted[min(max(0, place), sorted.count - 1)]
    }
}
