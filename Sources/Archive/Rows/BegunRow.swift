import CXXHash
import Synchronization

/// The hash of a row that comes in pieces.
final class BegunRow: Sendable {
    /// The lock owns the state, so that the C structure is never used by two threads at once.
    private let hash = Mutex(StreamedHash())
    /// All of the row, where its fields are to be hashed in another order: then it takes all of them. Nil elsewhere.
    private let bytes: Mutex<[UInt8]?>

    init(isKept: Bool) {
        bytes = Mutex(isKept ? [] : nil)
    }

    func append(_ piece: ArraySlice<UInt8>) {
        let isKept = bytes.withLock { bytes in
            bytes?.append(contentsOf: piece)
            return bytes != nil
        }
        if !isKept { hash.withLock { $0.append(piece) } }
    }

    /// The hash; `reordered` makes it of a row that was kept.
    func end(_ reordered: (UnsafeRawPointer, Int) -> XXH128_hash_t) -> XXH128_hash_t {
        let kept = bytes.withLock { $0 }
        guard let kept else { return hash.withLock { $0.value } }
        return kept.withUnsafeBytes { bytes in
            bytes.baseAddress.map { reordered($0, bytes.count) } ?? XXH3_128bits(nil, 0)
        }
    }
}

/// An `XXH3_state_t`. It cannot be copied, so it frees what it owns exactly once.
private struct StreamedHash: ~Copyable {
    /// Nil only where memory ran out.
    private let state: OpaquePointer?

    init() {
        state = XXH3_createState()
        XXH3_128bits_reset(state)
    }

    deinit {
        XXH3_freeState(state)
    }

    func append(_ bytes: ArraySlice<UInt8>) {
        _ = bytes.withUnsafeBytes { XXH3_128bits_update(state, $0.baseAddress, $0.count) }
    }

    var value: XXH128_hash_t { XXH3_128bits_digest(state) }
}
