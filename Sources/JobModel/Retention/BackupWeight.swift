/// What a backup was held against when it was first looked at. It is recorded in the store, because later, when
/// retention has thinned out those before it, the comparison would say something else.
package struct BackupWeight: Sendable, Hashable, Codable {
    /// The median of the good backups before; nil for a first one.
    package var usual: BackupSize?
    /// By which fraction rows or bytes may fall.
    package var limit: Double

    package init(usual: BackupSize?, limit: Double) {
        self.usual = usual
        self.limit = limit
    }

    /// Good backups before that are compared with, at most.
    package static let comparedBackups = 7

    /// The weight of a backup after others, whose sizes come oldest first and begin with the newest one that was
    /// accepted. This is the one judgement, for the backup's own report and for retention.
    package init(after others: [BackupSize], limit: Double) {
        self.init(usual: BackupSize.median(of: others.suffix(Self.comparedBackups)), limit: limit)
    }

    /// Why a backup of this weight and `size` is kept apart; nil where it is not.
    package func shrinkage(of size: BackupSize) -> Shrinkage? {
        usual.flatMap { Shrinkage(of: size, against: $0, limit: limit) }
    }
}
