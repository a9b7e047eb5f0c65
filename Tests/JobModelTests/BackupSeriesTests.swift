import JobModel
import Testing

@Suite struct BackupSeriesTests {
    /// Names that somebody has given to a database, or could.
    static let names = [
        "shop", "Shop", "SHOP", "my db", "a/b", "a%2Fb", "a%252Fb", "a=b", "=", "/", "%", ".", "..", "...",
        ".lease-prune",
        "-x", "--", "'", "\"", "\\", "\n", "\r\n", "\t", "é", "e\u{301}", "größe", "データ", "🐘", "latest", "x@latest",
        "20261121T020000Z-k3v7qa", "nightly", "nightly/shop", "nightly=shop", "*", "postgresql://x", "dbname=x", " ",
        String(repeating: "ü", count: 31),
    ]
    static let jobs = ["nightly", "a", "Nightly", "a.b", "20261121", "x-y_z"]

    /// Every series that there can be of those names.
    static let all =
        jobs.flatMap { job in names.map { BackupSeries(job: job, database: $0) } }
        + jobs.map { BackupSeries($0) }
        + names.filter { !jobs.contains($0) }.map { BackupSeries(withoutJob: $0) }

    @Test func `no two series share a folder, whatever databases are called`() {
        let folders = Set(Self.all.map { Array($0.folder.utf8) })
        #expect(folders.count == Self.all.count)
        #expect(Set(Self.all).count == Self.all.count)
        // A disk may take these two for one; the manifest tells them apart.
        #expect(BackupSeries(job: "n", database: "Shop").folder != BackupSeries(job: "n", database: "shop").folder)
    }

    @Test func `a folder is read as the series that wrote it, and is one plain segment`() throws {
        for series in Self.all {
            #expect(BackupSeries(folder: series.folder) == series, "\(series.text)")
            #expect(series.folder.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") })
            #expect(!series.folder.hasPrefix(".") && series.folder.utf8.count <= 255)
        }
    }

    @Test func `knows job and database of a series of several, and none of another`() {
        for name in Self.names {
            let series = BackupSeries(job: "nightly", database: name)
            #expect(series.job == "nightly" && series.database.map { Array($0.utf8) } == Array(name.utf8))
            #expect(BackupSeries(withoutJob: name).database == nil, "\(name)")
        }
        #expect(BackupSeries("nightly").database == nil && BackupSeries("nightly").job == "nightly")
        #expect(BackupSeries("nightly/a/b").database == "a/b")
    }

    @Test(arguments: [
        "a b", "a/b", "a%2fb", "a%2Fb", "=b", "a=", "a=b=c", "a=%62", "%61=b", "", "a%", "é", ".a", "a=.b",
    ])
    func `no other folder is taken for one`(folder: String) {
        #expect(BackupSeries(folder: folder) == nil)
    }

    @Test func `texts that only look alike are two`() {
        let (composed, decomposed) = (
            BackupSeries(job: "n", database: "é"), BackupSeries(job: "n", database: "e\u{301}")
        )
        #expect(composed.text == decomposed.text)
        #expect(composed != decomposed)
    }

    @Test func `random names come back from their folders, and differ where their bytes do`() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("ab/%=.-25F \n\"'\\é\u{301}~*").flatMap { $0.unicodeScalars }
        var texts: [String: [UInt8]] = [:]
        for _ in 0..<5_000 {
            var name = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                name.append(alphabet.randomElement(using: &generator)!)
            }
            let database = String(name)
            for series in [BackupSeries(job: "a", database: database), BackupSeries(withoutJob: database)] {
                #expect(BackupSeries(folder: series.folder)?.text.utf8.elementsEqual(series.text.utf8) == true)
                let known = texts.updateValue(Array(series.text.utf8), forKey: series.folder)
                #expect(known == nil || known == Array(series.text.utf8))
            }
        }
    }
}
