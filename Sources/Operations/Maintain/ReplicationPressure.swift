import JobModel
import Postgres

/// What WAL still has to go through: a rebuilt index goes into WAL as a whole.
struct ReplicationPressure: Sendable, Equatable {
    /// How far the slowest standby that is connected is behind; nil for none.
    var lagInBytes: Int?
    /// How much WAL can still be written before a slot is lost; nil where slots may keep any amount.
    var slotRoomInBytes: Int?

    /// No rebuild begins where a standby is further behind.
    static let mostLagToBegin = 256 << 20
    /// A rebuild that runs is cancelled where a standby is further behind.
    static let mostLagToGoOn = 1 << 30

    static func gather(on session: Session) async throws -> ReplicationPressure {
        let row = try await session.query(IndexQueries.pressure).onlyRow()
        return ReplicationPressure(
            lagInBytes: try row.optionalInt64("lag").map(Int.init),
            slotRoomInBytes: try row.optionalInt64("slot_room").map(Int.init))
    }

    /// Why a rebuild of so many bytes may not begin; nil where it may. A slot keeps at least half of its room.
    func objection(toBegin bytes: Int) -> String? {
        if let lagInBytes, lagInBytes > Self.mostLagToBegin {
            return "a standby is \(Quantities.bytes(lagInBytes)) behind"
        }
        guard let slotRoomInBytes, slotRoomInBytes / 2 < bytes else { return nil }
        return "a replication slot would be lost after \(Quantities.bytes(slotRoomInBytes)) of WAL"
    }

    /// Why a rebuild that runs has to stop; nil where it may go on. `room` is what slots had when it began.
    func objection(toGoOnWithRoom room: Int?) -> String? {
        if let lagInBytes, lagInBytes > Self.mostLagToGoOn {
            return "a standby fell \(Quantities.bytes(lagInBytes)) behind"
        }
        guard let slotRoomInBytes, let room, slotRoomInBytes < room / 4 else { return nil }
        return "a replication slot has room for no more than \(Quantities.bytes(slotRoomInBytes)) of WAL"
    }
}
