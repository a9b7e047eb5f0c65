import Foundation
import Testing

@testable import ObjectStorage

struct S3XMLTests {
    @Test func `reads a listing as AWS writes it`() throws {
        let page = try S3XML.listPage(
            Array(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>a/</Prefix>
                  <NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>
                  <KeyCount>2</KeyCount><MaxKeys>2</MaxKeys><EncodingType>url</EncodingType>
                  <IsTruncated>true</IsTruncated>
                  <Contents><Key>a/x%2B+y</Key><LastModified>2026-11-21T02:00:00.500Z</LastModified>
                    <ETag>&quot;70ee1738b6b21e2c8a43f3a5ab0eee71&quot;</ETag><Size>11</Size></Contents>
                  <Contents><Key>a/z</Key><LastModified>2026-11-21T02:00:01Z</LastModified><Size>0</Size></Contents>
                  <CommonPrefixes><Prefix>a/b/</Prefix></CommonPrefixes>
                </ListBucketResult>
                """.utf8))
        #expect(page.entries.map(\.key) == ["a/x+ y", "a/z"])
        #expect(page.entries.map(\.sizeInBytes) == [11, 0])
        #expect(page.entries[0].modifiedAt.timeIntervalSince1970 == 1_795_226_400.5)
        #expect(page.commonPrefixes == ["a/b/"])
        #expect(page.continuationToken == "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=")
    }

    @Test func `leaves keys alone where the store does not encode`() throws {
        let xml = """
            <ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a+%41&amp;&#x41;&#66;</Key>\
            <LastModified>2026-11-21T02:00:00Z</LastModified><Size>1</Size></Contents></ListBucketResult>
            """
        let page = try S3XML.listPage(Array(xml.utf8))
        #expect(page.entries.map(\.key) == ["a+%41&AB"])
        #expect(page.continuationToken == nil)
    }

    @Test(arguments: [
        "", "<", "<ListBucketResult>", "<Other/>", "<ListBucketResult></Other>", "text<ListBucketResult/>",
        "<!DOCTYPE x [<!ENTITY a \"b\">]><ListBucketResult/>", "<ListBucketResult>&unknown;</ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken/></ListBucketResult>",
        "<ListBucketResult><EncodingType>url</EncodingType><CommonPrefixes><Prefix>%</Prefix></CommonPrefixes>"
            + "</ListBucketResult>",
    ])
    func `refuses what is no listing`(_ xml: String) {
        #expect(throws: XMLReadingError.self) { try S3XML.listPage(Array(xml.utf8)) }
    }

    @Test func `refuses nesting without end`() {
        let xml = String(repeating: "<a>", count: 10_000)
        #expect(throws: XMLReadingError(reason: "elements nested too deeply")) {
            try XMLReader.root(of: Array(xml.utf8))
        }
    }

    @Test func `reads attributes, comments, CDATA and prefixes past`() throws {
        let xml = "\u{FEFF}\r\n<?xml version='1.0'?><!-- <x> --><s:a k='>' l=\"/\"><b/><![CDATA[<&]]></s:a>"
        let root = try XMLReader.root(of: Array(xml.utf8))
        #expect(root == XMLElement(name: "a", text: "<&", children: [XMLElement(name: "b")]))
    }

    @Test func `an empty ETag in a completion's answer is nothing bad`() throws {
        let xml = "<CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>"
        try S3XML.checkCompletion(Array(xml.utf8))
        #expect(throws: XMLReadingError.self) { try S3XML.checkCompletion([]) }
    }

    @Test func `reads upload ids and failed deletions`() throws {
        let initiation =
            "<InitiateMultipartUploadResult><UploadId>VXBsb2Fk.=</UploadId></InitiateMultipartUploadResult>"
        #expect(try S3XML.uploadID(Array(initiation.utf8)) == "VXBsb2Fk.=")
        let deletion = """
            <DeleteResult><Deleted><Key>a</Key></Deleted>\
            <Error><Key>b&amp;c</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>
            """
        #expect(
            try S3XML.deleteFailures(Array(deletion.utf8))
                == [S3XML.DeleteFailure(key: "b&c", code: "AccessDenied", message: "no")])
    }

    @Test func `writes documents that it reads back`() throws {
        let keys = ["a&b<c>\"d\"", " x\t\r\ny ", "ü😀"]
        let root = try XMLReader.root(of: S3XML.deleteDocument(keys))
        #expect(root["Quiet"]?.text == "true")
        #expect(root.children(named: "Object").map { $0["Key"]?.text } == keys)
        let completion = try XMLReader.root(
            of: S3XML.completionDocument([UploadedPart(number: 1, etag: "\"e1\""), UploadedPart(number: 2, etag: "e2")])
        )
        #expect(completion.children(named: "Part").map { $0["ETag"]?.text } == ["\"e1\"", "e2"])
        #expect(completion.children(named: "Part").map { $0["PartNumber"]?.text } == ["1", "2"])
    }

    @Test func `knows what cannot stand in a document`() {
        #expect(XMLElement.canHold("a\tb\nc😀"))
        #expect(!XMLElement.canHold("a\u{1}"))
        #expect(!XMLElement.canHold("\u{FFFE}"))
    }
}

struct S3TimeTests {
    @Test func `reads the date of a header`() {
        #expect(S3Time.date(fromHeader: "Sun, 06 Nov 1994 08:49:37 GMT")?.timeIntervalSince1970 == 784_111_777)
        #expect(S3Time.date(fromHeader: "Thu, 31 Dec 2026 23:59:59 GMT")?.timeIntervalSince1970 == 1_798_761_599)
    }

    @Test(arguments: [
        "", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
    ])
    func `refuses other dates`(_ text: String) {
        #expect(S3Time.date(fromHeader: text) == nil)
    }

    @Test(arguments: ["2026-11-21T02:00:00", "2026-13-21T02:00:00Z", "2026-11-21T02:00:00.xZ", "Z", ""])
    func `refuses other dates in listings`(_ text: String) {
        #expect(S3Time.date(fromListing: text) == nil)
    }
}
