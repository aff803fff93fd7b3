import AVFoundation
import CoreMedia
import CoreVideo

/// The back camera's pictures: 1080p, upright, BGRA, sRGB, on a queue of its own.
final class Camera: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate {
    private let session = AVCaptureSession()
    private let output = AVCaptureVideoDataOutput()
    // Starting blocks for as long as the camera takes; pictures come on the other one.
    private let control = DispatchQueue(label: "LiveFilter.camera")
    private let pictures = DispatchQueue(label: "LiveFilter.pictures", qos: .userInteractive)
    private let rate: Int32
    private let isLandscape: Bool
    private let taken: (CVPixelBuffer, Double) -> Void
    private let failed: (Error) -> Void
    private var isConfigured = false
    private var observer: NSObjectProtocol?

    /// `taken` is called with a picture and its time in seconds, on the camera's queue; it must not
    /// wait for anything. `failed` is called on any queue.
    init(
        fps: Double, isLandscape: Bool, taken: @escaping (CVPixelBuffer, Double) -> Void,
        failed: @escaping (Error) -> Void
    ) {
        rate = fps > 30 ? 60 : 30
        self.isLandscape = isLandscape
        self.taken = taken
        self.failed = failed
        super.init()
        observer = NotificationCenter.default.addObserver(
            forName: .AVCaptureSessionRuntimeError, object: session, queue: nil
        ) { [weak self] note in
            let error = note.userInfo?[AVCaptureSessionErrorKey] as? Error
            self?.failed(FilterError.camera(error?.localizedDescription ?? "no reason given"))
        }
    }

    deinit {
        if let observer = observer {
            NotificationCenter.default.removeObserver(observer)
        }
    }

    /// Asks whoever holds the phone, if nobody was asked yet.
    func start() {
        switch AVCaptureDevice.authorizationStatus(for: .video) {
        case .authorized:
            run()
        case .notDetermined:
            AVCaptureDevice.requestAccess(for: .video) { [weak self] isAllowed in
                if isAllowed {
                    self?.run()
                } else {
                    self?.failed(FilterError.notAllowed)
                }
            }
        default:
            failed(FilterError.notAllowed)
        }
    }

    func stop() {
        control.async { [weak self] in
            self?.session.stopRunning()
        }
    }

    private func run() {
        control.async { [weak self] in
            guard let self = self else { return }
            do {
                try self.configure()
                if !self.session.isRunning {
                    self.session.startRunning()
                }
            } catch {
                self.failed(error)
            }
        }
    }

    private func configure() throws {
        if isConfigured {
            return
        }
        let found = AVCaptureDevice.default(.builtInWideAngleCamera, for: .video, position: .back)
        guard let device = found else {
            throw FilterError.noCamera
        }
        try connect(try AVCaptureDeviceInput(device: device))
        // After that is committed, which sets the rate anew.
        try setRate(of: device)
        isConfigured = true
    }

    private func connect(_ input: AVCaptureDeviceInput) throws {
        session.beginConfiguration()
        defer { session.commitConfiguration() }
        guard
            session.canSetSessionPreset(.hd1920x1080), session.canAddInput(input),
            session.canAddOutput(output)
        else {
            throw FilterError.noCamera
        }
        session.sessionPreset = .hd1920x1080
        // sRGB: the network was trained on nothing wider.
        session.automaticallyConfiguresCaptureDeviceForWideColor = false
        session.addInput(input)
        output.videoSettings = [
            kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_32BGRA
        ]
        output.alwaysDiscardsLateVideoFrames = true
        output.setSampleBufferDelegate(self, queue: pictures)
        session.addOutput(output)
        if let connection = output.connection(with: .video), connection.isVideoOrientationSupported {
            connection.videoOrientation = isLandscape ? .landscapeRight : .portrait
        }
    }

    /// Exactly so many pictures a second, where the camera can: in the dark it would slow down.
    private func setRate(of device: AVCaptureDevice) throws {
        let wanted = Double(rate)
        let ranges = device.activeFormat.videoSupportedFrameRateRanges
        // What is not supported is not refused but ends the app.
        guard ranges.contains(where: { $0.minFrameRate <= wanted && wanted <= $0.maxFrameRate }) else {
            return
        }
        try device.lockForConfiguration()
        device.activeVideoMinFrameDuration = CMTime(value: 1, timescale: rate)
        device.activeVideoMaxFrameDuration = CMTime(value: 1, timescale: rate)
        device.unlockForConfiguration()
    }

    func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer,
        from connection: AVCaptureConnection
    ) {
        guard let picture = CMSampleBufferGetImageBuffer(sampleBuffer) else { return }
        taken(picture, CMTimeGetSeconds(CMSampleBufferGetPresentationTimeStamp(sampleBuffer)))
    }
}
