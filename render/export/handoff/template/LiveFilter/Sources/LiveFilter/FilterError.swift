import Foundation

/// What can go wrong, in one line each: what, and what to do.
public enum FilterError: LocalizedError {
    case noFilter(String)
    case noPictureModel(String)
    case noCamera
    case notAllowed
    case camera(String)
    case noMetal(String)
    case noMemory(Int, Int)

    public var errorDescription: String? {
        switch self {
        case .noFilter(let why):
            return "No filter in this app (\(why)): the folder Model must be in the package"
        case .noPictureModel(let what):
            return "The model \(what): export it with render"
        case .noCamera:
            return "No camera at the back: the simulator has none, run it on a phone"
        case .notAllowed:
            return "The camera is not allowed: Settings, this app, Camera"
        case .camera(let why):
            return "The camera stopped (\(why))"
        case .noMetal(let what):
            return "Metal \(what): run it on a phone"
        case .noMemory(let width, let height):
            return "No memory for pictures of \(width)x\(height): close other apps"
        }
    }
}
