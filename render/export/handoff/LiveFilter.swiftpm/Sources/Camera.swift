import AVFoundation

/// The back camera's pictures, upright, 30 a second, BGRA, on a queue of its own.
final class Camera: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate {
    /// A picture and its time in seconds. Called on the camera's queue.
    var onFrame: ((CVPixelBuffer, Double) -> Void)?

    private let session = AVCaptureSession()
    private let output = AVCaptureVideoDataOutput()
    private let queue = DispatchQueue(label: "camera", qos: .userInteractive)
    private var configured = false

    /// Asks for the camera if nobody has been asked yet, then starts it.
    func start(failed: @escaping (Error) -> Void) {
        switch AVCaptureDevice.authorizationStatus(for: .video) {
        case .authorized:
            run(failed: failed)
        case .notDetermined:
            AVCaptureDevice.requestAccess(for: .video) { [weak self] allowed in
                if allowed {
                    self?.run(failed: failed)
                } else {
                    failed(FilterError.notAllowed)
                }
            }
        default:
            failed(FilterError.notAllowed)
        }
    }

    func stop() {
        queue.async { [session] in
            if session.isRunning {
                session.stopRunning()
            }
        }
    }

    private func run(failed: @escaping (Error) -> Void) {
        queue.async { [weak self] in
            guard let self = self else { return }
            do {
                try self.configure()
                if !self.session.isRunning {
                    self.session.startRunning()
                }
            } catch {
                failed(error)
            }
        }
    }

    private func configure() throws {
        if configured { return }
        guard
            let device = AVCaptureDevice.default(
                .builtInWideAngleCamera, for: .video, position: .back)
        else {
            throw FilterError.noCamera
        }
        session.beginConfiguration()
        defer { session.commitConfiguration() }
        session.sessionPreset = .hd1920x1080
        let input = try AVCaptureDeviceInput(device: device)
        guard session.canAddInput(input), session.canAddOutput(output) else {
            throw FilterError.noCamera
        }
        session.addInput(input)
        // Core ML takes this form for its RGB pictures, and so does Metal.
        output.videoSettings = [
            kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_32BGRA
        ]
        // What comes while our callback runs is gone; the callback itself never waits.
        output.alwaysDiscardsLateVideoFrames = true
        output.setSampleBufferDelegate(self, queue: queue)
        session.addOutput(output)
        if let connection = output.connection(with: .video), connection.isVideoOrientationSupported {
            connection.videoOrientation = .portrait
        }
        try device.lockForConfiguration()
        device.activeVideoMinFrameDuration = CMTime(value: 1, timescale: 30)
        device.activeVideoMaxFrameDuration = CMTime(value: 1, timescale: 30)
        device.unlockForConfiguration()
        configured = true
    }

    func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer,
        from connection: AVCaptureConnection
    ) {
        guard let picture = CMSampleBufferGetImageBuffer(sampleBuffer) else { return }
        let time = CMSampleBufferGetPresentationTimeStamp(sampleBuffer)
        onFrame?(picture, CMTimeGetSeconds(time))
    }
}
