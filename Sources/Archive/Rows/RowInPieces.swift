import CXXHash
import Synchronization

/// Digests one row whose bytes come in pieces: the hash is that of the whole row.
///
/// Source: xxhash.h, "Streaming" of XXH3's 128-bit variant.
final class RowInPieces: Sendable {
    /// The lock owns the state, so that the C structure is never used by two threads at once.
    private let state = Mutex(State())

    func update(_ piece: ArraySlice<UInt8>) {
        state.withLock { $0.update(piece) }
    }

    var hash: HashSum {
        state.withLock { $0.hash }
    }

    /// An `XXH3_state_t`. It cannot be copied, so it frees what it owns exactly once.
    private struct State: ~Copyable {
        /// Nil only where memory ran out.
        private let pointer = XXH3_createState()

        init() {
            XXH3_128bits_reset(pointer)
        }

        deinit {
            XXH3_freeState(pointer)
        }

        mutating func update(_ piece: ArraySlice<UInt8>) {
            _ = piece.withUnsafeBytes { XXH3_128bits_update(pointer, $0.baseAddress, $0.count) }
        }

        var hash: HashSum {
            let hash = XXH3_128bits_digest(pointer)
            return HashSum(value: UInt128(hash.high64) << 64 | UInt128(hash.low64))
        }
    }
}
