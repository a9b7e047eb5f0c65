import Foundation
package import HTTPTransport
package import JobModel

/// Opens the store at a location: the one place that knows all kinds of stores.
package struct StoreOpener: Sendable {
    /// The variables that name credentials, region, endpoint and authorities.
    package var environment: [String: String]
    package var settings: S3Settings
    package var surroundings: S3Surroundings
    package var http: HTTPSettings

    package init(
        environment: [String: String], settings: S3Settings = S3Settings(),
        surroundings: S3Surroundings = S3Surroundings(), http: HTTPSettings = HTTPSettings()
    ) {
        self.environment = environment
        self.settings = settings
        self.surroundings = surroundings
        self.http = http
    }

    /// Nothing is asked of the store yet. Throws ``StorageError/noCredentials`` where there are none, and
    /// ``StorageError/configuration`` where the settings contradict themselves.
    package func open(_ location: StoreLocation) throws(StorageError) -> any ObjectStore {
        switch location {
        case .directory(let path): DirectoryStore(path: path)
        case .s3(let s3): try open(s3)
        }
    }

    private func open(_ location: S3Location) throws(StorageError) -> S3Store {
        let name = StoreLocation.s3(location).url
        let aws = AWSSettings(environment: environment, requestedProfile: location.profile) { path in
            try? String(contentsOfFile: path, encoding: .utf8)
        }
        guard let credentials = try aws.credentials(store: name) else {
            throw .noCredentials(
                store: name, reason: "neither the environment nor the shared files hold any",
                hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or add a profile to "
                    + "\(aws.credentialsPath ?? "~/.aws/credentials").")
        }
        return try S3Store(
            location: location, endpoint: location.endpoint ?? aws.endpoint,
            region: location.region ?? aws.region ?? "us-east-1", credentials: credentials,
            transport: try transport(aws, name: name), settings: settings.with(location.uploads),
            surroundings: surroundings)
    }

    private func transport(_ aws: AWSSettings, name: String) throws(StorageError) -> CurlTransport {
        var http = http
        http.authoritiesFile = http.authoritiesFile ?? aws.authoritiesFile
        do throws(HTTPError) {
            return try CurlTransport(settings: http)
        } catch {
            throw .configuration(store: name, reason: error.reason)
        }
    }
}
