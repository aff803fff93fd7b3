import Foundation

/// What `render devices import` reads: schema 1 of `render-timings`. Times are milliseconds.
public struct TimingsFile: Codable {
    public var schema = 1
    public var kind = "render-timings"
    public var device: String
    public var name: String
    public var os: String
    public var measurements: [Measurement]

    enum CodingKeys: String, CodingKey {
        case schema
        case kind
        case device
        case name
        case os
        case measurements
    }

    /// The median, the 95th of 100 and the single frames are those of the run's first minute, while
    /// the phone was cool; what is sustained is the median of its last one.
    public struct Measurement: Codable {
        public var network: String
        public var size: String
        public var units: ComputeUnits
        public var medianMs: Double
        public var p95Ms: Double
        public var samples: Int
        public var sustainedMs: Double?
        public var sustainedAfterMinutes: Double?
        public var latenciesMs: [Double]

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

    /// Of this phone.
    init(measurements: [Measurement]) {
        let version = ProcessInfo.processInfo.operatingSystemVersion
        var os = "iOS \(version.majorVersion).\(version.minorVersion)"
        if version.patchVersion > 0 {
            os += ".\(version.patchVersion)"
        }
        self.device = TimingsFile.machine
        // The name that people call it by is not in the system; render knows it by the other.
        self.name = TimingsFile.machine
        self.os = os
        self.measurements = measurements
    }

    /// Such as `iPhone11,2`.
    private static var machine: String {
        var system = utsname()
        uname(&system)
        return withUnsafePointer(to: &system.machine) { field in
            field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
    }
}
