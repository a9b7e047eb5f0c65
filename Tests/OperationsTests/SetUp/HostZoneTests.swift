import JobModel
import Testing

@testable import Operations

@Suite struct HostZoneTests {
    @Test(
        arguments: [
            (["TZ": "America/New_York"], "/usr/share/zoneinfo/Europe/Berlin", "Asia/Tokyo\n", "America/New_York"),
            (["TZ": ":Asia/Tokyo"], nil, nil, "Asia/Tokyo"), (["TZ": "EST5EDT,M3.2.0,M11.1.0"], nil, nil, "UTC"),
            ([:], "/usr/share/zoneinfo/Europe/Berlin", "Asia/Tokyo\n", "Europe/Berlin"),
            ([:], "../usr/share/zoneinfo/Etc/UTC", nil, "UTC"), ([:], nil, "Asia/Tokyo\n", "Asia/Tokyo"),
            ([:], "/etc/other", "Nowhere/Land\n", "UTC"), ([:], nil, nil, "UTC"),
        ] as [([String: String], String?, String?, String)])
    func `the host's zone is one that job files take`(
        environment: [String: String], link: String?, file: String?, name: String
    ) {
        #expect(HostZone(environment: environment, link: link, file: file).name(in: ZoneDatabase()) == name)
    }
}
