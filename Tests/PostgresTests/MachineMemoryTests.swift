import Testing

@testable import Postgres

@Suite struct `the memory at hand` {
    private func limit(_ files: [String: String]) -> UInt64? {
        MachineMemory.groupLimit { files[$0] }
    }

    @Test func `is a container's own`() {
        #expect(limit(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "536870912\n"]) == 536_870_912)
    }

    @Test func `is the least of the groups around`() {
        let files = [
            "/proc/self/cgroup": "0::/system.slice/dbops.service\n", "/sys/fs/cgroup/system.slice/memory.max": "2000\n",
            "/sys/fs/cgroup/system.slice/dbops.service/memory.max": "max\n",
        ]
        #expect(limit(files) == 2_000)
    }

    @Test func `is that of the first version's groups`() {
        let files = [
            "/proc/self/cgroup": "5:cpu:/x\n4:memory,hugetlb:/docker/a:b\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n",
        ]
        #expect(limit(files) == 1_073_741_824)
    }

    @Test(arguments: ["", "0::/", "nonsense", "4:cpu:/"])
    func `has no limit where none is told`(groups: String) {
        #expect(limit(["/proc/self/cgroup": groups]) == nil)
    }
}
