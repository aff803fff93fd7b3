import CoreVideo
import Foundation

/// Camera → pacing → model → display. One picture is in the model at a time, on a queue of its own.
final class Pipeline {
    let timings: Timings
    let pacing: Pacing<CVPixelBuffer>

    private let facts: FilterFacts
    private let show: @MainActor (CVPixelBuffer) -> Void
    private let failed: @MainActor (Error) -> Void
    private let work = DispatchQueue(label: "LiveFilter.model", qos: .userInteractive)
    // These three only on `work`.
    private var camera: Camera?
    private var model: FilterModel?
    private var units: ComputeUnits?

    init(
        facts: FilterFacts, show: @escaping @MainActor (CVPixelBuffer) -> Void,
        failed: @escaping @MainActor (Error) -> Void
    ) {
        self.facts = facts
        self.show = show
        self.failed = failed
        timings = Timings(network: facts.network, size: facts.size)
        pacing = Pacing(fps: facts.fps)
    }

    /// Loads the model for `units` if another is there, and starts the camera.
    func start(_ units: ComputeUnits) {
        work.async { [weak self] in
            guard let self = self else { return }
            do {
                if self.units != units {
                    self.model = nil
                    self.units = nil
                    let model = try FilterModel(facts: self.facts, units: units)
                    try model.warmUp()
                    self.model = model
                    self.units = units
                }
                self.pacing.restart()
                self.timings.begin(units)
                self.startCamera()
            } catch {
                self.fail(error)
            }
        }
    }

    func stop() {
        work.async { [weak self] in
            self?.camera?.stop()
        }
    }

    private func startCamera() {
        let camera = self.camera ?? Camera(
            fps: facts.fps, isLandscape: facts.isLandscape,
            taken: { [weak self] picture, time in self?.take(picture, at: time) },
            failed: { [weak self] error in self?.fail(error) })
        self.camera = camera
        camera.start()
    }

    /// On the camera's queue.
    private func take(_ picture: CVPixelBuffer, at time: Double) {
        guard let wanted = pacing.offer(picture, at: time) else { return }
        work.async { [weak self] in self?.filter(wanted) }
    }

    private func filter(_ picture: CVPixelBuffer) {
        // Each picture's leftovers go with it, not when the queue is idle.
        autoreleasepool {
            do {
                try put(picture)
            } catch {
                fail(error)
            }
        }
        // Asked for in a turn of its own, so that another model can be loaded between two.
        if let next = pacing.next() {
            work.async { [weak self] in self?.filter(next) }
        }
    }

    private func put(_ picture: CVPixelBuffer) throws {
        guard let model = model else { return }
        let fitted = try model.fit(picture)
        let began = Pipeline.now()
        let made = try model.predict(fitted)
        let ended = Pipeline.now()
        timings.add((ended - began) * 1000, endingAt: ended)
        let drawn = try model.drawable(made)
        let show = self.show
        DispatchQueue.main.async { show(drawn) }
    }

    private func fail(_ error: Error) {
        let failed = self.failed
        DispatchQueue.main.async { failed(error) }
    }

    /// Seconds of the clock that `Timings` goes by.
    static func now() -> Double {
        Double(DispatchTime.now().uptimeNanoseconds) / 1e9
    }
}
