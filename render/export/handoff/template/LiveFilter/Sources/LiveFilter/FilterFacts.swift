import Foundation

/// What render says of the filter, in `filter.json` beside its model. The names and sizes of the
/// model's pictures are not among it: the model's own description has those.
public struct FilterFacts: Decodable {
    public let schema: Int
    public let title: String
    /// The model's file beside `filter.json`: an .mlpackage, an .mlmodel or an .mlmodelc.
    public let model: String
    /// Of the model, as report.json has it; what is compiled of the model is kept by it.
    public let sha256: String
    /// The network and what it paints, as render's timings name them.
    public let network: String
    public let size: String
    /// Pictures a second that the filter was chosen for.
    public let fps: Double
    /// Pixels on every side of the model's input that it sees but does not return. What it takes is
    /// as much larger than what it paints; the camera has those pixels anyway.
    public let context: Int

    /// The filter that lies in this package.
    public static func bundled() throws -> FilterFacts {
        let file = try folder().appendingPathComponent("filter.json")
        do {
            return try JSONDecoder().decode(FilterFacts.self, from: Data(contentsOf: file))
        } catch {
            throw FilterError.noFilter(error.localizedDescription)
        }
    }

    public func modelURL() throws -> URL {
        try FilterFacts.folder().appendingPathComponent(model)
    }

    /// Whether it paints pictures that lie rather than stand.
    public var isLandscape: Bool {
        let sides = size.split(separator: "x").compactMap { Int($0) }
        return sides.count == 2 && sides[0] > sides[1]
    }

    private static func folder() throws -> URL {
        guard let resources = Bundle.module.resourceURL else {
            throw FilterError.noFilter("the package has no resources")
        }
        return resources.appendingPathComponent("Model", isDirectory: true)
    }
}
