import Foundation
import JobModel
import Testing

@testable import ObjectStorage

/// No object, no open upload, no file, no folder.
func expectNothing(in store: any ObjectStore, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    if case .directory(let path) = store.location {
        let left = FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []
        #expect(left == [], sourceLocation: sourceLocation)
    }
    if let store = store as? S3Store, store.bucket != "bucket" {
        #expect(try await store.openUploads() == [], sourceLocation: sourceLocation)
    }
    #expect(try await store.list(under: nil) == [], sourceLocation: sourceLocation)
}
