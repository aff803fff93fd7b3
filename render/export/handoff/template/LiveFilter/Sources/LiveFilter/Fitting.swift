import Accelerate
import CoreVideo

/// The camera's picture → the model's input: the largest part of that shape from its middle, scaled.
/// The preview cropped the same pixels.
///
/// vImage and not Core Image or VideoToolbox, for three reasons. Its Lanczos weighs all pixels of the
/// area that a result covers, as the preview's averaging did; an affine transform of Core Image reads
/// a few of them, and what is fine flickers. It runs on the CPU, which has nothing else to do, while
/// the model has the GPU and the neural engine. And a crop is a pointer.
final class Fitting {
    private let buffers: PictureBuffers

    init(width: Int, height: Int) throws {
        buffers = try PictureBuffers(width: width, height: height)
    }

    func fit(_ picture: CVPixelBuffer) throws -> CVPixelBuffer {
        let result = try buffers.next()
        CVPixelBufferLockBaseAddress(picture, .readOnly)
        CVPixelBufferLockBaseAddress(result, [])
        defer {
            CVPixelBufferUnlockBaseAddress(result, [])
            CVPixelBufferUnlockBaseAddress(picture, .readOnly)
        }
        guard
            let from = CVPixelBufferGetBaseAddress(picture),
            let to = CVPixelBufferGetBaseAddress(result)
        else {
            throw FilterError.noMemory(buffers.width, buffers.height)
        }
        let crop = Crop(
            ofWidth: CVPixelBufferGetWidth(picture), height: CVPixelBufferGetHeight(picture),
            toWidth: buffers.width, height: buffers.height)
        let rowBytes = CVPixelBufferGetBytesPerRow(picture)
        var source = vImage_Buffer(
            data: from + crop.y * rowBytes + crop.x * 4,
            height: vImagePixelCount(crop.height), width: vImagePixelCount(crop.width),
            rowBytes: rowBytes)
        var scaled = vImage_Buffer(
            data: to,
            height: vImagePixelCount(buffers.height), width: vImagePixelCount(buffers.width),
            rowBytes: CVPixelBufferGetBytesPerRow(result))
        // ARGB or BGRA: the four channels are scaled alike.
        let status = vImageScale_ARGB8888(&source, &scaled, nil, vImage_Flags(kvImageNoFlags))
        guard status == kvImageNoError else {
            throw FilterError.camera("its picture cannot be scaled, vImage says \(status)")
        }
        return result
    }
}

/// A part of a picture, in whole pixels; rounded as render rounds.
struct Crop: Equatable {
    let x: Int
    let y: Int
    let width: Int
    let height: Int

    /// The largest of the shape `toWidth` × `toHeight` in the middle.
    init(ofWidth: Int, height ofHeight: Int, toWidth: Int, height toHeight: Int) {
        var width = ofWidth
        var height = ofHeight
        if ofWidth * toHeight > ofHeight * toWidth {
            let exact = Double(ofHeight * toWidth) / Double(toHeight)
            width = max(1, Int(exact.rounded(.toNearestOrEven)))
        } else {
            let exact = Double(ofWidth * toHeight) / Double(toWidth)
            height = max(1, Int(exact.rounded(.toNearestOrEven)))
        }
        self.x = (ofWidth - width) / 2
        self.y = (ofHeight - height) / 2
        self.width = width
        self.height = height
    }
}
