import CoreVideo
import MetalKit
import SwiftUI

/// Draws the newest picture with a shader that only passes it through, filling the screen.
final class Renderer: NSObject, MTKViewDelegate {
    private(set) var device: MTLDevice?
    private var queue: MTLCommandQueue?
    private var pipeline: MTLRenderPipelineState?
    private var cache: CVMetalTextureCache?
    private let lock = NSLock()
    private var newest: CVPixelBuffer?
    private weak var view: MTKView?

    override init() {
        super.init()
        guard let device = MTLCreateSystemDefaultDevice() else { return }
        self.device = device
        queue = device.makeCommandQueue()
        CVMetalTextureCacheCreate(kCFAllocatorDefault, nil, device, nil, &cache)
        guard let library = try? device.makeLibrary(source: Renderer.shaders, options: nil) else { return }
        let descriptor = MTLRenderPipelineDescriptor()
        descriptor.vertexFunction = library.makeFunction(name: "corners")
        descriptor.fragmentFunction = library.makeFunction(name: "pass")
        descriptor.colorAttachments[0].pixelFormat = .bgra8Unorm
        pipeline = try? device.makeRenderPipelineState(descriptor: descriptor)
    }

    /// A picture to show at the display's next refresh. From any queue.
    func show(_ picture: CVPixelBuffer) {
        lock.lock()
        newest = picture
        lock.unlock()
        DispatchQueue.main.async { [weak self] in self?.view?.draw() }
    }

    func attach(_ view: MTKView) {
        view.device = device
        view.delegate = self
        view.colorPixelFormat = .bgra8Unorm
        view.framebufferOnly = true
        // Drawn when there is a picture, not by a clock of its own.
        view.isPaused = true
        view.enableSetNeedsDisplay = false
        self.view = view
    }

    func mtkView(_ view: MTKView, drawableSizeWillChange size: CGSize) {}

    func draw(in view: MTKView) {
        lock.lock()
        let picture = newest
        lock.unlock()
        guard
            let picture = picture, let cache = cache, let pipeline = pipeline,
            let pass = view.currentRenderPassDescriptor, let drawable = view.currentDrawable,
            let commands = queue?.makeCommandBuffer(),
            let encoder = commands.makeRenderCommandEncoder(descriptor: pass)
        else { return }
        let width = CVPixelBufferGetWidth(picture)
        let height = CVPixelBufferGetHeight(picture)
        var made: CVMetalTexture?
        CVMetalTextureCacheCreateTextureFromImage(
            kCFAllocatorDefault, cache, picture, nil, .bgra8Unorm, width, height, 0, &made)
        if let made = made, let texture = CVMetalTextureGetTexture(made) {
            // How much larger than the screen the picture is drawn, so that it fills it.
            let screen = view.drawableSize
            let scale = max(screen.width / CGFloat(width), screen.height / CGFloat(height))
            var size = SIMD2<Float>(
                Float(CGFloat(width) * scale / max(screen.width, 1)),
                Float(CGFloat(height) * scale / max(screen.height, 1)))
            encoder.setRenderPipelineState(pipeline)
            encoder.setVertexBytes(&size, length: MemoryLayout<SIMD2<Float>>.size, index: 0)
            encoder.setFragmentTexture(texture, index: 0)
            encoder.drawPrimitives(type: .triangleStrip, vertexStart: 0, vertexCount: 4)
            // The texture is the picture's own memory: it must outlive the drawing.
            commands.addCompletedHandler { _ in _ = made }
        }
        encoder.endEncoding()
        commands.present(drawable)
        commands.commit()
    }

    private static let shaders = """
        #include <metal_stdlib>
        using namespace metal;

        struct Corner {
            float4 position [[position]];
            float2 place;
        };

        vertex Corner corners(uint number [[vertex_id]], constant float2 &size [[buffer(0)]]) {
            float2 corner = float2(number & 1, number >> 1);
            Corner out;
            out.position = float4((corner * 2 - 1) * size, 0, 1);
            out.place = float2(corner.x, 1 - corner.y);
            return out;
        }

        fragment float4 pass(Corner in [[stage_in]], texture2d<float> picture [[texture(0)]]) {
            constexpr sampler linear(filter::linear);
            return picture.sample(linear, in.place);
        }
        """
}

/// The renderer's view in SwiftUI.
struct FilterView: UIViewRepresentable {
    let renderer: Renderer

    func makeUIView(context: Context) -> MTKView {
        let view = MTKView()
        renderer.attach(view)
        return view
    }

    func updateUIView(_ view: MTKView, context: Context) {}
}
