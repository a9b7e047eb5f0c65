import JobModel
import Testing

@testable import JobFile

@Suite struct ByteCountTests {
    @Test(arguments: [
        ("1B", 1), ("100kB", 100_000), ("50MB", 50_000_000), ("1.5GB", 1_500_000_000), ("2 TB", 2_000_000_000_000),
        ("4KiB", 4_096), ("64MiB", 64 << 20), ("1GiB", 1 << 30), ("1TiB", 1 << 40),
    ])
    func `reads numbers of bytes`(text: String, bytes: Int) {
        #expect(ByteCountText.bytes(text) == bytes)
    }

    @Test(arguments: [
        "", "50", "MB", "50mb", "50 MB/s", "-5MB", "5,5MB", "1e3kB", "50MBit", "1.MB", " 5MB", "12345678901B",
    ])
    func `refuses what is none`(text: String) {
        #expect(ByteCountText.bytes(text) == nil)
    }

    @Test func `a backup job takes a rate and an age of its snapshot`() throws {
        let text = Decoding.good + "max_rate = \"50MB\"\nmax_snapshot_age = \"6h\"\n"
        guard case .backup(let job)? = try Decoding.decode(text).configuration.jobs.first?.kind else {
            throw JobFileError(fileName: "dbops.toml", faults: [])
        }
        #expect(job.settings.maxRateInBytes == 50_000_000)
        #expect(job.settings.maxSnapshotAge == .seconds(6 * 3_600))
    }

    @Test func `a store of S3 takes what bounds its uploads`() throws {
        let text =
            Decoding.good + "[stores.s]\nurl = \"s3://b\"\npart_size_mib = 16\nmax_parts = 1000\nin_flight_mib = 64\n"
        let store = try Decoding.decode(text).configuration.stores.first { $0.name == "s" }
        var uploads = S3UploadSettings()
        uploads.partSizeInMebibytes = 16
        uploads.maximumParts = 1_000
        uploads.inFlightInMebibytes = 64
        guard case .s3(let place)? = store?.location else { throw JobFileError(fileName: "dbops.toml", faults: []) }
        #expect(place.uploads == uploads)
    }
}
