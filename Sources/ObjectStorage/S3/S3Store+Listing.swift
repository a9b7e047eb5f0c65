import HTTPTransport
import JobModel

extension S3Store {
    package func list(under folder: ObjectKey?) async throws -> [ObjectInfo] {
        let root = folderPrefix(nil)
        var objects: [ObjectInfo] = []
        for try await page in pages(prefix: folderPrefix(folder), delimiter: nil) {
            // A name that is no key of ours, such as a folder's placeholder "a/", is not ours to see.
            objects += page.entries.compactMap { entry in
                ObjectKey(validating: String(entry.key.dropFirst(root.count))).map {
                    ObjectInfo(key: $0, sizeInBytes: entry.sizeInBytes, modifiedAt: entry.modifiedAt)
                }
            }
        }
        // Directory buckets list in no order.
        return objects.sorted { $0.key < $1.key }
    }

    package func folders(under folder: ObjectKey?) async throws -> [String] {
        let prefix = folderPrefix(folder)
        var names: [String] = []
        for try await page in pages(prefix: prefix, delimiter: "/") {
            names += page.commonPrefixes.map { String($0.dropFirst(prefix.count).dropLast()) }
        }
        return names.filter { ObjectKey(validating: $0) != nil }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// With a slash at the end, so that `app` never means `app-test`; empty for a whole bucket.
    private func folderPrefix(_ folder: ObjectKey?) -> String {
        if let folder { return fullKey(folder) + "/" }
        return prefix.isEmpty ? "" : prefix + "/"
    }

    private func pages(prefix: String, delimiter: String?) -> ListPages {
        ListPages(store: self, prefix: prefix, delimiter: delimiter)
    }

    fileprivate func page(prefix: String, delimiter: String?, token: String?) async throws -> S3XML.ListPage {
        var query = [("list-type", "2"), ("encoding-type", "url"), ("prefix", prefix)]
        if let delimiter { query.append(("delimiter", delimiter)) }
        if let token { query.append(("continuation-token", token)) }
        var request = S3Request("GET", key: nil, query: query.map { (name: $0.0, value: $0.1) })
        // 1,000 keys of 1,024 bytes, each byte as three.
        request.responseLimitInBytes = 8 << 20
        let response = try await send(request, object: location.url)
        do throws(XMLReadingError) {
            return try S3XML.listPage(response.body)
        } catch {
            throw StorageError.failed(object: location.url, reason: "its listing cannot be read: \(error.reason)")
        }
    }
}

/// The pages of a listing, one request each.
private struct ListPages: AsyncSequence, AsyncIteratorProtocol {
    let store: S3Store
    let prefix: String
    let delimiter: String?
    private var token: String?
    private var isAtEnd = false

    init(store: S3Store, prefix: String, delimiter: String?) {
        self.store = store
        self.prefix = prefix
        self.delimiter = delimiter
    }

    func makeAsyncIterator() -> ListPages { self }

    mutating func next() async throws -> S3XML.ListPage? {
        guard !isAtEnd else { return nil }
        let page = try await store.page(prefix: prefix, delimiter: delimiter, token: token)
        guard page.continuationToken == nil || page.continuationToken != token else {
            throw StorageError.failed(
                object: store.location.url, reason: "its listing goes on with the same page for ever")
        }
        token = page.continuationToken
        isAtEnd = token == nil
        return page
    }
}
