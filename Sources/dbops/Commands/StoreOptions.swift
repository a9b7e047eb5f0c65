import ArgumentParser
import JobModel

/// How to reach an S3 store. Credentials come from the environment or the shared credentials file, never from here.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The S3 server, for stores that are not AWS.", valueName: "url"))
    var endpoint: String?

    @Option(help: ArgumentHelp("The S3 region. Default: AWS_REGION, else us-east-1.", valueName: "name"))
    var region: String?

    @Flag(help: "Put the bucket into the path and not into the host name.")
    var pathStyle = false

    @Option(help: ArgumentHelp("The profile of the shared credentials file. Default: AWS_PROFILE.", valueName: "name"))
    var profile: String?

    /// Whether any of them was given.
    var isGiven: Bool { endpoint != nil || region != nil || pathStyle || profile != nil }

    /// The location with these options; a directory has none.
    func apply(to location: StoreLocation) -> StoreLocation {
        guard case .s3(var place) = location else { return location }
        place.endpoint = endpoint
        place.region = region
        place.pathStyle = pathStyle
        place.profile = profile
        return .s3(place)
    }
}
