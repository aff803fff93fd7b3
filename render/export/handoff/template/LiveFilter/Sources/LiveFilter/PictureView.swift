import CoreVideo
import MetalKit

/// Draws the newest picture, filling the view, with a shader that only passes it through.
///
/// It draws when there is a new picture and not at the display's rate: between two pictures the GPU
/// is the model's.
final class PictureView: MTKView {
    private let commands: MTLCommandQueue
    private let pipeline: MTLRenderPipelineState
    private let textures: CVMetalTextureCache
    private var picture: CVPixelBuffer?

    init(drawingOn device: MTLDevice) throws {
        guard let commands = device.makeCommandQueue() else {
            throw FilterError.noMetal("has no queue")
        }
        var cache: CVMetalTextureCache?
        CVMetalTextureCacheCreate(kCFAllocatorDefault, nil, device, nil, &cache)
        guard let textures = cache else {
            throw FilterError.noMetal("has no cache of textures")
        }
        self.commands = commands
        self.textures = textures
        pipeline = try PictureView.passThrough(device)
        super.init(frame: .zero, device: device)
        colorPixelFormat = .bgra8Unorm
        framebufferOnly = true
        isPaused = true
        enableSetNeedsDisplay = true
    }

    @available(*, unavailable)
    required init(coder: NSCoder) {
        fatalError("made in code only")
    }

    func show(_ picture: CVPixelBuffer) {
        self.picture = picture
        setNeedsDisplay()
    }

    override func draw(_ rect: CGRect) {
        guard
            let picture = picture,
            let kept = wrapped(picture), let texture = CVMetalTextureGetTexture(kept),
            let pass = currentRenderPassDescriptor, let drawable = currentDrawable,
            let buffer = commands.makeCommandBuffer(),
            let encoder = buffer.makeRenderCommandEncoder(descriptor: pass)
        else { return }
        var scale = filling(width: texture.width, height: texture.height)
        encoder.setRenderPipelineState(pipeline)
        encoder.setVertexBytes(&scale, length: MemoryLayout<SIMD2<Float>>.size, index: 0)
        encoder.setFragmentTexture(texture, index: 0)
        encoder.drawPrimitives(type: .triangleStrip, vertexStart: 0, vertexCount: 4)
        encoder.endEncoding()
        // The texture is the picture's own memory, which must not be used again before it is drawn.
        buffer.addCompletedHandler { _ in
            _ = kept
        }
        buffer.present(drawable)
        buffer.commit()
    }

    private func wrapped(_ picture: CVPixelBuffer) -> CVMetalTexture? {
        var made: CVMetalTexture?
        CVMetalTextureCacheCreateTextureFromImage(
            kCFAllocatorDefault, textures, picture, nil, .bgra8Unorm,
            CVPixelBufferGetWidth(picture), CVPixelBufferGetHeight(picture), 0, &made)
        return made
    }

    /// How many times the view's width and height the picture is drawn.
    private func filling(width: Int, height: Int) -> SIMD2<Float> {
        let view = drawableSize
        let wide = view.width / CGFloat(width)
        let high = view.height / CGFloat(height)
        guard wide > 0, high > 0 else { return SIMD2<Float>(1, 1) }
        let scale = max(wide, high)
        return SIMD2<Float>(Float(scale / wide), Float(scale / high))
    }

    /// Compiled here and not while the app is built: then no tool but Xcode itself is needed for it.
    private static func passThrough(_ device: MTLDevice) throws -> MTLRenderPipelineState {
        let library = try device.makeLibrary(source: shaders, options: nil)
        let descriptor = MTLRenderPipelineDescriptor()
        descriptor.vertexFunction = library.makeFunction(name: "corners")
        descriptor.fragmentFunction = library.makeFunction(name: "colours")
        descriptor.colorAttachments[0].pixelFormat = .bgra8Unorm
        return try device.makeRenderPipelineState(descriptor: descriptor)
    }

    private static let shaders = """
        #include <metal_stdlib>
        using namespace metal;

        struct Corner {
            float4 position [[position]];
            float2 place;
        };

        vertex Corner corners(uint number [[vertex_id]], constant float2 &scale [[buffer(0)]]) {
            float2 unit = float2(float(number & 1), float(number >> 1));
            Corner corner;
            corner.position = float4((unit * 2.0 - 1.0) * scale, 0.0, 1.0);
            corner.place = float2(unit.x, 1.0 - unit.y);
            return corner;
        }

        fragment float4 colours(Corner corner [[stage_in]], texture2d<float> picture [[texture(0)]]) {
            constexpr sampler bilinear(filter::linear, address::clamp_to_edge);
            return float4(picture.sample(bilinear, corner.place).rgb, 1.0);
        }
        """
}
