import CISAL

/// An `inflate_state` and where it is in a member. It cannot be copied, so it frees what it owns exactly once.
///
/// The library sees the deflate stream only. Header and trailer are read here: the library would ignore most of a
/// header and a wrong padding, and its versions differ in where they stop after a trailer.
struct MemberInflate: ~Copyable {
    private enum Phase {
        case header([UInt8])
        case data
        case trailer([UInt8])
    }

    private var object: String
    private let headerPolicy: GzipHeader
    private let inflate: UnsafeMutablePointer<inflate_state>
    private let output: UnsafeMutableBufferPointer<UInt8>
    /// Whether the last piece filled the output, so that the library may hold more.
    private var wasFull = false
    private var phase = Phase.header([])
    private var input: [UInt8] = []
    private var inputPosition = 0
    /// The number of bytes before ``input`` in the object.
    private var inputOffset = 0
    private var memberOffset = 0
    private var memberSize: UInt64 = 0
    private var memberChecksum: UInt32 = 0
    private(set) var memberCount = 0
    private var failure: ArchiveError?

    private static let trailerSize = 8
    /// The library counts input in 32 bits.
    private static let largestInput = 1 << 30

    init(object: String, header: GzipHeader) {
        self.object = object
        headerPolicy = header
        inflate = .allocate(capacity: 1)
        output = .allocate(capacity: MemberReader.largestPiece)
        isal_inflate_init(inflate)
        inflate.pointee.crc_flag = UInt32(ISAL_DEFLATE)
    }

    deinit {
        output.deallocate()
        inflate.deallocate()
    }

    mutating func restart(object: String) {
        self.object = object
        input = []
        inputPosition = 0
        inputOffset = 0
        memberOffset = 0
        memberCount = 0
        failure = nil
        phase = .header([])
    }

    mutating func append(_ bytes: [UInt8]) {
        inputOffset += inputPosition
        input = inputPosition == input.count ? bytes : Array(input[inputPosition...]) + bytes
        inputPosition = 0
    }

    mutating func next() throws(ArchiveError) -> [UInt8]? {
        if let failure { throw failure }
        do throws(ArchiveError) {
            return try nextPiece()
        } catch {
            failure = error
            throw error
        }
    }

    func finish() throws(ArchiveError) {
        if let failure { throw failure }
        guard inputPosition == input.count else { throw damaged("it was not read to its end") }
        guard case .header(let bytes) = phase, bytes.isEmpty else {
            throw damaged("it ends within the gzip member at byte \(memberOffset)")
        }
        guard memberCount > 0 else { throw damaged("it is empty") }
    }

    private mutating func nextPiece() throws(ArchiveError) -> [UInt8]? {
        while true {
            switch phase {
            case .header(let bytes):
                guard let header = take(GzipHeader.size, after: bytes) else { return nil }
                try begin(header)
            case .data:
                guard wasFull || inputPosition < input.count else { return nil }
                let piece = try inflateData()
                if !piece.isEmpty { return piece }
            case .trailer(let bytes):
                guard let trailer = take(Self.trailerSize, after: bytes) else { return nil }
                try end(trailer)
            }
        }
    }

    /// The `count` bytes that begin with `bytes`; nil, with what there is kept, where they have not all come.
    private mutating func take(_ count: Int, after bytes: [UInt8]) -> [UInt8]? {
        let end = min(inputPosition + count - bytes.count, input.count)
        let taken = bytes + input[inputPosition..<end]
        inputPosition = end
        if taken.count == count { return taken }
        if case .trailer = phase { phase = .trailer(taken) } else { phase = .header(taken) }
        return nil
    }

    private mutating func begin(_ header: [UInt8]) throws(ArchiveError) {
        memberOffset = inputOffset + inputPosition - header.count
        if let objection = headerPolicy.objection(to: header) {
            throw damaged("\(objection) at byte \(memberOffset)")
        }
        isal_inflate_reset(inflate)
        memberSize = 0
        memberChecksum = 0
        wasFull = false
        phase = .data
    }

    /// Inflates until the piece is full, the input is used up, or the member's data end.
    private mutating func inflateData() throws(ArchiveError) -> [UInt8] {
        let available = min(input.count - inputPosition, Self.largestInput)
        let code = input.withUnsafeBufferPointer { input in
            // The library reads its input only.
            inflate.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + inputPosition })
            inflate.pointee.avail_in = UInt32(available)
            inflate.pointee.next_out = output.baseAddress
            inflate.pointee.avail_out = UInt32(output.count)
            return isal_inflate(inflate)
        }
        let count = output.count - Int(inflate.pointee.avail_out)
        let consumed = available - Int(inflate.pointee.avail_in)
        let isFinished = inflate.pointee.block_state == ISAL_BLOCK_FINISH
        // On some damaged data the library neither goes on nor complains.
        guard code == ISAL_DECOMP_OK, count + consumed > 0 || available == 0 || isFinished else {
            throw damaged("the data of the gzip member at byte \(memberOffset) are no deflate stream (code \(code))")
        }
        inputPosition += consumed
        memberSize += UInt64(count)
        memberChecksum = crc32_gzip_refl(memberChecksum, output.baseAddress, UInt64(count))
        wasFull = count == output.count
        if isFinished { phase = .trailer(try bytesReadAhead()) }
        return Array(output[..<count])
    }

    /// What the library holds of the trailer in its bit buffer, after the padding of the data's last byte.
    private func bytesReadAhead() throws(ArchiveError) -> [UInt8] {
        let bitCount = Int(inflate.pointee.read_in_length)
        guard (0...64).contains(bitCount) else { throw damaged("the library's bit buffer holds \(bitCount) bits") }
        var bits = inflate.pointee.read_in
        let padding = bitCount % 8
        guard bits & (1 << UInt64(padding) - 1) == 0 else {
            throw damaged("the gzip member at byte \(memberOffset) is padded with other bits than zeros")
        }
        bits >>= UInt64(padding)
        return (0..<(bitCount / 8)).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
    }

    private mutating func end(_ trailer: [UInt8]) throws(ArchiveError) {
        guard Self.number(trailer[..<4]) == memberChecksum else {
            throw damaged("the checksum of the gzip member at byte \(memberOffset) is wrong")
        }
        guard Self.number(trailer[4...]) == UInt32(truncatingIfNeeded: memberSize) else {
            throw damaged("the length of the gzip member at byte \(memberOffset) is wrong")
        }
        memberCount += 1
        memberOffset = inputOffset + inputPosition
        phase = .header([])
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func damaged(_ reason: String) -> ArchiveError {
        ArchiveError.damaged(object: object, reason: reason)
    }
}
