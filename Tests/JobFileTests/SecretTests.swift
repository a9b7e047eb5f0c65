import JobModel
import Testing

@testable import JobFile

@Suite struct SecretTests {
    @Test(arguments: [
        "postgresql://backup:hunter2@db/shop", "postgres://backup:hun/ter2@db/shop", "postgresql://backup:hunter2/x",
        "postgresql://db/shop?password=hunter2", "postgresql://db/shop?user=a&sslpassword=hunter2",
        "postgresql://db/shop?pass%77ord=hunter2", "host=db password=hunter2", "password = 'hunter2' host=db",
        "postgresql://backup%3Ahunter2@db/shop", "host=db\tPASSWORD=hunter2",
    ])
    func `refuses a password in a database's address, and does not repeat it`(url: String) {
        for key in ["url", "read_url", "scratch_url"] {
            let first = key == "url" ? "" : "url = \"host=db\"\n"
            let text = "[databases.d]\n\(first)\(key) = '''\(url)'''\n"
            let found = Decoding.faults(of: text)
            #expect(found.count == 1, "\(found)")
            #expect(found.allSatisfy { $0.contains("holds") && !$0.contains("ter2") }, "\(found)")
        }
    }

    @Test(arguments: [
        "postgresql://backup@db.internal:5432/shop?sslmode=verify-full", "postgresql:///shop?host=/run/postgresql",
        "postgresql://[::1]:5432/shop", "postgresql://u@[fe80::1]/shop", "postgresql://a:5432,b:5433/shop",
        "host=db user=backup passfile=/etc/pgpass", "shop", "service=shop", "host=db require_auth=password",
    ])
    func `takes an address without a secret`(url: String) {
        #expect(Decoding.faults(of: "[databases.d]\nurl = '''\(url)'''\n") == [])
    }

    @Test(arguments: [
        "s3://AKIAX:hunter2@bucket/p", "https://AKIAX:hunter2@s3/p", "s3://bucket/p?secret_access_key=hunter2",
        "s3://bucket/p?X-Amz-Security-Token=hunter2",
    ])
    func `refuses keys in a store's address, and does not repeat them`(url: String) {
        let texts = ["[stores.s]\nurl = '\(url)'", "[stores.s]\nurl = 's3://bucket'\nendpoint = '\(url)'"]
        for text in texts {
            let found = Decoding.faults(of: text)
            #expect(found.count == 1, "\(found)")
            #expect(found.allSatisfy { $0.contains("holds") && !$0.contains("hunter2") }, "\(found)")
        }
    }

    @Test func `says how a secret is named where one is written out`() {
        #expect(
            Decoding.faults(of: "[databases.d]\nurl = \"host=db\"\npassword = \"hunter2\"\n") == [
                "dbops.toml:3:1: unknown key \"password\": the job file holds no secrets; \"password_env\", "
                    + "\"password_file\", \"scratch_password_env\" and \"scratch_password_file\" name where one is"
            ])
        #expect(
            Decoding.faults(of: "[notifiers.n]\nkind = \"slack\"\nurl = \"https://hooks/hunter2\"\n") == [
                "dbops.toml:3:1: \"url\" would hold a secret: name it by \"url_file\" or \"url_env\""
            ])
    }

    @Test(arguments: [
        "password = hunter2", "password = 'hunter2", "password = hunter2 # x", "password = \"hunter2\\q\"",
        "password = thunter2", "password = 2hunter2", "password: hunter2", "password = 'a' hunter2", "hunter2",
    ])
    func `does not repeat the file where it is no TOML`(line: String) {
        let found = Decoding.faults(of: "[databases.d]\nurl = \"host=db\"\n\(line)\n")
        #expect(found.count == 1)
        #expect(!found[0].contains("unte"), "\(found)")
    }

    @Test func `takes names of variables only where a variable is named`() {
        let found = Decoding.faults(of: "[databases.d]\nurl = \"host=db\"\npassword_env = \"hunter2!\"\n")
        #expect(found == ["dbops.toml:3:1: \"password_env\" takes the name of a variable, not the secret itself"])
    }

    @Test func `finds files beside the job file`() throws {
        let text = "[databases.d]\nurl = \"host=db\"\npassword_file = \"secrets/shop\"\n[stores.s]\nurl = \"backups\"\n"
        let configuration = try Decoding.decode(text).configuration
        #expect(configuration.databases[0].password == .file(path: "/etc/dbops/secrets/shop"))
        #expect(configuration.stores[0].location == .directory(path: "/etc/dbops/backups"))
    }
}
