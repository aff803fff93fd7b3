import CoreVideo
import Foundation

/// One picture in the network, one that waits; the newest wins. What loses its place is counted.
///
/// Safe to call from any queue.
final class Mailbox {
    /// Pictures that the filter's rate wanted and that were never filtered.
    private(set) var dropped = 0

    private let lock = NSLock()
    private let interval: Double
    private var waiting: CVPixelBuffer?
    private var busy = false
    private var next: Double?

    /// At most `fps` pictures a second are wanted.
    init(fps: Double) {
        interval = 1 / fps
    }

    /// A picture of the camera. True when the caller should take it to work with `take`.
    func offer(_ picture: CVPixelBuffer, time: Double) -> Bool {
        lock.lock()
        defer { lock.unlock() }
        guard wants(time) else { return false }
        if waiting != nil {
            dropped += 1
        }
        waiting = picture
        if busy { return false }
        busy = true
        return true
    }

    /// The newest picture; nil when none waits, and then the work is over.
    func take() -> CVPixelBuffer? {
        lock.lock()
        defer { lock.unlock() }
        guard let picture = waiting else {
            busy = false
            return nil
        }
        waiting = nil
        return picture
    }

    /// Whether it is the first picture at or after a tick of the filter's rate. Half a millisecond
    /// early is not early.
    private func wants(_ time: Double) -> Bool {
        guard let tick = next else {
            next = time + interval
            return true
        }
        if time < tick - 0.0005 { return false }
        // After a pause the ticks begin anew.
        next = time - tick > 1 ? time + interval : tick + interval
        return true
    }
}
