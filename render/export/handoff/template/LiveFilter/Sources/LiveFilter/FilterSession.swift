import Combine
import CoreVideo
import Foundation

/// A live filter, for SwiftUI: start and stop it, show it with a `FilterView`, read what it takes.
@MainActor
public final class FilterSession: ObservableObject {
    /// What it came to in the last second.
    public struct Figures {
        public var shown = 0
        public var wanted = 0.0
        public var medianMs: Double?
        public var dropped = 0
        public var thermal = "cool"
    }

    @Published public private(set) var figures = Figures()
    @Published public private(set) var units = ComputeUnits.all
    /// In one line, while something is wrong.
    @Published public private(set) var trouble: String?
    public let title: String
    /// What `render devices import` reads, in the app's documents; there after the first minute.
    public let timingsFile: URL

    weak var display: PictureView?

    private let facts: FilterFacts?
    private var pipeline: Pipeline?
    private var clock: Task<Void, Never>?
    private var written = Pipeline.now()

    public init() {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyyMMdd-HHmmss"
        let documents = FileManager.default.urls(for: .documentDirectory, in: .userDomainMask)[0]
        let name = "timings-\(format.string(from: Date())).json"
        timingsFile = documents.appendingPathComponent(name)
        var found: FilterFacts?
        var problem: String?
        do {
            found = try FilterFacts.bundled()
        } catch {
            problem = error.localizedDescription
        }
        facts = found
        title = found?.title ?? ""
        trouble = problem
        figures.wanted = found?.fps ?? 0
    }

    public func start() {
        guard clock == nil, let facts = facts else { return }
        let pipeline = self.pipeline ?? made(facts)
        self.pipeline = pipeline
        pipeline.start(units)
        clock = Task { [weak self] in
            while !Task.isCancelled {
                try? await Task.sleep(nanoseconds: 500_000_000)
                guard let session = self else { return }
                session.look()
            }
        }
    }

    /// Stops the camera and writes the timings.
    public func stop() {
        guard clock != nil else { return }
        clock?.cancel()
        clock = nil
        pipeline?.stop()
        write()
    }

    /// Another part of the chip, with timings of its own.
    public func use(_ units: ComputeUnits) {
        guard units != self.units else { return }
        write()
        self.units = units
        pipeline?.start(units)
    }

    /// Writes the timings now. False while there are too few.
    @discardableResult
    public func write() -> Bool {
        written = Pipeline.now()
        guard let file = pipeline?.timings.file() else { return false }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            try encoder.encode(file).write(to: timingsFile, options: .atomic)
            return true
        } catch {
            trouble = error.localizedDescription
            return false
        }
    }

    func report(_ error: Error) {
        trouble = error.localizedDescription
    }

    private func made(_ facts: FilterFacts) -> Pipeline {
        Pipeline(
            facts: facts,
            show: { [weak self] picture in self?.show(picture) },
            failed: { [weak self] error in self?.report(error) })
    }

    private func show(_ picture: CVPixelBuffer) {
        // A picture is the proof that all is well again.
        if trouble != nil {
            trouble = nil
        }
        display?.show(picture)
    }

    private func look() {
        guard let pipeline = pipeline else { return }
        let now = Pipeline.now()
        let recent = pipeline.timings.recent(at: now)
        figures.shown = recent.shown
        figures.medianMs = recent.medianMs
        figures.dropped = pipeline.pacing.dropped
        figures.thermal = FilterSession.thermal()
        if now - written >= 60 {
            write()
        }
    }

    private static func thermal() -> String {
        switch ProcessInfo.processInfo.thermalState {
        case .nominal:
            return "cool"
        case .fair:
            return "warm"
        case .serious:
            return "hot"
        case .critical:
            return "too hot"
        @unknown default:
            return "unknown"
        }
    }
}
