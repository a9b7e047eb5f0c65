import JobModel
import Postgres
import Testing

@Suite struct ConnectionInfoTests {
    @Test func `reads a URL and keeps its secrets apart`() throws {
        let info = try ConnectionInfo(
            parsing: "postgresql://backup:p%40ss@db.internal:5433/shop?sslmode=verify-full&sslpassword=key%20pass")
        #expect(info.database == "shop")
        #expect(info.user == "backup")
        #expect(info.password == Secret("p@ss"))
        #expect(info.sslPassword == Secret("key pass"))
        #expect(
            info.keywords
                == [
                    "user": "backup", "host": "db.internal", "port": "5433", "dbname": "shop", "sslmode": "verify-full",
                ])
    }

    @Test func `shows no secret in any form`() throws {
        let info = try ConnectionInfo(parsing: "postgresql://backup:hush@db:5433/shop?sslpassword=hush2")
        var dumped = ""
        dump(info, to: &dumped)
        for text in [info.displayText, info.textWithoutSecrets, "\(info)", String(reflecting: info), dumped] {
            #expect(!text.contains("hush"))
        }
    }

    @Test(arguments: [
        ("postgresql://backup:x@db:5433/shop", "postgresql://backup@db:5433/shop"),
        ("host=db dbname=shop", "postgresql://db/shop"),
        ("postgresql://a:1,b:2/shop", "postgresql://a:1,b:2/shop"),
        ("host=a,b port=5 dbname=shop", "postgresql://a:5,b:5/shop"),
        ("host=/run/pg user='a b' dbname='d/e'", "postgresql://a%20b@/d%2Fe?host=/run/pg"),
        ("postgresql://[::1]:5/shop", "postgresql://[::1]:5/shop"),
        ("host=db dbname='größe e\u{301} 50%'", "postgresql://db/größe%20e\u{301}%2050%25"),
        ("service=shop", "service=shop"),
        ("shop", "postgresql:///shop"),
    ])
    func `shows where it leads`(text: String, shown: String) throws {
        #expect(try ConnectionInfo(parsing: text).displayText == shown)
    }

    @Test func `writes text that reads as the same`() throws {
        let info = ConnectionInfo(keywords: ["host": "/a b", "user": "o'neil\\", "dbname": "", "options": "-c x='1 2'"])
        #expect(try ConnectionInfo(parsing: info.textWithoutSecrets) == info)
    }

    @Test(arguments: [
        "postgresql://user:se%cret@host/db", "postgresql://user:se/cret@host/db", "postgresql://user:se@cret@host/db",
        "host=db password=se cret", "postgresql://user:secret@host/db?x=cret", "user=secret pass", "host='secret",
        "postgresql://[secret/db",
    ])
    func `repeats nothing of a text that it cannot read`(text: String) throws {
        let error = try #require(throws: PostgresError.self) { try ConnectionInfo(parsing: text) }
        guard case .invalidConnectionString = error else { throw error }
        for piece in ["secret", "cret", "ret@", "user"] {
            #expect(!error.message.contains(piece), "\(error.message)")
        }
        #expect(error.category == .usage)
    }

    @Test(arguments: ["host=a port=99999", "host=a,b port=5432,0", "postgresql://a:65536/x"])
    func `refuses a port that is none`(text: String) {
        #expect(throws: PostgresError.self) { try ConnectionInfo(parsing: text) }
    }

    @Test func `takes the default port among others`() throws {
        #expect(try ConnectionInfo(parsing: "host=a,b port=,65535").keywords["port"] == ",65535")
    }

    @Test func `pins one server of a list`() throws {
        let info = try ConnectionInfo(parsing: "postgresql://u:p@a:1,b:2/shop?target_session_attrs=read-write")
            .pinned(toHost: "b", port: "2", hostAddress: "10.0.0.2")
        #expect(
            info.keywords == ["user": "u", "dbname": "shop", "host": "b", "port": "2", "hostaddr": "10.0.0.2"])
        #expect(info.password == Secret("p"))
    }
}
