import CoreML

/// Which parts of the chip Core ML may use, in the words of render's timings.
public enum ComputeUnits: String, CaseIterable, Codable, Identifiable {
    case all
    case cpuAndNeuralEngine
    case cpuAndGPU
    case cpuOnly

    public var id: String { rawValue }

    /// Those that this system knows: before iOS 16 the neural engine can be had only with the GPU.
    public static var offered: [ComputeUnits] {
        if #available(iOS 16.0, *) {
            return allCases
        }
        return [.all, .cpuAndGPU, .cpuOnly]
    }

    var value: MLComputeUnits {
        switch self {
        case .all:
            return .all
        case .cpuAndNeuralEngine:
            if #available(iOS 16.0, *) {
                return .cpuAndNeuralEngine
            }
            return .all
        case .cpuAndGPU:
            return .cpuAndGPU
        case .cpuOnly:
            return .cpuOnly
        }
    }
}
