import Foundation
import Testing

@testable import Archive

@Suite struct DumpRecognitionTests {
    @Test(arguments: [
        ("--\n-- PostgreSQL database dump\n--\n", DumpForm.plain),
        ("--\r\n-- PostgreSQL database dump\r\n--\r\n", .plain),
        ("\n\nSET a = 1;\n-- PostgreSQL database dump\n", .plain),
        ("--\n-- PostgreSQL database cluster dump\n--\n", .cluster),
        ("PGDMP\u{1}\u{e}", .custom),
    ])
    func `knows a dump by its first bytes`(head: String, form: DumpForm) {
        #expect(DumpRecognition(head: Array(head.utf8)) == .dump(form))
    }

    @Test(
        arguments: zip(
            [
                [0x1f, 0x8b, 8, 0], [0x28, 0xb5, 0x2f, 0xfd], [0x42, 0x5a, 0x68, 0x39],
                [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0],
            ] as [[UInt8]],
            [DumpCompression.gzip, .zstd, .bzip2, .xz]))
    func `knows how it is compressed`(head: [UInt8], compression: DumpCompression) {
        #expect(DumpRecognition(head: head) == .compressed(compression))
    }

    @Test(arguments: [
        ("", "empty"), ("\0\0\0\0", "zeros"), ("  \n", "blanks"), ("<!DOCTYPE html><html>", "web page"),
        ("<?xml version=\"1.0\"?><Error>", "web page"), ("pg_dump: error: connection refused\n", "connection refused"),
        ("-- MySQL dump 10.13", "MySQL"), ("PK\u{3}\u{4}", "zip"), ("hello world", "hello world"),
        ("\u{1}\u{2}", "binary"),
        ("SELECT 1;\n", "first lines"),
    ])
    func `says what is no dump`(head: String, words: String) throws {
        guard case .noDump(let what, let hint) = DumpRecognition(head: Array(head.utf8)) else {
            Issue.record("taken for a dump")
            return
        }
        #expect(what.contains(words), "\(what)")
        #expect(hint.hasSuffix("."))
    }

    @Test func `says that PowerShell has rewritten it`() {
        guard case .noDump(let what, let hint) = DumpRecognition(head: [0xff, 0xfe, 0x2d, 0]) else {
            Issue.record("taken for a dump")
            return
        }
        #expect(what.contains("UTF-16") && hint.contains("PowerShell"))
    }

    @Test(arguments: [("toc.dat", true), ("PG_VERSION", false), ("dir/toc.dat", false)])
    func `knows a tar archive of pg_dump by its first member`(name: String, isDump: Bool) throws {
        let tar = try Shell.bytes(
            "d=$(mktemp -d); cd $d; mkdir dir; touch '\(name)'; tar --format=ustar -cf - '\(name)'")
        #expect((DumpRecognition(head: tar) == .dump(.tar)) == isDump)
    }

    @Test func `reads versions, encoding and the first role from the beginning of a script`() {
        let head = """
            -- PostgreSQL database cluster dump
            CREATE ROLE boss;
            ALTER ROLE boss WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
            -- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
            -- Dumped by pg_dump version 17.2
            SET client_encoding = 'LATIN1';
            """
        let facts = DumpFacts(.cluster, head: Array(head.utf8))
        #expect(facts.serverVersion == "15.20 (Debian 15.20-0+deb12u1)")
        #expect(facts.programVersion == "17.2")
        #expect(facts.encoding == "LATIN1")
        #expect(facts.bootstrapRole == "boss")
    }
}

@Suite struct GzipInflateTests {
    private static let text = Array(String(repeating: "some rows\tof a table\n", count: 40_000).utf8)

    private static func inflate(_ bytes: [UInt8], by size: Int) throws -> [UInt8] {
        let inflate = try GzipInflate(object: "x.gz")
        var inflated: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            inflate.append(Array(bytes[start..<min(start + size, bytes.count)]))
            while let piece = try inflate.next() { inflated += piece }
        }
        try inflate.finish()
        return inflated
    }

    @Test(arguments: [
        "gzip -c", "gzip -1 -c", "gzip -c /dev/stdin", "cat > f; gzip -k f; cat f.gz", "(head -c 99999 | gzip; gzip)",
    ])
    func `inflates what gzip writes, with names and several members`(command: String) throws {
        let folder = "cd $(mktemp -d); "
        let bytes = try Shell.bytes(folder + command, input: Self.text)
        for size in [bytes.count, 1_000, 7] { #expect(try Self.inflate(bytes, by: size) == Self.text) }
    }

    @Test func `finds every cut, and bytes that follow`() throws {
        let bytes = try Shell.bytes("gzip -c", input: Array(Self.text.prefix(2_000)))
        for length in 0..<bytes.count {
            #expect(throws: ArchiveError.self, "cut after \(length)") {
                try Self.inflate(Array(bytes.prefix(length)), by: 50)
            }
        }
        #expect(throws: ArchiveError.self) { try Self.inflate(bytes + [0], by: 50) }
    }

    @Test func `finds a flipped bit in the data and in the trailer`() throws {
        let bytes = try Shell.bytes("gzip -c", input: Array(Self.text.prefix(2_000)))
        for index in 10..<bytes.count {
            var damaged = bytes
            damaged[index] ^= 1
            #expect(throws: ArchiveError.self, "byte \(index)") { try Self.inflate(damaged, by: 50) }
        }
    }
}
