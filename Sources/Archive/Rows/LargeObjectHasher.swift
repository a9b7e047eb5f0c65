import CXXHash
import Synchronization

/// Digests large objects, one after the other, as their bytes pass.
///
/// Calls from several tasks are safe, but an object's bytes must come in order: give each worker its own.
package final class LargeObjectHasher: Sendable {
    /// The lock owns the state, so that the C structure is never used by two threads at once.
    private let state = Mutex(ObjectHash())

    package init() {}

    /// Begins the object `oid`.
    package func begin(oid: UInt32) {
        state.withLock { $0.begin(oid: oid) }
    }

    /// Adds the object's next bytes.
    package func update(_ bytes: [UInt8]) {
        state.withLock { $0.update(bytes) }
    }

    /// Ends the object and returns the digest of it alone.
    package func end() -> LargeObjectDigest {
        state.withLock { $0.end() }
    }
}

/// An `XXH3_state_t`. It cannot be copied, so it frees what it owns exactly once.
private struct ObjectHash: ~Copyable {
    /// Nil only where memory ran out.
    private let state: OpaquePointer?
    private var size = 0

    init() {
        state = XXH3_createState()
    }

    deinit {
        XXH3_freeState(state)
    }

    mutating func begin(oid: UInt32) {
        XXH3_128bits_reset_withSeed(state, XXH64_hash_t(oid))
        size = 0
    }

    mutating func update(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { XXH3_128bits_update(state, $0.baseAddress, $0.count) }
        size += bytes.count
    }

    func end() -> LargeObjectDigest {
        let hash = XXH3_128bits_digest(state)
        let sum = HashSum(value: UInt128(hash.high64) << 64 | UInt128(hash.low64))
        return LargeObjectDigest(count: 1, bytes: size, sum: sum)
    }
}
