extension Remedy {
    /// Drops an index. One of a partitioned table cannot be dropped beside its use.
    static func dropping(index: String, isPartitioned: Bool = false, risk: String) -> Remedy {
        guard isPartitioned else {
            return Remedy(
                ["DROP INDEX CONCURRENTLY \(index);"],
                lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on, other maintenance of the table waits.",
                risk: risk)
        }
        return Remedy(
            ["DROP INDEX \(index);"],
            lock:
                "ACCESS EXCLUSIVE on the table and all its partitions, for a moment: set lock_timeout, and try again.",
            risk: risk)
    }
}
