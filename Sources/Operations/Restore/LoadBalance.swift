/// Which tables one session loads each, and which are left for several to share, so that all sessions end together.
enum LoadBalance {
    /// `sizes` are in bytes, those of tables that cannot be loaded alone nil; the largest comes first, as they are
    /// loaded. A table is loaded alone where its session is then not busy for longer than all are on average.
    static func alone(_ sizes: [Int?], total: Int, sessions: Int) -> [Bool] {
        let share = total / max(1, sessions)
        var loads = [Int](repeating: 0, count: max(1, sessions))
        return sizes.map { size in
            guard let size, let (session, load) = loads.enumerated().min(by: { $0.element < $1.element }),
                load + size <= share
            else { return false }
            loads[session] = load + size
            return true
        }
    }
}
