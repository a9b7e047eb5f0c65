package import JobModel

/// Somebody because of whom dead rows cannot be removed: they might still see them.
package struct XminHolder: Sendable, Equatable, Encodable {
    package enum Kind: String, Sendable, Encodable {
        case transaction
        case preparedTransaction = "prepared-transaction"
        case replicationSlot = "replication-slot"
        /// A standby whose `hot_standby_feedback` is on, without a slot.
        case standby
    }

    package let kind: Kind
    /// The server process, the name of the prepared transaction, of the slot or of the standby.
    package let name: ServerText
    /// What else is known of it, for people; never a statement's text.
    package let detail: String
    /// How many transactions ago what it still sees began.
    package let xidAge: Double
    /// By the server's clock, in seconds since 1970: rows that died later cannot be removed. Nil where it cannot be
    /// told.
    package let holdsSince: Double?
    /// Whether it keeps only rows of the system catalogues.
    package let isCatalogOnly: Bool

    /// For people: `transaction of process 4711 (app, idle in transaction since …)`
    package var text: String {
        let what =
            switch kind {
            case .transaction: "the transaction of process \(name)"
            case .preparedTransaction: "the prepared transaction \(name)"
            case .replicationSlot: "the replication slot \(name)"
            case .standby: "the standby \(name)"
            }
        return detail.isEmpty ? what : "\(what) (\(detail))"
    }

    /// What ends it.
    package var remedy: String {
        switch kind {
        case .transaction: "let it end, or SELECT pg_terminate_backend(\(name))"
        case .preparedTransaction: "COMMIT PREPARED or ROLLBACK PREPARED \(name.quotedForPeople)"
        case .replicationSlot: "let its consumer go on, or SELECT pg_drop_replication_slot(\(name.quotedForPeople))"
        case .standby: "end the long query there, or set hot_standby_feedback off"
        }
    }

    /// Whether none of the dead rows that a table has now can be removed while this holder is there.
    ///
    /// So it is where every row of the table is younger than what the holder sees, and where the table was last
    /// vacuumed while the holder was there already: what that vacuum left, and what died since, is younger too.
    func keepsAll(of table: TableFacts) -> Bool {
        if isCatalogOnly, !table.isSystem { return false }
        if xidAge >= table.heap.xidAge { return true }
        guard let holdsSince, let vacuumedAt = table.vacuumedAt else { return false }
        return holdsSince <= vacuumedAt
    }
}

extension ServerText {
    fileprivate var quotedForPeople: String { "'\(text)'" }
}
