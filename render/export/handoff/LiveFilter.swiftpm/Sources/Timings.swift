import Foundation
import UIKit

/// What `render devices import` reads: one phone, one measurement. Times are milliseconds.
struct TimingsFile: Encodable {
    let schema = 1
    let kind = "render-timings"
    let device: String
    let name: String
    let os: String
    let measurements: [Measurement]

    struct Measurement: Encodable {
        let network: String
        let size: String
        let units: String
        let medianMs: Double
        let p95Ms: Double
        let samples: Int
        let sustainedMs: Double?
        let sustainedAfterMinutes: Double?
        let latenciesMs: [Double]

        enum CodingKeys: String, CodingKey {
            case network
            case size
            case units
            case medianMs = "median_ms"
            case p95Ms = "p95_ms"
            case samples
            case sustainedMs = "sustained_ms"
            case sustainedAfterMinutes = "sustained_after_minutes"
            case latenciesMs = "latencies_ms"
        }
    }

    enum CodingKeys: String, CodingKey {
        case schema
        case kind
        case device
        case name
        case os
        case measurements
    }
}

/// Milliseconds of single predictions since the model was loaded, the first one left out.
final class Timings {
    private let lock = NSLock()
    private var all: [Double] = []
    private var times: [Double] = []
    private var started = false

    /// `ms` of a prediction that ended at `time`, seconds of any steady clock.
    func add(_ ms: Double, at time: Double) {
        lock.lock()
        defer { lock.unlock() }
        if !started {
            started = true
            return
        }
        all.append(ms)
        times.append(time)
    }

    /// The median of the last `count`; nil before there is one.
    func recent(_ count: Int = 60) -> Double? {
        lock.lock()
        defer { lock.unlock() }
        return Timings.rank(all.suffix(count), 0.5)
    }

    /// How many predictions ended within the second before `time`.
    func shown(at time: Double) -> Int {
        lock.lock()
        defer { lock.unlock() }
        return times.reversed().prefix(while: { $0 > time - 1 }).count
    }

    /// Everything so far; nil before there is anything. A cool phone's median is that of the first
    /// minute; what is sustained, that of the last one, from the third minute on.
    func measured(network: String, size: String, units: Units) -> TimingsFile.Measurement? {
        lock.lock()
        defer { lock.unlock() }
        guard let first = times.first, let last = times.last else { return nil }
        let cool = zip(all, times).filter { $0.1 - first < 60 }.map { $0.0 }
        guard let median = Timings.rank(cool[...], 0.5), let p95 = Timings.rank(cool[...], 0.95)
        else { return nil }
        let minutes = (last - first) / 60
        var sustained: Double?
        if minutes >= 3 {
            let warm = zip(all, times).filter { last - $0.1 < 60 }.map { $0.0 }
            sustained = Timings.rank(warm[...], 0.5)
        }
        return TimingsFile.Measurement(
            network: network, size: size, units: units.rawValue, medianMs: median, p95Ms: p95,
            samples: cool.count, sustainedMs: sustained,
            sustainedAfterMinutes: sustained == nil ? nil : (minutes * 10).rounded() / 10,
            latenciesMs: cool.map { ($0 * 100).rounded() / 100 })
    }

    /// The value that a share of the others does not exceed: the nearest rank.
    private static func rank(_ values: ArraySlice<Double>, _ share: Double) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let place = Int((share * Double(sorted.count)).rounded(.up)) - 1
        return sorted[max(0, place)]
    }

    /// `iPhone11,2`.
    static var device: String {
        var system = utsname()
        uname(&system)
        let mirror = Mirror(reflecting: system.machine)
        let bytes = mirror.children.compactMap { $0.value as? Int8 }.prefix(while: { $0 != 0 })
        return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
