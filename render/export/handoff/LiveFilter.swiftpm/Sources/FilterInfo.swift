import Foundation

/// What render wrote beside the model: `filter.json`. Sizes of pictures are the model's own.
struct FilterInfo: Decodable {
    /// The model's file in Resources.
    let model: String
    let title: String
    let network: String
    /// The network's input as render writes it, such as 480x853.
    let size: String
    /// Frames a second that the filter was chosen for.
    let fps: Double


    static func load() throws -> FilterInfo {
        let file = try find("filter.json")
        return try JSONDecoder().decode(FilterInfo.self, from: Data(contentsOf: file))
    }

    /// Resources of a package lie in a bundle of their own, those of an app in its main one, with
    /// their folder or without it.
    static func find(_ name: String) throws -> URL {
        var places = [Bundle.main.bundleURL]
        places += Bundle.main.urls(forResourcesWithExtension: "bundle", subdirectory: nil) ?? []
        for place in places {
            for folder in [place.appendingPathComponent("Resources"), place] {
                let file = folder.appendingPathComponent(name)
                if FileManager.default.fileExists(atPath: file.path) {
                    return file
                }
            }
        }
        throw FilterError.missing(name)
    }
}

enum FilterError: LocalizedError {
    case missing(String)
    case noCamera
    case notAllowed
    case noMetal
    case noPicture(String)

    var errorDescription: String? {
        switch self {
        case .missing(let name):
            return "\(name) is not among the app's resources: add the folder Resources to the target"
        case .noCamera:
            return "this device has no camera at its back: run it on a phone, not in the simulator"
        case .notAllowed:
            return "the camera is not allowed: Settings, Privacy, Camera"
        case .noMetal:
            return "this device has no Metal"
        case .noPicture(let what):
            return "the model \(what)"
        }
    }
}
