/// The settings of a throw-away cluster. Source: PostgreSQL manual, chapter 20 "Server Configuration", and 14.4
/// "Populating a Database".
enum ClusterSettings {
    /// Fast loading without regard for crashes; an eighth of the memory at hand for buffers, at most 512 MiB.
    static func forLoading(socketFolder: String, port: String, memoryInBytes: UInt64) -> [String: String] {
        let memoryInMebibytes = Int(memoryInBytes >> 20)
        let buffers = min(max(memoryInMebibytes / 8, 16), 512)
        return [
            "listen_addresses": "",
            "unix_socket_directories": socketFolder,
            "unix_socket_permissions": "0700",
            "port": port,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "max_wal_size": "4GB",
            // A new segment is not written full of zeros before it is used.
            "wal_init_zero": "off",
            "wal_recycle": "off",
            "checkpoint_timeout": "1h",
            "autovacuum": "off",
            "shared_buffers": "\(buffers)MB",
            "maintenance_work_mem": "\(buffers)MB",
            "work_mem": "32MB",
            "max_connections": "100",
            "max_locks_per_transaction": "1024",
            "jit": "off",
            "lc_messages": "C",
            "TimeZone": "UTC",
            "log_destination": "stderr",
            "logging_collector": "off",
        ]
    }
}
