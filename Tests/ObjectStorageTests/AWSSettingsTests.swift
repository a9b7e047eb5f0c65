import JobModel
import Testing

@testable import ObjectStorage

struct AWSSettingsTests {
    private static let files = [
        "/home/u/.aws/credentials": """
        # comment
        [default]
        aws_access_key_id = DEFAULTKEY
        aws_secret_access_key=default/secret+=

        [ offsite ]
        AWS_ACCESS_KEY_ID = OFFSITEKEY
        aws_secret_access_key = offsite = secret
        aws_session_token = token
        [half]
        aws_access_key_id = HALFKEY
        """,
        "/home/u/.aws/config": """
        [default]
        region = eu-west-1
        s3 =
          addressing_style = path
        [profile offsite]
        region = eu-central-1
        endpoint_url = https://s3.offsite.example
        [profile roles]
        role_arn = arn:aws:iam::1:role/x
        """,
        "/elsewhere": "[default]\naws_access_key_id = ELSEWHERE\naws_secret_access_key = s\n",
    ]

    private func settings(_ environment: [String: String], profile: String? = nil) -> AWSSettings {
        AWSSettings(environment: environment, requestedProfile: profile) { Self.files[$0] }
    }

    @Test func `the environment comes first`() throws {
        let settings = settings([
            "HOME": "/home/u", "AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "T",
            "AWS_DEFAULT_REGION": "us-west-2",
        ])
        let expected = S3Credentials(accessKey: "K", secretKey: "S", sessionToken: "T")
        #expect(try settings.credentials(store: "s") == expected)
        #expect(settings.region == "us-west-2")
    }

    @Test func `AWS_REGION comes before AWS_DEFAULT_REGION`() {
        #expect(settings(["AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"]).region == "a")
    }

    @Test func `without variables the default profile serves`() throws {
        let settings = settings(["HOME": "/home/u"])
        let expected = S3Credentials(accessKey: "DEFAULTKEY", secretKey: "default/secret+=")
        #expect(try settings.credentials(store: "s") == expected)
        #expect(settings.region == "eu-west-1")
        #expect(settings.endpoint == nil)
    }

    @Test func `AWS_PROFILE names another`() throws {
        let settings = settings(["HOME": "/home/u", "AWS_PROFILE": "offsite"])
        #expect(
            try settings.credentials(store: "s")
                == S3Credentials(accessKey: "OFFSITEKEY", secretKey: "offsite = secret", sessionToken: "token"))
        #expect(settings.region == "eu-central-1")
        #expect(settings.endpoint == "https://s3.offsite.example")
    }

    @Test func `a profile of the store's own comes before the environment`() throws {
        let environment = [
            "HOME": "/home/u", "AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "S", "AWS_REGION": "us-west-2",
        ]
        let settings = settings(environment, profile: "offsite")
        #expect(try settings.credentials(store: "s")?.accessKey == "OFFSITEKEY")
        #expect(settings.region == "eu-central-1")
    }

    @Test func `AWS_SHARED_CREDENTIALS_FILE names another file`() throws {
        let settings = settings(["HOME": "/home/u", "AWS_SHARED_CREDENTIALS_FILE": "/elsewhere"])
        #expect(try settings.credentials(store: "s")?.accessKey == "ELSEWHERE")
    }

    @Test(arguments: [[:], ["HOME": "/nowhere"], ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""]])
    func `nothing is found where nothing is`(_ environment: [String: String]) throws {
        #expect(try settings(environment).credentials(store: "s") == nil)
        #expect(settings(environment).region == nil)
    }

    @Test func `half a pair of variables is refused by name`() {
        let error = #expect(throws: StorageError.self) {
            _ = try settings(["AWS_ACCESS_KEY_ID": "K"]).credentials(store: "s")
        }
        #expect(error?.message == "the store s cannot be used: AWS_SECRET_ACCESS_KEY is not set")
        #expect(error?.category == .configuration)
    }

    @Test(arguments: ["half", "roles", "missing"])
    func `a named profile without keys is refused`(_ profile: String) {
        let error = #expect(throws: StorageError.self) {
            _ = try settings(["HOME": "/home/u"], profile: profile).credentials(store: "s")
        }
        #expect(error?.message.contains("\"\(profile)\"") == true)
    }

    @Test func `the authorities' file comes from AWS_CA_BUNDLE, else SSL_CERT_FILE`() {
        #expect(settings(["AWS_CA_BUNDLE": "a", "SSL_CERT_FILE": "b"]).authoritiesFile == "a")
        #expect(settings(["SSL_CERT_FILE": "b"]).authoritiesFile == "b")
        #expect(settings([:]).authoritiesFile == nil)
    }
}
