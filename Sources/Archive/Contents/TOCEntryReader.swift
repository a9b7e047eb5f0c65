import JobModel

/// Reads one entry field by field; picks up where it stopped when more bytes have come.
struct TOCEntryReader: Sendable {
    private enum Field {
        case dumpID, hadDumper, tableOID, oid, tag, desc, section, defn, dropStmt, copyStmt, namespace, tablespace
        case tableAM, relkind, owner, withOIDs, dependencies, dataPosition
    }

    private let header: TOCHeader
    private let fields: [Field]
    private var nextField = 0
    private(set) var entry = TOCEntry()
    /// Where the entry's data position or file name stands in the bytes.
    private(set) var dataPosition = 0..<0

    init(header: TOCHeader) {
        self.header = header
        fields = Self.fields(in: header.version)
    }

    var isComplete: Bool { nextField == fields.count }

    /// Reads as far as the bytes go.
    mutating func read(from buffer: inout TOCBuffer) throws(TOCBuffer.Stop) {
        while nextField < fields.count {
            try read(fields[nextField], from: &buffer)
            nextField += 1
        }
    }

    /// The order is `WriteToc`'s.
    private static func fields(in version: ArchiveVersion) -> [Field] {
        var fields: [Field] = [
            .dumpID, .hadDumper, .tableOID, .oid, .tag, .desc, .section, .defn, .dropStmt, .copyStmt, .namespace,
            .tablespace,
        ]
        if version >= .tableAccessMethods { fields.append(.tableAM) }
        if version >= .largeObjectGroups { fields.append(.relkind) }
        return fields + [.owner, .withOIDs, .dependencies, .dataPosition]
    }

    private mutating func read(_ field: Field, from buffer: inout TOCBuffer) throws(TOCBuffer.Stop) {
        switch field {
        case .dumpID: entry.dumpID = try dumpID(from: &buffer)
        case .hadDumper: entry.hadDumper = try buffer.number() != 0
        case .tableOID: entry.tableOID = try oid(from: &buffer)
        case .oid: entry.oid = try oid(from: &buffer)
        case .tag: entry.tag = try buffer.requiredText()
        case .desc: entry.desc = try buffer.requiredText()
        case .section: entry.section = try section(from: &buffer)
        case .defn: entry.defn = try buffer.text()
        case .dropStmt: entry.dropStmt = try buffer.text()
        case .copyStmt: entry.copyStmt = try buffer.text()
        case .namespace: entry.namespace = try buffer.text()
        case .tablespace: entry.tablespace = try buffer.text()
        case .tableAM: entry.tableAM = try buffer.text()
        case .relkind: entry.relkind = try relkind(from: &buffer)
        case .owner: entry.owner = try buffer.text()
        case .withOIDs: _ = try buffer.text()
        case .dependencies: try readDependencies(from: &buffer)
        case .dataPosition: try readDataPosition(from: &buffer)
        }
    }

    private func dumpID(from buffer: inout TOCBuffer) throws(TOCBuffer.Stop) -> Int {
        let dumpID = try buffer.number()
        guard dumpID > 0 else { throw .damaged("it holds an entry with the number \(dumpID)") }
        return dumpID
    }

    private func oid(from buffer: inout TOCBuffer) throws(TOCBuffer.Stop) -> UInt32 {
        let text = try buffer.requiredText()
        guard let oid = UInt32(text.text) else { throw .damaged("entry \(entry.dumpID) has the oid \"\(text)\"") }
        return oid
    }

    private func section(from buffer: inout TOCBuffer) throws(TOCBuffer.Stop) -> TOCEntry.Section {
        let number = try buffer.number()
        guard let section = TOCEntry.Section(rawValue: number) else {
            throw .damaged("entry \(entry.dumpID) is in the unknown section \(number)")
        }
        return section
    }

    private func relkind(from buffer: inout TOCBuffer) throws(TOCBuffer.Stop) -> Character? {
        let number = try buffer.number()
        guard number != 0 else { return nil }
        guard let byte = UInt8(exactly: number), byte < 128 else {
            throw .damaged("entry \(entry.dumpID) has the relkind \(number)")
        }
        return Character(Unicode.Scalar(byte))
    }

    /// The list ends with NULL.
    private mutating func readDependencies(from buffer: inout TOCBuffer) throws(TOCBuffer.Stop) {
        while let text = try buffer.text() {
            guard let dumpID = Int(text.text) else {
                throw .damaged("entry \(entry.dumpID) depends on \"\(text)\"")
            }
            entry.dependencies.append(dumpID)
        }
    }

    private mutating func readDataPosition(from buffer: inout TOCBuffer) throws(TOCBuffer.Stop) {
        let start = buffer.position
        switch header.format {
        case .custom: try readOffset(from: &buffer)
        case .directory, .namedDirectory: try readFileName(from: &buffer)
        }
        dataPosition = start..<buffer.position
    }

    /// `K_OFFSET_NO_DATA` is 3. Source: `WriteOffset` in `pg_backup_archiver.c`.
    private mutating func readOffset(from buffer: inout TOCBuffer) throws(TOCBuffer.Stop) {
        let position = try buffer.take(1 + header.offsetSize)
        guard let state = position.first, (1...3).contains(state), (state == 3) == !entry.hadDumper else {
            throw .damaged("the data position of entry \(entry.dumpID) has an impossible state")
        }
        guard entry.hadDumper else { return }
        entry.fileName = TOCEntry.fileName(dumpID: entry.dumpID, desc: entry.desc, version: header.version)
    }

    /// A blank name for an entry with data would make pg_restore load nothing and report success, and any other name
    /// than pg_dump's might lead out of the archive: both are refused.
    private mutating func readFileName(from buffer: inout TOCBuffer) throws(TOCBuffer.Stop) {
        let name = try buffer.text()?.text ?? ""
        let expected =
            entry.hadDumper
            ? [
                TOCEntry.fileName(dumpID: entry.dumpID, desc: entry.desc, version: header.version),
                "\(entry.dumpID).dat",
            ] : [""]
        guard expected.contains(name) else {
            throw .damaged("entry \(entry.dumpID) (\(entry.desc) \(entry.tag)) names the file \"\(name)\"")
        }
        entry.fileName = name.isEmpty ? nil : name
    }
}
