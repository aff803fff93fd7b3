import CoreImage
import CoreML
import CoreVideo
import Foundation

/// Which parts of the chip may run the model; the names are those that render's timings have.
enum Units: String, CaseIterable, Identifiable {
    case all
    case cpuAndNeuralEngine
    case cpuAndGPU
    case cpuOnly

    var id: String { rawValue }

    var computeUnits: MLComputeUnits {
        switch self {
        case .all:
            return .all
        case .cpuAndNeuralEngine:
            // Before iOS 16 it can only be had with the rest.
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

/// The exported model. Its names and sizes are read from its own description.
final class FilterModel {
    let width: Int
    let height: Int

    private let model: MLModel
    private let input: String
    private let output: String
    private let scaler: Scaler

    init(file: URL, units: Units) throws {
        let compiled = try FilterModel.compiled(file)
        let configuration = MLModelConfiguration()
        configuration.computeUnits = units.computeUnits
        model = try MLModel(contentsOf: compiled, configuration: configuration)
        let description = model.modelDescription
        guard
            let taken = description.inputDescriptionsByName.first(where: { $0.value.type == .image }),
            let size = taken.value.imageConstraint,
            let made = description.outputDescriptionsByName.first(where: { $0.value.type == .image })
        else {
            throw FilterError.noPicture("takes or returns no picture")
        }
        input = taken.key
        output = made.key
        width = size.pixelsWide
        height = size.pixelsHigh
        scaler = try Scaler(width: width, height: height)
    }

    /// The camera's picture as the model's input: cropped from the middle and scaled, as the preview
    /// did it.
    func fitted(_ picture: CVPixelBuffer) throws -> CVPixelBuffer {
        try scaler.fitted(picture)
    }

    /// The filter's picture of one that is fitted.
    func filtered(_ picture: CVPixelBuffer) throws -> CVPixelBuffer {
        let value = MLFeatureValue(pixelBuffer: picture)
        let features = try MLDictionaryFeatureProvider(dictionary: [input: value])
        let result = try model.prediction(from: features)
        guard let shown = result.featureValue(for: output)?.imageBufferValue else {
            throw FilterError.noPicture("returned no picture")
        }
        return shown
    }

    /// Compiled once, then kept: the folder's name changes with the model's bytes.
    private static func compiled(_ file: URL) throws -> URL {
        let manager = FileManager.default
        let caches = try manager.url(
            for: .cachesDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        let attributes = try manager.attributesOfItem(atPath: file.path)
        let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        let kept = caches.appendingPathComponent("\(file.lastPathComponent)-\(Int(changed)).mlmodelc")
        if manager.fileExists(atPath: kept.path) {
            return kept
        }
        let fresh = try MLModel.compileModel(at: file)
        try manager.moveItem(at: fresh, to: kept)
        return kept
    }
}

/// Crops and scales pictures into buffers of one size that are used again and again.
private final class Scaler {
    private let width: Int
    private let height: Int
    private let pool: CVPixelBufferPool
    // Numbers stay as the camera gave them: the preview knew no colour management either.
    private let context = CIContext(options: [
        .workingColorSpace: NSNull(), .outputColorSpace: NSNull(), .cacheIntermediates: false,
    ])

    init(width: Int, height: Int) throws {
        self.width = width
        self.height = height
        let attributes: [String: Any] = [
            kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_32BGRA,
            kCVPixelBufferWidthKey as String: width,
            kCVPixelBufferHeightKey as String: height,
            kCVPixelBufferIOSurfacePropertiesKey as String: [String: Any](),
            kCVPixelBufferMetalCompatibilityKey as String: true,
        ]
        var made: CVPixelBufferPool?
        CVPixelBufferPoolCreate(kCFAllocatorDefault, nil, attributes as CFDictionary, &made)
        guard let pool = made else {
            throw FilterError.noPicture("takes \(width)x\(height), for which there is no memory")
        }
        self.pool = pool
    }

    func fitted(_ picture: CVPixelBuffer) throws -> CVPixelBuffer {
        var made: CVPixelBuffer?
        CVPixelBufferPoolCreatePixelBuffer(kCFAllocatorDefault, pool, &made)
        guard let result = made else {
            throw FilterError.noPicture("takes \(width)x\(height), for which there is no memory")
        }
        let image = CIImage(cvPixelBuffer: picture)
        let scale = max(
            CGFloat(width) / image.extent.width, CGFloat(height) / image.extent.height)
        let scaled = image.transformed(by: CGAffineTransform(scaleX: scale, y: scale))
        let left = scaled.extent.midX - CGFloat(width) / 2
        let bottom = scaled.extent.midY - CGFloat(height) / 2
        let moved = scaled.transformed(by: CGAffineTransform(translationX: -left, y: -bottom))
        let bounds = CGRect(x: 0, y: 0, width: width, height: height)
        context.render(moved.cropped(to: bounds), to: result, bounds: bounds, colorSpace: nil)
        return result
    }
}
