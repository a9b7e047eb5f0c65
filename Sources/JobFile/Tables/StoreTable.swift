import JobModel

/// `[stores.NAME]`
struct StoreTable {
    let surroundings: JobFileSurroundings

    static let later: Set<String> = [
        "storage_class", "server_side_encryption", "kms_key_id",
    ]
    private static let keysOfS3 = [
        "region", "endpoint", "path_style", "credentials", "profile", "part_size_mib", "max_parts", "in_flight_mib",
    ]
    private static let laterCredentials: Set<String> = ["web-identity", "instance-metadata"]

    private enum Credentials: String, CaseIterable {
        case environment
        case file
    }

    func read(_ section: inout Section, name: String) -> StoreTarget? {
        if !section.has("url") {
            section.complain("\(section.title) needs \"url\": s3://BUCKET/PREFIX or file:///PATH")
        }
        let location = location(&section)
        let settings = s3Settings(&section)
        section.finish(later: Self.later)
        switch location {
        case nil: return nil
        case .directory?:
            let present = Self.keysOfS3.filter(section.has)
            for key in present { section.complain(key, "\"\(key)\" goes with s3:// stores only") }
            return location.map { StoreTarget(name: name, location: $0) }
        case .s3(var place)?:
            place.region = settings.region
            place.endpoint = settings.endpoint
            place.pathStyle = settings.pathStyle
            place.profile = settings.profile
            place.uploads = settings.uploads
            return StoreTarget(name: name, location: .s3(place))
        }
    }

    private func location(_ section: inout Section) -> StoreLocation? {
        guard let text = section.string("url", wanted: "a URL"), section.refuseSecrets(in: text, "url") else {
            return nil
        }
        guard !text.hasPrefix("~") else {
            section.complain("url", "\"url\" begins with ~, which only shells know: write the path out")
            return nil
        }
        do throws(StoreLocationError) {
            let location = try StoreLocation(parsing: text, currentDirectory: surroundings.folder)
            if case .s3(let place) = location, place.bucket.wholeMatch(of: /[A-Za-z0-9._-]+/) == nil {
                section.complain("url", "\"url\" names a bucket that cannot be one: s3://BUCKET/PREFIX")
                return nil
            }
            return location
        } catch {
            section.complain("url", error)
            return nil
        }
    }

    private func s3Settings(_ section: inout Section) -> S3Location {
        var place = S3Location(bucket: "")
        place.region = section.string("region")
        place.endpoint = endpoint(&section)
        place.pathStyle = section.flag("path_style") ?? false
        place.uploads = uploads(&section)
        let profile = section.string("profile")
        switch credentials(&section) {
        case .file?: place.profile = profile ?? "default"
        case .environment?, nil:
            if profile != nil { section.complain("profile", "\"profile\" goes with credentials = \"file\"") }
        }
        return place
    }

    private func uploads(_ section: inout Section) -> S3UploadSettings {
        var uploads = S3UploadSettings()
        uploads.partSizeInMebibytes = section.wholeNumber("part_size_mib", in: 5...5_120)
        uploads.maximumParts = section.wholeNumber("max_parts", in: 10...10_000)
        uploads.inFlightInMebibytes = section.wholeNumber("in_flight_mib", in: 5...65_536)
        return uploads
    }

    private func credentials(_ section: inout Section) -> Credentials? {
        if case .string(let text)? = section.value("credentials"), Self.laterCredentials.contains(text) {
            section.complain("credentials", "credentials = \"\(text)\" is not supported by this version")
            return nil
        }
        return section.choice("credentials", Credentials.self)
    }

    private func endpoint(_ section: inout Section) -> String? {
        guard let text = section.string("endpoint", wanted: "a URL"), section.refuseSecrets(in: text, "endpoint")
        else { return nil }
        guard let match = text.wholeMatch(of: /(https?):\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(:[0-9]+)?\/?/) else {
            section.complain("endpoint", "\"endpoint\" takes https://HOST or https://HOST:PORT")
            return nil
        }
        let isNear = ["localhost", "127.0.0.1", "[::1]"].contains(String(match.2))
        if match.1 == "http", !isNear { section.warn("endpoint", "\"endpoint\" sends backups unencrypted (http://)") }
        return text
    }
}
