import Metal
import SwiftUI
import UIKit

/// What the filter makes of the camera's picture, filling the view.
public struct FilterView: UIViewRepresentable {
    private let session: FilterSession

    public init(session: FilterSession) {
        self.session = session
    }

    public func makeUIView(context: Context) -> UIView {
        do {
            guard let device = MTLCreateSystemDefaultDevice() else {
                throw FilterError.noMetal("is not here")
            }
            let view = try PictureView(drawingOn: device)
            session.display = view
            return view
        } catch {
            // Not while SwiftUI builds its views: that must not change what they show.
            let session = self.session
            DispatchQueue.main.async { session.report(error) }
            return UIView()
        }
    }

    public func updateUIView(_ view: UIView, context: Context) {}
}
