import JobModel

/// Watches how long other hosts have not said that they live, by a clock of this process: what a host writes is only
/// compared with what it wrote before, so it does not matter whose clock is wrong.
///
/// Looks that lie far apart begin anew: the history did not answer, or this machine slept, and the others could not
/// write, or were not read.
struct HostWatch: Sendable {
    private struct Sighting {
        let beat: CivilTime?
        let since: Duration
    }

    /// Looks are a minute apart.
    private static let longestGap: Duration = .seconds(150)

    private var sightings: [String: Sighting] = [:]
    private var lastLook: Duration?

    /// Notes what `hosts` have written last. `uptime` counts from any moment, and never goes back.
    mutating func look(at beats: [String: CivilTime], of hosts: Set<String>, uptime: Duration) {
        if let lastLook, uptime - lastLook > Self.longestGap { sightings = [:] }
        lastLook = uptime
        sightings = sightings.filter { hosts.contains($0.key) }
        for host in hosts where sightings[host].map({ $0.beat != beats[host] }) ?? true {
            sightings[host] = Sighting(beat: beats[host], since: uptime)
        }
    }

    /// How long a host has not written anything new; zero for one that was not looked at.
    func silence(of host: String) -> Duration {
        guard let lastLook, let sighting = sightings[host] else { return .zero }
        return lastLook - sighting.since
    }
}
