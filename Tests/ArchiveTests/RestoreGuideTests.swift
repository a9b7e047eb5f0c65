import JobModel
import Testing

@testable import Archive

@Suite struct RestoreGuideTests {
    private static let guide = RestoreGuide(manifest: .example, urls: ["s3://bucket/shop/20261121T020000Z-abcdef"]).text

    @Test(arguments: [
        "aws s3 sync 's3://bucket/shop/20261121T020000Z-abcdef' backup",
        "createdb -T template0 -E 'UTF8' --lc-collate='C.UTF-8' --lc-ctype='C.UTF-8' restored",
        "CREATE ROLE \"o'neil \"\"x\"\"\" NOLOGIN;",
        "`hstore` (was 1.8)",
        "-c lc_monetary=de_DE.UTF-8 -c array_nulls=on -c xmloption=content -c default_transaction_read_only=off",
        "pg_restore -Fd -j 4 --exit-on-error -d restored .",
        "pg_restore and psql of PostgreSQL 15 or newer",
        "`public.remote` comes without its rows: foreign table.",
        "`--exclude-table=public.log`",
    ])
    func `says what this backup needs`(text: String) {
        #expect(Self.guide.contains(text))
    }

    @Test func `tells how to leave out an extension that most databases cannot take`() {
        #expect(!Self.guide.contains("pg_cron"))
        var manifest = Manifest.example
        manifest.extensions.append(.init(name: "pg_cron", version: "1.4", schema: "pg_catalog"))
        #expect(RestoreGuide(manifest: manifest, urls: ["s3://b"]).text.contains("add `-L list` to pg_restore"))
    }

    @Test func `copies a directory's backup`() {
        let guide = RestoreGuide(manifest: .example, urls: ["file:///var/back'ups/b"]).text
        #expect(guide.contains("cp -R '/var/back'\\''ups/b' backup"))
    }

    @Test func `names every copy, and one suffices`() {
        let guide = RestoreGuide(manifest: .example, urls: ["s3://b/x", "file:///y"]).text
        #expect(guide.contains("\n    aws s3 sync 's3://b/x' backup "))
        #expect(guide.contains("\n    # or, from another copy: cp -R '/y' backup\n    cd backup\n"))
    }

    @Test func `names the locale of another provider`() {
        var manifest = Manifest.example
        manifest.server.collation = .init(provider: "icu", collate: "C", ctype: "C", icuLocale: "de-DE")
        #expect(
            RestoreGuide(manifest: manifest, urls: ["s3://b"]).text.contains(
                "--locale-provider=icu --icu-locale='de-DE'"))
    }

    @Test func `tells to unpack large objects where they are packed, and only there`() {
        #expect(!Self.guide.contains("tar -xf"))
        var manifest = Manifest.example
        manifest.largeObjects.packs = [
            .init(file: "blobs_7.tar", count: 2, bytes: 9, digest: .zero, firstOID: 7, lastOID: 8)
        ]
        let guide = RestoreGuide(manifest: manifest, urls: ["s3://b"]).text
        #expect(guide.contains("\n    for file in blobs_*.tar; do tar -xf \"$file\" && rm \"$file\"; done\n"))
        func chapters(_ guide: String) -> [String] {
            guide.split(separator: "\n").filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) }
        }
        #expect(
            chapters(guide) == [
                "1. Fetch it", "2. Check it", "3. Unpack the large objects", "4. Prepare the server", "5. Restore it",
                "Notes",
            ])
        #expect(
            chapters(Self.guide) == ["1. Fetch it", "2. Check it", "3. Prepare the server", "4. Restore it", "Notes"])
    }

    /// The commands of the guide's second chapter, run as they stand.
    @Test func `checks a backup with stock tools`() throws {
        let folder = try Folder()
        var manifest = Manifest.example
        let content = Array("content".utf8)
        let sha256 = String(try Shell.run("sha256sum", input: content).prefix(64))
        manifest.objects = [.init(name: "3412.dat.gz", size: content.count, sha256: sha256)]
        try folder.write(manifest.encode(), to: "manifest.json")
        try folder.write(content, to: "3412.dat.gz")

        let commands = Self.guide.split(separator: "\n").filter { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }
        let check = try #require(commands.first { $0.hasPrefix("awk") })
        #expect(try Shell.run("cd \(folder.path) && \(check)") == "3412.dat.gz: OK\n")

        let checksum = try #require(commands.first { $0.hasPrefix("grep") })
        let recompute = try #require(commands.first { $0.hasPrefix("sed") })
        let stated = try Shell.run("cd \(folder.path) && \(checksum)")
        let computed = try Shell.run("cd \(folder.path) && \(recompute)").prefix(64)
        #expect(stated.contains("sha256:\(computed)"))
    }
}
