import CoreVideo
import QuartzCore
import SwiftUI
import UIKit

/// Camera → mailbox → model → display, and what it all takes.
final class LiveFilter: ObservableObject {
    @Published private(set) var words = "loading the model"
    @Published private(set) var units = Units.all

    let renderer = Renderer()

    private let camera = Camera()
    private let work = DispatchQueue(label: "filter", qos: .userInteractive)
    private var info: FilterInfo?
    private var model: FilterModel?
    private var mailbox: Mailbox?
    private var timings = Timings()
    private var timer: Timer?
    private var saved = CACurrentMediaTime()

    /// Where the timings are written: in the app's documents.
    var file: URL {
        let folder = FileManager.default.urls(for: .documentDirectory, in: .userDomainMask)[0]
        return folder.appendingPathComponent("timings.json")
    }

    func start() {
        UIApplication.shared.isIdleTimerDisabled = true
        timer?.invalidate()
        timer = Timer.scheduledTimer(withTimeInterval: 0.5, repeats: true) { [weak self] _ in
            self?.tell()
        }
        load(units)
    }

    func stop() {
        UIApplication.shared.isIdleTimerDisabled = false
        timer?.invalidate()
        timer = nil
        camera.stop()
        save()
    }

    /// Another part of the chip, with timings of its own.
    func choose(_ wanted: Units) {
        save()
        units = wanted
        load(wanted)
    }

    /// Compiling takes seconds at the first start, so not on the main queue.
    private func load(_ units: Units) {
        work.async { [weak self] in
            guard let self = self else { return }
            do {
                let info = try FilterInfo.load()
                let file = try FilterInfo.find(info.model)
                let model = try FilterModel(file: file, units: units)
                let mailbox = Mailbox(fps: info.fps)
                self.info = info
                self.model = model
                self.mailbox = mailbox
                self.timings = Timings()
                self.camera.onFrame = { [weak self] picture, time in
                    guard mailbox.offer(picture, time: time) else { return }
                    self?.work.async { self?.turn(mailbox) }
                }
                self.camera.start { [weak self] error in self?.fail(error) }
            } catch {
                self.fail(error)
            }
        }
    }

    /// One picture, then the next that waits. On the work queue, so that one is in flight at a time;
    /// each a turn of its own, so that another model can be loaded between two.
    private func turn(_ mailbox: Mailbox) {
        guard mailbox === self.mailbox, let model = model, let picture = mailbox.take() else { return }
        do {
            let fitted = try model.fitted(picture)
            let began = CACurrentMediaTime()
            let filtered = try model.filtered(fitted)
            let ended = CACurrentMediaTime()
            timings.add((ended - began) * 1000, at: ended)
            renderer.show(filtered)
        } catch {
            fail(error)
        }
        work.async { [weak self] in self?.turn(mailbox) }
    }

    private func fail(_ error: Error) {
        let said = error.localizedDescription
        DispatchQueue.main.async { self.words = said }
    }

    private func tell() {
        let now = CACurrentMediaTime()
        guard let info = info, let ms = timings.recent() else { return }
        let heat = ["cool", "fair", "serious", "critical"]
        let state = ProcessInfo.processInfo.thermalState.rawValue
        words = String(
            format: "%@\n%ld of %.3g fps, %.1f ms, %ld dropped, %@", info.title,
            timings.shown(at: now), info.fps, ms, mailbox?.dropped ?? 0,
            heat.indices.contains(state) ? heat[state] : "?")
        if now - saved > 60 {
            save()
        }
    }

    /// Writes what `render devices import` reads.
    func save() {
        saved = CACurrentMediaTime()
        guard
            let info = info,
            let measured = timings.measured(network: info.network, size: info.size, units: units)
        else { return }
        let told = TimingsFile(
            device: Timings.device, name: UIDevice.current.model,
            os: "\(UIDevice.current.systemName) \(UIDevice.current.systemVersion)",
            measurements: [measured])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            try encoder.encode(told).write(to: file, options: .atomic)
        } catch {
            fail(error)
        }
    }
}
