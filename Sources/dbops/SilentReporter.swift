import Operations

/// For work whose steps nobody watches.
struct SilentReporter: ProgressReporter {
    func report(_ event: ProgressEvent) {}
}
