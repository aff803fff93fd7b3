import Foundation

/// Which of the camera's pictures are filtered. Wanted is the first at or after each tick of the
/// filter's rate. One is in the network; of those that come meanwhile the newest waits, and what
/// loses its place is dropped. `render --play-on` simulates the same rule.
///
/// Safe to call from any queue.
final class Pacing<Picture> {
    private let fps: Double
    private let lock = NSLock()
    private var start: Double?
    private var tick = -1
    private var isBusy = false
    private var waiting: Picture?
    private var lost = 0

    /// A camera's times are not exact to the microsecond: so many seconds early is in time.
    private let early = 0.002

    init(fps: Double) {
        self.fps = fps
    }

    /// Pictures that the rate wanted and that the network never saw.
    var dropped: Int {
        lock.lock()
        defer { lock.unlock() }
        return lost
    }

    /// A picture of the camera, taken at `time` in seconds. Returned where the network is free: then
    /// it is the caller's to filter, and to ask for the `next` one afterwards.
    func offer(_ picture: Picture, at time: Double) -> Picture? {
        lock.lock()
        defer { lock.unlock() }
        guard isWanted(time) else { return nil }
        if isBusy {
            if waiting != nil {
                lost += 1
            }
            waiting = picture
            return nil
        }
        isBusy = true
        return picture
    }

    /// The one that waits, when the network is free again; nil leaves it free.
    func next() -> Picture? {
        lock.lock()
        defer { lock.unlock() }
        let picture = waiting
        waiting = nil
        isBusy = picture != nil
        return picture
    }

    /// Counts from nothing; what is in the network stays there.
    func restart() {
        lock.lock()
        defer { lock.unlock() }
        waiting = nil
        lost = 0
        start = nil
        tick = -1
    }

    private func isWanted(_ time: Double) -> Bool {
        let first = start ?? time
        start = first
        let now = Int(((time - first + early) * fps).rounded(.down))
        guard now > tick else { return false }
        tick = now
        return true
    }
}
