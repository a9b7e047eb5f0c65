import JobModel
import Testing

@testable import ObjectStorage

struct StoreOpenerTests {
    @Test func `opens a directory`() throws {
        let store = try StoreOpener(environment: [:]).open(.directory(path: "/x"))
        #expect(store is DirectoryStore)
        #expect(store.location == .directory(path: "/x"))
    }

    @Test func `opens a bucket with the environment's credentials`() throws {
        let environment = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]
        let store = try StoreOpener(environment: environment).open(.s3(S3Location(bucket: "b", prefix: "p")))
        #expect(store is S3Store)
        #expect(store.location.url == "s3://b/p")
    }

    @Test func `parts are as large, as many and as much at once as the location says`() throws {
        let environment = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]
        var place = S3Location(bucket: "b")
        place.uploads.partSizeInMebibytes = 16
        place.uploads.maximumParts = 1_000
        place.uploads.inFlightInMebibytes = 64
        let store = try #require(try StoreOpener(environment: environment).open(.s3(place)) as? S3Store)
        #expect(store.settings.partPlan == PartPlan(firstPartSizeInBytes: 16 << 20, maximumParts: 1_000))
        #expect(store.settings.bytesUnderWay == 64 << 20)
    }

    @Test func `without credentials it says which variables to set`() {
        let error = #expect(throws: StorageError.self) {
            _ = try StoreOpener(environment: ["HOME": "/nowhere"]).open(.s3(S3Location(bucket: "b")))
        }
        #expect(error?.category == .permission)
        #expect(
            error?.message
                == "there are no credentials for the store s3://b: neither the environment nor the shared files hold any"
        )
        #expect(
            error?.hint
                == "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or add a profile to /nowhere/.aws/credentials.")
    }

    @Test func `a bad endpoint is refused at once`() {
        let environment = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]
        let error = #expect(throws: StorageError.self) {
            _ = try StoreOpener(environment: environment).open(.s3(S3Location(bucket: "b", endpoint: "ftp://h")))
        }
        #expect(error?.category == .configuration)
    }
}
