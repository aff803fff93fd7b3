import CoreML
import CoreVideo
import Foundation

/// The exported model: a picture in, a picture out. Names and sizes are read from its description.
///
/// Not safe to use from two queues at a time.
final class FilterModel {
    private let model: MLModel
    private let input: String
    private let output: String
    private let fitting: Fitting
    private let outputs: PictureBuffers
    private var writesIntoOurs = true

    /// Takes seconds at the first start of a phone: call it away from the main queue.
    init(facts: FilterFacts, units: ComputeUnits) throws {
        let configuration = MLModelConfiguration()
        configuration.computeUnits = units.value
        let file = try facts.modelURL()
        let compiled = try FilterModel.compiled(file, sha256: facts.sha256)
        do {
            model = try MLModel(contentsOf: compiled, configuration: configuration)
        } catch {
            if compiled != file {
                // Compiled anew at the next start, in case this is what was wrong with it.
                try? FileManager.default.removeItem(at: compiled)
            }
            throw error
        }
        let description = model.modelDescription
        guard
            let taken = description.inputDescriptionsByName.first(where: { $0.value.type == .image }),
            let made = description.outputDescriptionsByName.first(where: { $0.value.type == .image }),
            let takenSize = taken.value.imageConstraint,
            let madeSize = made.value.imageConstraint
        else {
            throw FilterError.noPictureModel("takes or returns no picture")
        }
        input = taken.key
        output = made.key
        fitting = try Fitting(width: takenSize.pixelsWide, height: takenSize.pixelsHigh)
        outputs = try PictureBuffers(width: madeSize.pixelsWide, height: madeSize.pixelsHigh)
    }

    /// The first prediction is start-up, not speed: it is made here, and nobody times it.
    func warmUp() throws {
        let blank = try outputs.next()
        let fitted = try fit(blank)
        do {
            _ = try predict(fitted)
        } catch {
            guard writesIntoOurs else { throw error }
            writesIntoOurs = false
            _ = try predict(fitted)
        }
    }

    /// The camera's picture as the model takes it.
    func fit(_ picture: CVPixelBuffer) throws -> CVPixelBuffer {
        try fitting.fit(picture)
    }

    /// What the model makes of a picture that is fitted.
    func predict(_ picture: CVPixelBuffer) throws -> CVPixelBuffer {
        let options = MLPredictionOptions()
        if #available(iOS 16.0, *), writesIntoOurs {
            // Into memory that Metal draws from, without a copy. Core ML may decline, and then
            // returns memory of its own.
            let ours = try outputs.next()
            options.outputBackings = [output: ours]
        }
        let value = MLFeatureValue(pixelBuffer: picture)
        let features = try MLDictionaryFeatureProvider(dictionary: [input: value])
        let result = try model.prediction(from: features, options: options)
        guard let made = result.featureValue(for: output)?.imageBufferValue else {
            throw FilterError.noPictureModel("returned no picture")
        }
        return made
    }

    /// A picture of the model's in memory that Metal draws from.
    func drawable(_ picture: CVPixelBuffer) throws -> CVPixelBuffer {
        try outputs.drawable(picture)
    }

    /// Compiled once and kept at one place: Core ML's own cache for the neural engine goes by it.
    private static func compiled(_ file: URL, sha256: String) throws -> URL {
        if file.pathExtension == "mlmodelc" {
            return file
        }
        let files = FileManager.default
        let caches = try files.url(
            for: .cachesDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        let folder = caches.appendingPathComponent("LiveFilter", isDirectory: true)
        let kept = folder.appendingPathComponent("\(sha256).mlmodelc", isDirectory: true)
        if files.fileExists(atPath: kept.path) {
            return kept
        }
        let made = try MLModel.compileModel(at: file)
        // Of an earlier filter nothing need stay.
        try? files.removeItem(at: folder)
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        try files.moveItem(at: made, to: kept)
        return kept
    }
}
