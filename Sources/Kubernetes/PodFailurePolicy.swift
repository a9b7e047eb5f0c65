/// What a pod's end means for its Job.
///
/// dbops has an exit code for each way in which it fails, and has tried again by itself as often as the job's `retries`
/// say: another pod would only do the same. A new pod is for what dbops did not end by itself: a node that went away, a
/// pod that was evicted or killed.
enum PodFailurePolicy {
    /// All codes that dbops ends with by itself but 0.
    static let codes = [1, 3, 64, 65, 69, 70, 73, 75, 77, 78]

    static let yaml: YAML = [
        "rules": [
            // First, because an evicted pod also has an exit code; it does not count as a failure.
            ["action": "Ignore", "onPodConditions": [["type": "DisruptionTarget", "status": "True"]]],
            [
                "action": "FailJob",
                "onExitCodes": [
                    "containerName": "dbops", "operator": "In", "values": .list(codes.map { .number($0) }),
                ],
            ],
        ]
    ]
}
