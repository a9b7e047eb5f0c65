import Archive
import JobModel
import Postgres

/// Puts together what a manifest says, but for the objects and the time at which it is written. Pure.
struct ManifestAssembly {
    let context: OperationContext
    let settings: BackupSettings
    let name: BackupName
    let begun: ConsistentStart.Begun
    let results: DumpResults
    let pgDump: ClientTool
    let startedAt: CivilTime

    func manifest() -> Manifest {
        let facts = begun.leader.facts
        let tables = results.tables.map(table)
        let largeObjects = largeObjects
        return Manifest(
            backup: name.id, job: name.job, database: facts.database, runID: context.runID.description,
            dbopsVersion: context.version, startedAt: startedAt, finishedAt: startedAt, snapshot: snapshot,
            server: facts.manifestServer, client: Manifest.Client(pgDumpVersion: pgDump.version.description),
            archive: archive,
            extensions: facts.manifestExtensions, roles: facts.roles.map(\.name), tablespaces: facts.tablespaces,
            collations: facts.manifestCollations, invalidIndexes: facts.invalidIndexNames,
            unvalidatedConstraints: facts.unvalidatedConstraintNames,
            tables: tables, largeObjects: largeObjects, tablesWithoutData: begun.plan.tablesWithoutData, objects: [],
            totals: Manifest.Totals(
                tables: tables.count, rows: tables.reduce(0) { $0 + $1.rows },
                bytesRaw: tables.reduce(0) { $0 + $1.bytesRaw } + largeObjects.bytes, bytesStored: 0, seconds: 0))
    }

    private var snapshot: Manifest.Snapshot {
        let snapshot = begun.leader.snapshot
        return Manifest.Snapshot(
            takenAt: CivilTime(secondsSinceEpoch: snapshot.takenAtSecondsSinceEpoch), lsn: snapshot.lsn,
            inRecovery: snapshot.inRecovery,
            standbyLastCommit: snapshot.standby?.lastCommitInSeconds.map { CivilTime(secondsSinceEpoch: $0) },
            standbyLagInSeconds: snapshot.standby?.lagInSeconds)
    }

    private var archive: Manifest.Archive {
        Manifest.Archive(
            version: begun.contents.version.description, tocEntries: begun.contents.entries.count,
            encoding: begun.contents.encoding, compression: settings.compression.description,
            filters: settings.filters.clientArguments)
    }

    private func table(_ result: DumpResults.Table) -> Manifest.Table {
        let task = result.task
        return Manifest.Table(
            dumpID: task.dumpID, oid: task.oid, schema: task.schema, name: task.name, relkind: task.relkind,
            persistence: task.persistence, columns: task.columns, rows: result.digest.rows,
            bytesRaw: result.digest.bytes, digest: result.digest.sum, file: task.fileName, condition: task.condition,
            root: task.root)
    }

    private var largeObjects: Manifest.LargeObjects {
        let tasks = results.largeObjects
        var total = LargeObjectDigest()
        var byEntry: [Int: LargeObjectDigest] = [:]
        for (dumpID, digest) in tasks.flatMap(\.digests) {
            byEntry[dumpID, default: LargeObjectDigest()] += digest
            total += digest
        }
        let groups = byEntry.sorted { $0.key < $1.key }.map { dumpID, digest in
            Manifest.LargeObjectGroup(
                dumpID: dumpID, count: digest.count, bytes: digest.bytes, digest: digest.sum,
                file: begun.contents.entry(dumpID: dumpID)?.fileName ?? "")
        }
        return Manifest.LargeObjects(
            count: total.count, bytes: total.bytes, digest: total.sum, groups: groups, packs: tasks.flatMap(\.packs))
    }
}
