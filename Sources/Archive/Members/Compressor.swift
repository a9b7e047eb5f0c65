/// Makes gzip members: each call's bytes become one complete member, which needs no other to be read.
///
/// Members of one compressor are deterministic: the same bytes give the same member, and the header
/// (``GzipHeader/canonical``) holds neither time nor name. Calls from several tasks are safe, and wait for one
/// another: give each worker its own.
package protocol Compressor: Sendable {
    /// Throws ``ArchiveError/compressorFailed(engine:code:)`` where the library refuses, which is a fault of ours.
    func member(_ bytes: [UInt8]) throws(ArchiveError) -> [UInt8]
}
