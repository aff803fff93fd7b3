import CoreVideo
import Foundation

/// Pictures of one size in memory that the CPU, the GPU and Core ML share; used again once nobody
/// holds them.
final class PictureBuffers {
    let width: Int
    let height: Int

    private let pool: CVPixelBufferPool

    init(width: Int, height: Int) throws {
        let attributes: [String: Any] = [
            // The form in which Core ML takes and returns RGB pictures, and Metal draws them.
            kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_32BGRA,
            kCVPixelBufferWidthKey as String: width,
            kCVPixelBufferHeightKey as String: height,
            kCVPixelBufferIOSurfacePropertiesKey as String: [String: Any](),
            kCVPixelBufferMetalCompatibilityKey as String: true
        ]
        var made: CVPixelBufferPool?
        CVPixelBufferPoolCreate(kCFAllocatorDefault, nil, attributes as CFDictionary, &made)
        guard let pool = made else {
            throw FilterError.noMemory(width, height)
        }
        self.width = width
        self.height = height
        self.pool = pool
    }

    func next() throws -> CVPixelBuffer {
        var made: CVPixelBuffer?
        CVPixelBufferPoolCreatePixelBuffer(kCFAllocatorDefault, pool, &made)
        guard let buffer = made else {
            throw FilterError.noMemory(width, height)
        }
        return buffer
    }

    /// `picture` itself where Metal can draw it, and a copy where it lies in memory of the CPU alone.
    func drawable(_ picture: CVPixelBuffer) throws -> CVPixelBuffer {
        if CVPixelBufferGetIOSurface(picture) != nil {
            return picture
        }
        let copy = try next()
        CVPixelBufferLockBaseAddress(picture, .readOnly)
        CVPixelBufferLockBaseAddress(copy, [])
        defer {
            CVPixelBufferUnlockBaseAddress(copy, [])
            CVPixelBufferUnlockBaseAddress(picture, .readOnly)
        }
        guard
            let from = CVPixelBufferGetBaseAddress(picture),
            let to = CVPixelBufferGetBaseAddress(copy)
        else {
            throw FilterError.noMemory(width, height)
        }
        let fromRow = CVPixelBufferGetBytesPerRow(picture)
        let toRow = CVPixelBufferGetBytesPerRow(copy)
        let rows = min(height, CVPixelBufferGetHeight(picture))
        for row in 0..<rows {
            memcpy(to + row * toRow, from + row * fromRow, min(fromRow, toRow))
        }
        return copy
    }
}
